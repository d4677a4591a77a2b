"""Bytes up and down: a file as a body that can be sent again, and a download that only exists once it is proven whole."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path
from typing import Final

import httpx

from api.client.errors import DigestMismatch, LocalFailure
from api.client.settling import settled
from api.client.wire import Call, Wire

OnBytes = Callable[[int, int | None], None]
"""(bytes done, bytes in all if that is known)"""

_CHUNK: Final = 256 * 1024
_SIGNATURES: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"RIFF", "image/webp"),
)


@dataclass(frozen=True, slots=True)
class FileBody:
    """A file on its way up; every try reads it from the start. `on_bytes` hears how far it came."""

    path: Path
    on_bytes: OnBytes

    def headers(self) -> dict[str, str]:
        """Raises OSError when the file cannot be read."""
        with self.path.open("rb") as file:
            head = file.read(12)
            size = os.fstat(file.fileno()).st_size
        return {"Content-Type": _media_type(head, self.path.name), "Content-Length": str(size)}

    def stream(self) -> Iterator[bytes]:
        done, size = 0, self.path.stat().st_size
        with self.path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
                done += len(chunk)
                self.on_bytes(done, size)


def _media_type(head: bytes, name: str) -> str:
    """By the bytes where they say it, else by the name; the service judges the bytes themselves."""
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    return guess_type(name)[0] or "application/octet-stream"


def download(wire: Wire, path: str, target: Path, on_bytes: OnBytes, **params: str) -> Path:
    """Fetch bytes into `target`. They arrive in a file beside it that is renamed once the digest matched.

    Raises DigestMismatch and LocalFailure, and leaves no file behind then.
    """
    call = Call("GET", path, params, headers={"Accept": "*/*", "Accept-Encoding": "identity"})
    part = target.with_name(f".{target.name}.{wire.manners.make_key()}.part")
    try:
        wire.persist(call, lambda: _fetch(wire, call, part, on_bytes))
        part.replace(target)
    except OSError as failed:
        raise LocalFailure(
            "cannot-write", f"{target} cannot be written: {failed.strerror or failed}", "choose another place"
        ) from failed
    finally:
        part.unlink(missing_ok=True)
    return target


def _fetch(wire: Wire, call: Call, part: Path, on_bytes: OnBytes) -> None:
    response = wire.http.send(wire.build(call), stream=True)
    try:
        if not response.is_success:
            response.read()
        settled(response)
        wanted, found = _content_digest(response), hashlib.sha256()
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isascii() and length.isdigit() else None
        with part.open("wb") as file:
            for chunk in response.iter_bytes(_CHUNK):
                found.update(chunk)
                file.write(chunk)
                on_bytes(response.num_bytes_downloaded, total)
    finally:
        response.close()
    if found.digest() != wanted:
        raise DigestMismatch(
            f"{response.url} sent bytes of SHA-256 {found.hexdigest()}, its digest says {wanted.hex()}"
        )


def _content_digest(response: httpx.Response) -> bytes:
    """The SHA-256 that the service vouches for (RFC 9530). Raises DigestMismatch when it vouches for none."""
    named = re.search(r"sha-256=:([A-Za-z0-9+/]{43}=):", response.headers.get("Content-Digest", ""))
    if named is None:
        raise DigestMismatch(f"{response.url} came without a SHA-256 Content-Digest, so it cannot be trusted")
    return base64.b64decode(named[1])
