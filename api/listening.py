"""HTTP as it comes in: what is no request is refused as a problem, and nobody holds a connection by saying little.

Stands on uvicorn's own protocol, which bounds neither the head of a request nor the time it takes, and answers in plain text.
1. A head has at most so many bytes and headers; so have what stands between the pieces of a body and what follows it.
2. A head must be there within seconds of its first byte, a body must not pause for longer; time that we do not read is ours.
3. HTTP/1.1 names one host (RFC 9112, section 3.2). Headers after the body (trailers) are read and forgotten.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv6Address
from typing import Any, Final, NoReturn

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.errors import PROBLEM_TYPE, problem_of_no_request, status_of
from api.headers import with_ours
from api.refusals import HeadTooLarge, NoHttp, SurfaceError, TooSlow

_HOST: Final = re.compile(rb"(?:[A-Za-z0-9._~%-]{0,253}|\[([0-9A-Fa-f:.]{2,45})\])(?::([0-9]{0,5}))?")
_LAST_PORT: Final = 65_535
_LINGER_SECONDS: Final = 1.0
_HINT: Final = "send HTTP/1.1 as RFC 9112 says, one request after the other"


@dataclass(frozen=True, slots=True)
class Patience:
    """How much is taken, and for how long it is waited, in bytes and seconds."""

    head_bytes: int = 64 * 1024
    headers: int = 200
    head_seconds: float = 20.0
    stall_seconds: float = 30.0


def listening(make_id: Callable[[str], str], patience: Patience) -> type[HttpToolsProtocol]:
    """The protocol for a server; `make_id` names what came without an id."""

    class Listening(_Listening):
        _make_id = staticmethod(make_id)
        _patience = patience

    return Listening


class _Listening(HttpToolsProtocol):
    _make_id: Callable[[str], str]
    _patience: Patience

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._beside = 0  # bytes since the last that counted: of a head, or between the pieces of a body
        self._in_body = False
        self._waiting: asyncio.TimerHandle | None = None
        self._refusal: SurfaceError | None = None
        self._open: list[
            Any
        ] = []  # requests that are not answered yet; the protocol itself knows the newest one

    # -- bytes

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._wait(self._patience.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait(None)
        self._leave_unanswered()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._refusal is not None:
            return
        self._beside += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # no other protocol is spoken here: it is answered as the request it is
        except httptools.HttpParserError as wrong:
            self._refuse(NoHttp(f"this is no HTTP request: {_said(wrong)}", hint=_HINT))
            return
        if self._beside > self._patience.head_bytes:
            self._refuse(self._too_large())
        elif self._in_body:
            self._wait(self._patience.stall_seconds)
        elif not self._beside:
            self._wait(None)
        elif self._waiting is None:
            self._wait(self._patience.head_seconds)

    # -- what the parser found

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_body = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_body:
            return
        super().on_header(name, value)
        if len(self.headers) > self._patience.headers:
            self._stop(self._too_large())

    def on_headers_complete(self) -> None:
        if (
            len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            > self._patience.head_bytes
        ):
            self._stop(self._too_large())
        if not self._names_its_host():
            self._stop(NoHttp("the request names no host, or several", hint="send one Host header"))
        super().on_headers_complete()
        self._open = [*(one for one in self._open if not one.response_complete), self.cycle]
        self._in_body, self._beside = True, 0

    def on_body(self, body: bytes) -> None:
        self._beside = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_body, self._beside = False, 0

    def _names_its_host(self) -> bool:
        hosts = [value for name, value in self.headers if name == b"host"]
        fewest = 0 if self.parser.get_http_version() in ("0.9", "1.0") else 1
        return fewest <= len(hosts) <= 1 and all(map(_is_host, hosts))

    # -- ending it

    def _stop(self, refusal: SurfaceError) -> NoReturn:
        """Out of the parser, which asks for nothing more then."""
        self._refusal = refusal
        raise refusal

    def _wait(self, seconds: float | None) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = None if seconds is None else self.loop.call_later(seconds, self._waited)

    def _waited(self) -> None:
        if self.flow.read_paused:
            self._wait(self._patience.stall_seconds)
        elif not self._beside and not self._in_body:
            self.transport.close()  # nothing was ever said
        else:
            self._refuse(TooSlow("the request did not come whole in time", hint="send it again, faster"))

    def _too_large(self) -> HeadTooLarge:
        most = self._patience
        return HeadTooLarge(
            f"a head may have {most.head_bytes} bytes and {most.headers} headers",
            hint="send a shorter address and fewer headers; long texts belong into the body",
        )

    def _refuse(self, refusal: SurfaceError) -> None:
        """Say why, unless an answer to something before has begun: it must not be taken for that; and close."""
        self._refusal = self._refusal or refusal
        self._wait(None)
        if self.transport.is_closing():
            return
        if self._is_answering() or not self.transport.can_write_eof():
            self.transport.close()
            return
        self._leave_unanswered()
        self.transport.write(_answer(self._refusal, self._make_id("request")))
        self.transport.write_eof()
        # Closing while more is on its way would take the answer back: a moment is read on, and thrown away.
        self.flow.resume_reading()
        self.loop.call_later(_LINGER_SECONDS, self.transport.close)

    def _leave_unanswered(self) -> None:
        """Whoever works on a request finds that its sender has left."""
        for one in self._open:
            if not one.response_complete:
                one.disconnected = True
                one.message_event.set()

    def _is_answering(self) -> bool:
        """Whether an answer has begun, or one is owed to a request before: what is written now would be taken for it."""
        owed = [one for one in self._open if not one.response_complete]
        return len(owed) > 1 or any(one.response_started for one in owed)


def _is_host(value: bytes) -> bool:
    """A name or an address, and perhaps a port there is: whoever makes an address of it must not fail over it."""
    found = _HOST.fullmatch(value)
    if found is None or int(found[2] or 0) > _LAST_PORT:
        return False
    try:
        return found[1] is None or bool(IPv6Address(found[1].decode()))
    except ValueError:
        return False


def _answer(refusal: SurfaceError, request_id: str) -> bytes:
    status, body = HTTPStatus(status_of(refusal)), problem_of_no_request(refusal, request_id)
    said = [
        (b"content-type", PROBLEM_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    lines = [name + b": " + value for name, value in with_ours(said, request_id)]
    return b"\r\n".join([f"HTTP/1.1 {status.value} {status.phrase}".encode(), *lines, b"", body])


def _said(wrong: httptools.HttpParserError) -> str:
    """The parser's own words; what a callback of ours raised is told by its kind."""
    return "its address cannot be read" if wrong.__context__ else str(wrong)
