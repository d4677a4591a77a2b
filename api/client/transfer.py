"""Bytes up and down: a file as a body that can be sent again, and a download that only exists once it is proven whole."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

from api.client.errors import DigestMismatch, LocalFailure
from api.client.settling import settled
from api.client.wire import Call, Wire

OnBytes = Callable[[int, int | None], None]
"""(bytes done, bytes in all if that is known). An upload that is sent again is told from its beginning again."""

_CHUNK: Final = 256 * 1024
_PARTIAL: Final = 206
_BOUNDARY: Final = f"continuity-{uuid4().hex}"
"""Nothing that is sent holds it: nobody can know it before."""
_AFTER: Final = f"\r\n--{_BOUNDARY}--\r\n".encode()
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


@dataclass(frozen=True, slots=True)
class FormBody:
    """A file on its way up as the part `file` of a form (RFC 7578), after the words that come with it."""

    path: Path
    words: Mapping[str, str]
    on_bytes: OnBytes

    def headers(self) -> dict[str, str]:
        """Raises OSError when the file cannot be read."""
        size = self.path.stat().st_size + len(self._before()) + len(_AFTER)
        return {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}", "Content-Length": str(size)}

    def stream(self) -> Iterator[bytes]:
        yield self._before()
        yield from FileBody(self.path, self.on_bytes).stream()
        yield _AFTER

    def _before(self) -> bytes:
        parts = [
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{said}\r\n'
            for name, said in self.words.items()
        ]
        named = 'Content-Disposition: form-data; name="file"; filename="footage"'
        head = f"--{_BOUNDARY}\r\n{named}\r\nContent-Type: application/octet-stream\r\n\r\n"
        return "".join([*parts, head]).encode()


def _media_type(head: bytes, name: str) -> str:
    """By the bytes where they say it, else by the name; the service judges the bytes themselves."""
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    return guess_type(name)[0] or "application/octet-stream"


def download(
    wire: Wire, path: str, target: Path, on_bytes: OnBytes, patience: float = 0.0, /, **params: str
) -> Path:
    """Fetch bytes into `target`. They arrive in a file beside it that is renamed once the digest matched.

    `patience` is in seconds, for what the service makes before it sends it. A connection that breaks is taken up where it broke,
    if the bytes are still the same. Raises DigestMismatch and
    LocalFailure, and leaves no file behind then.
    """
    part = target.with_name(f".{target.name}.{wire.manners.make_key()}.part")
    try:
        arriving = _Arriving(wire, path, params, part, on_bytes, patience)
        wire.persist(arriving.call, arriving.go_on)
        part.replace(target)
    except OSError as failed:
        raise LocalFailure(
            "cannot-write", f"{target} cannot be written: {failed.strerror or failed}", "choose another place"
        ) from failed
    finally:
        part.unlink(missing_ok=True)
    return target


@dataclass
class _Arriving:
    """Bytes on their way into `part`: `done` of them are there, `found` is their digest, `tag` says of what they are a part."""

    wire: Wire
    path: str
    params: Mapping[str, str]
    part: Path
    on_bytes: OnBytes
    patience: float = 0.0
    done: int = 0
    tag: str | None = None
    found: Any = field(default_factory=hashlib.sha256)

    @property
    def call(self) -> Call:
        """All of it, or what is still missing if it has not changed (RFC 9110, sections 13.1.5 and 14.2)."""
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if self.done and self.tag is not None:
            headers |= {"Range": f"bytes={self.done}-", "If-Range": self.tag}
        return Call("GET", self.path, self.params, headers=headers, patience=self.patience)

    def go_on(self) -> None:
        """One try. Raises DigestMismatch once all of it is there and is not what was promised."""
        response = self.wire.http.send(self.wire.build(self.call), stream=True)
        try:
            if not response.is_success:
                response.read()
            settled(response)
            wanted = self._begun(response)
            self._take(response)
        finally:
            response.close()
        if self.found.digest() != wanted:
            got, self.done = self.found.hexdigest(), 0
            raise DigestMismatch(
                f"{response.url} sent bytes of SHA-256 {got}, its digest says {wanted.hex()}"
            )

    def _begun(self, response: httpx.Response) -> bytes:
        """The digest that the whole must have. What came before counts only for a part that follows it."""
        goes_on = response.headers.get("Content-Range", "").startswith(f"bytes {self.done}-")
        if response.status_code == _PARTIAL and self.done and goes_on:
            return _digest_in(response, "Repr-Digest")
        if response.status_code == _PARTIAL:
            raise DigestMismatch(f"{response.url} sent a part that was not asked for")
        self.done, self.found = 0, hashlib.sha256()
        self.tag = response.headers.get("ETag")
        return _digest_in(response, "Content-Digest")

    def _take(self, response: httpx.Response) -> None:
        length = response.headers.get("Content-Length", "")
        total = self.done + int(length) if length.isascii() and length.isdigit() else None
        with self.part.open("r+b" if self.done else "wb") as file:
            file.seek(self.done)
            for chunk in response.iter_bytes(_CHUNK):
                file.write(chunk)
                self.found.update(chunk)
                self.done += len(chunk)
                self.on_bytes(self.done, total)


def _digest_in(response: httpx.Response, name: str) -> bytes:
    """The SHA-256 that the service vouches for (RFC 9530). Raises DigestMismatch when it vouches for none."""
    named = re.search(r"sha-256=:([A-Za-z0-9+/]{43}=):", response.headers.get(name, ""))
    if named is None:
        raise DigestMismatch(f"{response.url} came without a SHA-256 {name}, so it cannot be trusted")
    return base64.b64decode(named[1])
