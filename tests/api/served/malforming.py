"""Requests that no client should send, made of right ones: deterministic by their seed, as the bytes that go over the wire."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Final

BODY: Final = b'{"name": "Mina", "depicts": "fictional"}'
_METHODS: Final = (b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"HEAD", b"OPTIONS")
_ODD_METHODS: Final = (
    b"get", b"GETT", b"", b"\x00", b"PRI", b"CONNECT", b"TRACE", b"G\tET", b"M-SEARCH", b"PROPFIND", b"GET GET",
)  # fmt: skip
_PATHS: Final = (
    b"/v1/characters", b"/v1/assets", b"/v1/me", b"/v1/generations", b"/v1/events", b"/health/live", b"/docs",
    b"/openapi.json", b"/v1/assets/asset_01jd0k4m5vf2s8m1q3x7w9y2ab/content", b"/v1/lineage/x", b"/v1/relay/x",
    b"/v1/callbacks/kling/x/y", b"/metrics",
)  # fmt: skip
_ODD_PATHS: Final = (
    b"*", b"//evil.example/", b"http://evil.example/v1/me", b"/v1/%ff%fe", b"/v1/%00", b"/v1/%zz", b"/v1/%",
    b"/v1/assets/%2e%2e%2f%2e%2e", b"/../../etc/passwd", b"/docs/static/..%2f..%2fsettings.py", b"/v1/\xff\xfe",
    "/v1/\u00e9".encode(), b"/v1/ me", b"/v1/me#x", b"v1/me", b"/v1/" + b"a" * 9_000, b"/" + b"%41" * 3_000,
    b"/v1/me?" + b"a=b&" * 2_000, b"/v1/characters?after=\xff", b"/v1/characters?after=%ff%fe",
    b"/v1/characters?limit=1&limit=2", b"/v1/events?type=%00", b"/v1/me?%", b"/v1/\x00", b"/v1/me\t",
    b"localhost:80", b"/v1/me;x=y", b"?", b"/v1/assets/" + "\ufeff".encode(), b"/v1/characters/%ed%a0%80",
    b"/v1/characters?after=%ed%a0%80", b"\\v1\\me",
)  # fmt: skip
_VERSIONS: Final = (
    b"HTTP/1.1", b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/9.9", b"HTTP/1.", b"http/1.1", b"HTTP/1.1 x",
    b"", b"HTTP/11",
)  # fmt: skip
_ODD_HEADERS: Final = (
    b"Content-Length: -1", b"Content-Length: +4", b"Content-Length: 0x4", b"Content-Length: 4, 4",
    b"Content-Length: 1e3", b"Content-Length: 99999999999999999999999", b"Content-Length: \xb2",
    b"Content-Length:", b"Content-Length: 4\r\nContent-Length: 5",
    b"Content-Length: 4\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 4",
    b"Transfer-Encoding: xchunked", b"Transfer-Encoding: chunked, identity",
    b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", b"Transfer-Encoding : chunked",
    b"Transfer-Encoding:\x0bchunked", b"\x00Transfer-Encoding: chunked", b" folded: yes", b"X: a\r\n b",
    b"X: a\rb", b"X: a\nb", b"X: \x00", b"no colon at all", b": no name", b"X Y: z", b"X\xff: z",
    b"X: \xff\xfe", b"X:" + b" " * 3_000, b"H" * 3_000 + b": x", b"Host: a\r\nHost: b", b"Host: a b",
    b"Host: evil.example/@x", b"Host:", b"Connection: close, keep-alive, upgrade\r\nUpgrade: h2c",
    b"Upgrade: websocket", b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x",
    b"Expect: 100-continue", b"Expect: 200-maybe", b"Range: bytes=a-b", b"Range: bytes=0-0,1-1,2-2",
    b"If-Match: \"\xff\"", b"If-None-Match: " + b'"a",' * 900, b"Accept: \xff/\xfe;q=x",
    b"Accept-Encoding: gzip;q=", b"Content-Type: application/json; charset=utf-16",
    b"Content-Type: multipart/form-data", b"Content-Type: \x80", b"Content-Encoding: gzip",
    b"Content-Type: multipart/form-data; boundary=" + b"b" * 500, b"Cookie: a=b; a=c; =; \xff",
    b"X-Forwarded-Host: evil.example", b"Idempotency-Key: \xff", b"Idempotency-Key: a\r\nIdempotency-Key: b",
    b"Authorization: Bearer \xff\xfe", b"X-HTTP-Method-Override: DELETE",
    b"Authorization: Basic x\r\nAuthorization: Basic y", b"X-Request-Id: " + b"x" * 500,
    b"traceparent: 00-zz-zz-01", b"Last-Event-ID: \xff", b"Date: x\r\n" * 300, b"X: " + b"a" * 70_000,
)  # fmt: skip
_CHUNKS: Final = (
    b"5\r\nabcde\r\n0\r\n\r\n", b"5\r\nabc", b"-1\r\n\r\n", b"fffffffffffffffff\r\n", b"0x5\r\nabcde\r\n",
    b"5;" + b"e" * 5_000 + b"\r\nabcde\r\n0\r\n\r\n", b"5\nabcde\n0\n\n", b"\r\n",
    b"0\r\nHost: evil\r\nAuthorization: Bearer x\r\n\r\n", b"g\r\n", b"5\r\nabcdefgh\r\n0\r\n\r\n", b"0\r\n",
    b"1\r\n{\r\n" * 40 + b"0\r\n\r\n", b"0\r\n" + b"T: " + b"t" * 70_000,
    b"000000000000000000005\r\nabcde\r\n0\r\n\r\n", b"5 \r\nabcde\r\n0\r\n\r\n",
)  # fmt: skip


class Malformer:
    """Makes them, one after another; `key` opens the service, so that some get far."""

    def __init__(self, key: str, seed: int) -> None:
        self._chance = random.Random(seed)
        self._key = key.encode()
        self._kinds: tuple[Callable[[], bytes], ...] = (
            self._line, self._line, self._headers, self._headers, self._headers, self._chunked, self._length, self._body,
            self._piped, self._mutated, self._mutated, self._mutated, self._noise,
        )  # fmt: skip

    def requests(self, count: int) -> Iterator[bytes]:
        for _ in range(count):
            yield self._chance.choice(self._kinds)()

    def right(self, *, headers: tuple[bytes, ...] = (), body: bytes | None = None) -> bytes:
        """A right request, to any route."""
        pick = self._chance.choice
        method, path = (b"POST", pick(_PATHS)) if body is not None else (pick(_METHODS), pick(_PATHS))
        said = [b"Host: 127.0.0.1", *headers]
        if pick((True, True, False)):
            said.append(b"Authorization: Bearer " + self._key)
        if pick((True, False)):
            said.append(b"Idempotency-Key: k%d" % self._chance.randrange(10**9))
        if body is not None and not any(
            one.lower().startswith((b"content-l", b"transfer-e")) for one in headers
        ):
            said.append(b"Content-Length: %d" % len(body))
        self._chance.shuffle(said)
        return b"\r\n".join([b"%b %b HTTP/1.1" % (method, path), *said, b"", body or b""])

    def _line(self) -> bytes:
        pick = self._chance.choice
        method, path, version = pick(_METHODS), pick(_PATHS), b"HTTP/1.1"
        match self._chance.randrange(4):
            case 0:
                method = pick(_ODD_METHODS)
            case 1:
                version = pick(_VERSIONS)
            case _:
                path = pick(_ODD_PATHS)
        line = pick((b" ", b" ", b"  ", b"\t")).join((method, path, version))
        return line + pick((b"\r\n", b"\r\n", b"\n", b"\r")) + self.right().partition(b"\r\n")[2]

    def _headers(self) -> bytes:
        odd = tuple(self._chance.choices(_ODD_HEADERS, k=self._chance.randint(1, 3)))
        return self.right(headers=odd, body=self._chance.choice((None, BODY)))

    def _chunked(self) -> bytes:
        pieces = b"".join(self._chance.choices(_CHUNKS, k=self._chance.randint(1, 3)))
        return self.right(headers=(b"Transfer-Encoding: chunked",), body=pieces)

    def _length(self) -> bytes:
        said = max(0, len(BODY) + self._chance.choice((-30, -1, 1, 9, 5_000, 10**7, 10**12)))
        return self.right(headers=(b"Content-Length: %d" % said,), body=BODY)

    def _body(self) -> bytes:
        noise = self._chance.randbytes(self._chance.randrange(2_000))
        bodies = (
            noise,
            b"[" * 3_000,
            b'{"a":' * 900,
            b"\xef\xbb\xbf{}",
            b'{"name": "\\ud800"}',
            b"1" * 5_000,
            b"NaN",
            b"--b\r\n" * 90,
        )
        kinds = (
            b"application/json",
            b"multipart/form-data; boundary=b",
            b"image/png",
            b"text/plain",
            b"application/x-www-form-urlencoded",
        )
        return self.right(
            headers=(b"Content-Type: " + self._chance.choice(kinds),), body=self._chance.choice(bodies)
        )

    def _piped(self) -> bytes:
        """Several in one go; a wrong one among them, or left open at the end."""
        several = [
            self.right(body=self._chance.choice((None, BODY))) for _ in range(self._chance.randint(2, 6))
        ]
        several.insert(self._chance.randrange(len(several)), self._mutated())
        return b"".join(several)

    def _mutated(self) -> bytes:
        """Bytes changed, left out, doubled, or cut off anywhere."""
        wire = bytearray(self.right(body=self._chance.choice((None, BODY))))
        for _ in range(self._chance.randint(1, 8)):
            at, size = self._chance.randrange(len(wire)), self._chance.randrange(12)
            match self._chance.randrange(5):
                case 0:
                    wire[at] = self._chance.randrange(256)
                case 1:
                    del wire[at : at + size]
                case 2:
                    wire[at:at] = wire[at : at + size]
                case 3:
                    wire[at:at] = self._chance.choice((b"\r\n", b"\n", b"\x00", b"\r", b" ", b":", b"\xff"))
                case _:
                    del wire[max(at, 8) :]
            if not wire:
                return b"\r\n"
        return bytes(wire)

    def _noise(self) -> bytes:
        noise = self._chance.randbytes(self._chance.randrange(1, 3_000))
        return self._chance.choice(
            (noise, b"\r\n" * 500, b"\x16\x03\x01\x02\x00" + noise, b"GET / " + noise, b"A" * 3_000)
        )
