"""Stored bytes as they are: whole or in part, with their digest, never taken for anything but data (RFC 9110, RFC 9530)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Generator
from contextlib import ExitStack
from hashlib import sha256
from typing import Any, BinaryIO, Final

from litestar import HttpMethod, Response

from api.errors import Web
from api.refusals import RangeNotSatisfiable
from api.routes.chunks import Chunks
from registry.blobs import Blobs
from registry.events.references import StoredBytes

_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)  # RFC 9110, 14.1
Note = Callable[[str], None]
"""Told which part goes out ("" for the whole) before it does; what it raises keeps the bytes here."""
READ: Final = (HttpMethod.GET, HttpMethod.HEAD)
"""How bytes are asked for; the answer to a HEAD is that to a GET without them."""
_CHUNK: Final = 256 * 1024
_ALWAYS: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cache-Control": "private, no-cache",
}


def serve(request: Web, blobs: Blobs, stored: StoredBytes, *, name: str, note: Note) -> Response[Any]:
    """The bytes under a key, or the part of them that was asked for. Raises RangeNotSatisfiable and BlobError.

    A HEAD is told about the whole, as a range means nothing there (RFC 9110, 14.2), after a look that the bytes are there.
    """
    tag = f'"{stored.sha256}"'
    headers = {
        **_ALWAYS,
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(stored.sha256)).decode()}:",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    if _known(request, tag):
        return Response(None, status_code=304, headers=headers)
    if request.method == "HEAD":
        blobs.stat(stored.key)
        return Response(
            b"", headers={**headers, "Content-Length": str(stored.bytes)}, media_type=stored.media_type
        )
    part = _part(request, stored, tag)
    if part is None:
        headers |= {"Content-Digest": headers["Repr-Digest"], "Content-Length": str(stored.bytes)}
        chunks = _opened(blobs, stored)
        note("")
        return Chunks(chunks, headers=headers, media_type=stored.media_type)
    start, length = part
    which = f"{start}-{start + length - 1}"
    headers |= {"Content-Range": f"bytes {which}/{stored.bytes}", "Content-Length": str(length)}
    chunks = _opened(blobs, stored, start, length)
    note(f"bytes={which}")
    return Chunks(chunks, status_code=206, headers=headers, media_type=stored.media_type)


def serve_made(
    request: Web, make: Callable[[], bytes], *, media_type: str, tag: str, note: Note
) -> Response[Any]:
    """Small bytes made here: thumbnails, posters. `tag` names what they are made from, and how: who has them is not made them."""
    headers = {**_ALWAYS, "ETag": f'"{tag}"'}
    if _known(request, f'"{tag}"'):
        return Response(b"", status_code=304, headers=headers)
    content = make()
    if request.method != "HEAD":
        note("")
    headers["Content-Digest"] = f"sha-256=:{b64encode(sha256(content).digest()).decode()}:"
    return Response(content, headers=headers, media_type=media_type)


def serve_file(
    request: Web, file: BinaryIO, size: int, digest: bytes, *, media_type: str, name: str
) -> Response[Any]:
    """What was written into a temporary file, which goes when it is sent; no parts of it are."""
    headers = {
        **_ALWAYS,
        "ETag": f'"{digest.hex()}"',
        "Content-Digest": f"sha-256=:{b64encode(digest).decode()}:",
        "Content-Length": str(size),
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    if request.method == "HEAD":
        file.close()
        return Response(b"", headers=headers, media_type=media_type)

    def chunks() -> Generator[bytes]:
        with file:
            file.seek(0)
            yield b""
            while chunk := file.read(_CHUNK):
                yield chunk

    sent = chunks()
    next(sent)  # from here on the file is closed with it, also where nobody takes anything
    return Chunks(sent, headers=headers, media_type=media_type)


def _opened(blobs: Blobs, stored: StoredBytes, start: int = 0, length: int | None = None) -> Generator[bytes]:
    """The bytes, the first of them read already: what is missing, damaged or unreachable shows before the answer begins."""
    with ExitStack() as stack:
        chunks = stack.enter_context(blobs.open(stored.key, sha256=stored.sha256, start=start, length=length))
        first = next(chunks, b"")
        kept = stack.pop_all()

    def rest() -> Generator[bytes]:
        with kept:
            yield b""
            yield first
            yield from chunks

    opened = rest()
    next(opened)  # from here on they are closed with it, also where nobody takes anything
    return opened


def _known(request: Web, tag: str) -> bool:
    """Whether the caller holds these bytes already (If-None-Match)."""
    named = request.headers.get("if-none-match", "")
    return named.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in named.split(","))


def _part(request: Web, stored: StoredBytes, tag: str) -> tuple[int, int] | None:
    """(start, length) of a single range; None for the whole. Several ranges, or none we can read, mean the whole."""
    found = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if found is None or not (found[1] or found[2]) or request.headers.get("if-range", tag) != tag:
        return None
    if found[1] == "":
        start, end = max(0, stored.bytes - int(found[2])), stored.bytes - 1
    else:
        start = int(found[1])
        end = min(stored.bytes - 1, int(found[2] or stored.bytes - 1))
        if found[2] and int(found[2]) < start:
            return None
    if start > end:
        raise RangeNotSatisfiable(
            f"{found[0]} lies outside {stored.bytes} bytes",
            hint=f"ask for bytes=0-{stored.bytes - 1} or a part of it",
            headers={"Content-Range": f"bytes */{stored.bytes}"},
        )
    return start, end - start + 1
