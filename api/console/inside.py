"""Asking the API from within, in the name of who is signed in: the same routes, the same door, and no way around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote

import orjson
from litestar.types import HTTPScope, Message, Receive

from api.door import FROM_CONSOLE
from api.errors import Web, request_id_of
from api.installation import Serving, asked

_PASSED_ON: Final = frozenset({b"cookie", b"host", b"origin", b"sec-fetch-site", b"content-encoding"})
"""Who asks, and from where."""
_FROM_A_PAGE: Final = (b"sec-fetch-site", b"same-origin")


@dataclass(frozen=True, slots=True)
class Told:
    """What the API answered."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def fine(self) -> bool:
        return self.status < 300

    @property
    def said(self) -> Any:
        """The JSON of the answer; None where it is none."""
        is_json = self.headers.get("content-type", "").partition(";")[0].endswith("json")
        return orjson.loads(self.content) if is_json and self.content else None


async def ask(
    request: Web, method: str, path: str, body: Any = None, *, key: str = "", match: str = ""
) -> Told:
    """Ask a route under `/v1`: `body` as JSON, under the idempotency key `key`, about the version `match`."""
    content = b"" if body is None else orjson.dumps(body)
    headers = [(b"content-length", str(len(content)).encode())]
    if body is not None:
        headers.append((b"content-type", b"application/json"))
    return await _asked(request, method, path, [*headers, *_about(key, match)], _whole(content))


async def look(request: Web, path: str, body: Any) -> Told:
    """Ask what a page shows of a route that changes nothing: whoever may open the page may, wherever they come to it from."""
    content = orjson.dumps(body)
    headers = [(b"content-length", str(len(content)).encode()), (b"content-type", b"application/json")]
    return await _asked(request, "POST", path, [*headers, _FROM_A_PAGE], _whole(content))


async def pass_on(request: Web, method: str, path: str, *, key: str) -> Told:
    """Ask with the body of the request as it comes: an upload, of which nothing is held here."""
    kept = (b"content-type", b"content-length")
    headers = [(name, value) for name, value in request.scope["headers"] if name in kept]
    return await _asked(request, method, path, [*headers, *_about(key, "")], request.receive)


def _about(key: str, match: str) -> list[tuple[bytes, bytes]]:
    said = {b"idempotency-key": key, b"if-match": match}
    return [(name, value.encode("latin-1", "replace")) for name, value in said.items() if value]


async def _asked(
    request: Web, method: str, path: str, headers: list[tuple[bytes, bytes]], receive: Receive
) -> Told:
    where, _, query = path.partition("?")
    outer = request.scope
    said = {name for name, _ in headers}
    passed = [(name, value) for name, value in outer["headers"] if name in _PASSED_ON - said]
    scope: Any = {
        **{name: outer[name] for name in ("type", "asgi", "http_version", "scheme", "client", "server")},
        "method": method,
        "path": unquote(where),
        "raw_path": quote(where, safe="/%").encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [*passed, *headers],
        "extensions": {},
        "state": {FROM_CONSOLE: True, "request_id": request_id_of(outer)},
    }
    return await _taken(request, scope, receive)


async def _taken(request: Web, scope: HTTPScope, receive: Receive) -> Told:
    status, headers, parts = 500, {}, list[bytes]()

    async def take(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]
            }
        elif message["type"] == "http.response.body":
            parts.append(message["body"])

    await Serving(request.app, asked(request.scope))(scope, receive, take)
    return Told(status, headers, b"".join(parts))


def _whole(content: bytes) -> Receive:
    async def receive() -> Any:
        return {"type": "http.request", "body": content, "more_body": False}

    return receive
