"""The only maker of connections to the outside: which hosts, which addresses, how many bytes, how long.

A URL passes four gates. *Spelling*: a strict grammar, so that no second parser reads another host out of it.
*Allow-list*: https on a listed port to a listed host suffix; plain http only to loopback and only when the policy
says so (the sandbox). *Addresses*: the name is resolved once, every answer must be a public address, and the
connection goes to an address that was checked, with the name kept for Host and SNI. *Caps*: no proxies from the
environment, no redirects, no retries, a byte limit, and a deadline over everything, kept by a timer that shuts
the socket down.

The errors are OutboundRefused (we do not connect there), KlingUnreachable (the network failed; ask again),
ReceiverUnreachable (the same of a webhook's target) and ResultRefused (the answer is no result).
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpcore
import httpx

from generation.addresses import is_public
from generation.errors import KlingUnreachable, OutboundRefused, ReceiverUnreachable, ResultRefused
from generation.kling.sockets import CutOff, PatientStream

Resolve = Callable[[str, int], list[str]]
"""host, port -> numeric addresses, in the order to try them. Raises OSError when the name is unknown."""
Dial = Callable[[str, int, float], socket.socket]
"""numeric address, port, seconds -> a connected socket. Raises OSError."""

PLAIN: Final = {"accept-encoding": "identity", "connection": "close"}
"""What every request says: no compression (caps count wire bytes), and a connection serves one request."""

_SPELLING: Final = re.compile(
    r"(https?)://([a-z0-9.-]+|\[::1\])(?::([0-9]{1,5}))?(?=[/?#]|$)[^\x00-\x20\x7f\\]*",
    re.IGNORECASE | re.ASCII,
)
_NAME: Final = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_LOOPBACK: Final = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True)
class OutboundPolicy:
    """Whom this service may connect to.

    `hosts` are suffixes (`klingai.com` also admits `api-singapore.klingai.com`); `ports` apply to https;
    `allow_loopback` admits http and https to this machine, any port, for the sandbox. ValueError on a bad suffix.
    `any_host` takes the place of the list: every name will do whose addresses are public.
    """

    hosts: frozenset[str]
    ports: frozenset[int] = frozenset({443})
    allow_loopback: bool = False
    connect_seconds: float = 10.0
    any_host: bool = False

    def __post_init__(self) -> None:
        wrong = sorted(host for host in self.hosts if not _NAME.fullmatch(host))
        if wrong:
            raise ValueError(f"not host suffixes in lower case: {', '.join(wrong)}")

    def check(self, url: str) -> httpx.URL:
        """The URL, parsed once. Raises OutboundRefused when its spelling, host or port is not allowed."""
        spelt = _SPELLING.fullmatch(url) if len(url) <= 8192 else None
        if spelt is None:
            raise self.refused(url, "its spelling is not plain http(s)://host[:port]/path")
        scheme, host, port = spelt[1].lower(), spelt[2].lower().strip("[]"), spelt[3]
        if not (self.allow_loopback and host in _LOOPBACK):
            if scheme != "https":
                raise self.refused(url, "only https is allowed")
            if not _NAME.fullmatch(host) or not self._lists(host):
                why = "no name of a host in the internet" if self.any_host else "not on the allow-list"
                raise self.refused(url, f"the host {host} is {why}")
            if int(port or 443) not in self.ports:
                raise self.refused(url, f"port {port} is not allowed")
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as wrong:
            raise self.refused(url, str(wrong)) from wrong
        if parsed.host != host or not 0 < int(port or 443) < 65536:
            raise self.refused(url, "two readings of its host or port differ")
        return parsed

    def refused(self, url: str, why: str) -> OutboundRefused:
        """What is raised for it. Who calls addresses that anybody names has no allow-list to put a host on."""
        return OutboundRefused(
            f"{_shown(url)!r}: {why}",
            hint="name an https address of a host that the whole internet reaches, such as https://hooks.example.com/continuity"
            if self.any_host
            else "allow-lists are settings; add the host there only if it belongs to the vendor",
        )

    def _lists(self, host: str) -> bool:
        return self.any_host or any(host == one or host.endswith(f".{one}") for one in self.hosts)

    def admits(self, address: str, *, host: str) -> bool:
        """Whether a resolved address may be connected to under that name."""
        if self.allow_loopback and host in _LOOPBACK:
            return ipaddress.ip_address(address).is_loopback
        return is_public(address)


@dataclass(frozen=True)
class Download:
    """A result on its way: its declared type and length (None when not said), and its bytes, to be read once."""

    content_type: str
    content_length: int | None
    chunks: Iterator[bytes]


@dataclass(frozen=True)
class Answered:
    """What a POST was answered: the status, the headers in lower case, and how the body begins."""

    status: int
    headers: dict[str, str]
    body: bytes


class Outbound:
    """Makes clients and downloads under one policy. `resolve`, `dial` and `tls` are replaceable for tests."""

    def __init__(
        self,
        policy: OutboundPolicy,
        *,
        resolve: Resolve | None = None,
        dial: Dial | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._backend = _Pinned(policy, resolve or _resolve, dial or _dial)
        self._tls = tls or _authorities()

    def client_for_api(self, base_url: str) -> httpx.Client:
        """A client that can reach this one origin only. Close it. Raises OutboundRefused."""
        return self._client(only=self._policy.check(base_url))

    @contextmanager
    def download(self, url: str, *, max_bytes: int, deadline_seconds: float) -> Iterator[Download]:
        """One GET, streamed. Raises OutboundRefused, KlingUnreachable, ResultRefused, also while reading."""
        target = self._policy.check(url)
        with CutOff(deadline_seconds) as cut, self._client(only=target) as client:
            extensions = {"trace": cut.trace, "timeout": _timeouts(deadline_seconds, self._policy)}
            request = client.build_request("GET", target, extensions=extensions)
            with _typed(url, cut):
                response = client.send(request, stream=True)
            try:
                length = _acceptable(response, url, max_bytes)
                chunks = _capped(response, url, max_bytes, cut)
                yield Download(response.headers.get("content-type", ""), length, chunks)
            finally:
                response.close()

    def under(self, policy: OutboundPolicy) -> Outbound:
        """The same maker under another policy."""
        return Outbound(policy, tls=self._tls)

    def check(self, url: str) -> None:
        """Raises OutboundRefused for what is never connected to, whatever its name resolves to."""
        self._policy.check(url)

    def post(
        self,
        url: str,
        content: bytes,
        headers: Mapping[str, str],
        *,
        most_bytes: int,
        deadline_seconds: float,
    ) -> Answered:
        """One POST, sent once; of the answer's body `most_bytes` are read. Raises OutboundRefused and ReceiverUnreachable."""
        target = self._policy.check(url)
        with CutOff(deadline_seconds) as cut, self._client(only=target) as client:
            said = {**headers, **PLAIN}
            extensions = {"trace": cut.trace, "timeout": _timeouts(deadline_seconds, self._policy)}
            try:
                with client.stream(
                    "POST", target, content=content, headers=said, extensions=extensions
                ) as it:
                    return Answered(it.status_code, dict(it.headers), _beginning(it, most_bytes))
            except (httpx.HTTPError, OSError) as wrong:
                why = "its deadline passed" if cut.expired else f"{type(wrong).__name__}: {wrong}"
                hint = "see that it runs and can be reached"
                raise ReceiverUnreachable(f"{_shown(url)} did not answer: {why}", hint=hint) from wrong

    def _client(self, *, only: httpx.URL) -> httpx.Client:
        transport = _Transport(self._policy, self._backend, self._tls, only)
        return httpx.Client(transport=transport, trust_env=False, follow_redirects=False, headers=PLAIN)


@cache
def _authorities() -> ssl.SSLContext:
    """Whose certificates are believed, read once in a process: some 150, in tens of milliseconds."""
    return httpx.create_ssl_context(trust_env=False)


class _Transport(httpx.BaseTransport):
    """httpx on an httpcore pool of our own: one origin, HTTP/1.1, a fresh connection each time."""

    def __init__(
        self, policy: OutboundPolicy, backend: httpcore.NetworkBackend, tls: ssl.SSLContext, only: httpx.URL
    ) -> None:
        self._policy, self._origin = policy, (only.scheme, only.host, only.port)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=256,
            max_keepalive_connections=0,
            retries=0,
            network_backend=backend,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = self._policy.check(str(request.url))
        if (url.scheme, url.host, url.port) != self._origin:
            raise self._policy.refused(str(url), "this client was made for another origin")
        sending = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx():
            answer = self._pool.handle_request(sending)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Answer(answer), extensions=answer.extensions
        )

    def close(self) -> None:
        self._pool.close()


class _Answer(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _Pinned(httpcore.NetworkBackend):
    """Resolves a name once, checks every answer, and connects to an answer that was checked."""

    def __init__(self, policy: OutboundPolicy, resolve: Resolve, dial: Dial) -> None:
        self._policy, self._resolve, self._dial = policy, resolve, dial

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - part of the interface
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        ends = time.monotonic() + (self._policy.connect_seconds if timeout is None else timeout)
        addresses = self._addresses(host, port, ends)
        refused = [address for address in addresses if not self._policy.admits(address, host=host)]
        if refused or not addresses:
            raise self._policy.refused(
                host, f"it resolves to {', '.join(refused) or 'nothing'}, which is no public address"
            )
        trouble: Exception = TimeoutError("no time left to connect")
        for address in addresses:
            left = ends - time.monotonic()
            if left <= 0:
                break
            try:
                return PatientStream(self._dial(address, port, left))
            except OSError as wrong:
                trouble = wrong
        raise httpcore.ConnectError(f"{host}: {trouble}") from trouble

    def _addresses(self, host: str, port: int, ends: float) -> list[str]:
        """The resolver has no time-out of its own, so it runs beside us and may be left behind."""
        if host in {"127.0.0.1", "::1"}:
            return [host]
        found: list[list[str] | OSError] = []

        def ask() -> None:
            try:
                found.append(self._resolve(host, port))
            except (OSError, UnicodeError) as wrong:
                found.append(OSError(str(wrong)))

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(max(ends - time.monotonic(), 0.0))
        if not found:
            raise httpcore.ConnectTimeout(f"{host}: the name was not resolved in time")
        if isinstance(found[0], OSError):
            raise httpcore.ConnectError(f"{host}: {found[0]}")
        return found[0]


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Network errors of httpcore under httpx's names, which are the same words."""
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as wrong:
        kind = getattr(httpx, type(wrong).__name__, httpx.TransportError)
        raise kind(str(wrong)) from wrong


@contextmanager
def _typed(url: str, cut: CutOff) -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, OSError) as wrong:
        why = "its deadline passed" if cut.expired else f"{type(wrong).__name__}: {wrong}"
        hint = "ask again; if it persists, ask for the task again, which refreshes its URL"
        raise KlingUnreachable(f"{_shown(url)} could not be read: {why}", hint=hint) from wrong


def _acceptable(response: httpx.Response, url: str, max_bytes: int) -> int | None:
    """The declared length, if the answer is a result at all."""
    status, encoding = response.status_code, response.headers.get("content-encoding", "identity")
    if status >= 500 or status in {408, 429}:
        raise KlingUnreachable(f"{_shown(url)} answered {status}", hint="ask again later", status=status)
    if status in {401, 403, 404, 410}:
        raise _no_result(
            url, f"is dead ({status})", why="dead", hint="ask for the task again: that refreshes its URL"
        )
    if status != 200:
        raise _no_result(url, f"answered {status}", why="status")
    if encoding != "identity":
        raise _no_result(url, f"answered in the encoding {encoding!r}", why="encoding")
    declared = response.headers.get("content-length")
    if declared is not None and int(declared) > max_bytes:
        raise _no_result(url, f"holds {declared} bytes, more than {max_bytes}", why="too-large")
    return None if declared is None else int(declared)


def _capped(response: httpx.Response, url: str, max_bytes: int, cut: CutOff) -> Iterator[bytes]:
    seen = 0
    with _typed(url, cut):
        for chunk in response.iter_raw():
            seen += len(chunk)
            if seen > max_bytes:
                raise _no_result(url, f"holds more than {max_bytes} bytes", why="too-large")
            yield chunk


def _beginning(response: httpx.Response, most: int) -> bytes:
    """As much of a body as comes; the status stands, whatever becomes of the rest."""
    begun = b""
    with suppress(httpx.HTTPError, OSError):
        for chunk in response.iter_raw() if most else ():
            begun += chunk
            if len(begun) >= most:
                break
    return begun[:most]


def _timeouts(seconds: float, policy: OutboundPolicy) -> dict[str, float]:
    connect = min(seconds, policy.connect_seconds)
    return {"connect": connect, "read": seconds, "write": seconds, "pool": connect}


def _resolve(host: str, port: int) -> list[str]:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def _dial(address: str, port: int, seconds: float) -> socket.socket:
    sock = socket.create_connection((address, port), seconds)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _shown(url: str) -> str:
    """A URL fit for a message: no user, no query, as those may be secrets."""
    return re.sub(r"//[^/?#]*@", "//…@", re.sub(r"[?#].*", "", url, flags=re.DOTALL))[:200]


def _no_result(
    url: str, what: str, *, why: str, hint: str = "keep the task; a person should look"
) -> ResultRefused:
    return ResultRefused(f"{_shown(url)} {what}", hint=hint, why=why)
