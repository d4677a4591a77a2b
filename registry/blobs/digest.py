"""Hashing bytes on their way: in while they are written down, out while they are read back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from registry.errors import BlobCorrupt, BlobError, BlobExists

from .protocol import StoredBlob

# Large enough that system calls do not show beside SHA-256, small enough for a hundred readers in memory.
CHUNK = 1 << 20


def chunks_of(file: BinaryIO) -> Iterator[bytes]:
    """A file from its beginning to its end."""
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk


def sha256_of(file: BinaryIO) -> str:
    """The digest of a whole file."""
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def pour(chunks: Iterable[bytes], write: Callable[[bytes], object]) -> tuple[int, str]:
    """Write every chunk; answers their size and digest. What `chunks` raises is not ours to translate."""
    size, digest = 0, hashlib.sha256()
    for chunk in chunks:
        write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def verified(chunks: Iterable[bytes], *, key: str, sha256: str) -> Iterator[bytes]:
    """The same chunks, the last one held back until the digest of all of them matched."""
    digest, held = hashlib.sha256(), b""
    for chunk in chunks:
        digest.update(chunk)
        if held:
            yield held
        held = chunk
    check_arrived(key, expected=sha256, found=digest.hexdigest())
    if held:
        yield held


def check_arrived(key: str, *, expected: str | None, found: str) -> None:
    """The digest a caller expects is the one found, or `BlobCorrupt`."""
    if expected is not None and expected != found:
        raise BlobCorrupt(
            f"{key}: expected SHA-256 {expected}, found {found}",
            hint="the bytes were changed on their way or in the store: send them again, or restore a backup",
            key=key,
        )


def agree(stored: StoredBlob, offered: StoredBlob) -> StoredBlob:
    """What a put answers when the key is taken: the first blob if the bytes agree, else `BlobExists`."""
    if stored != offered:
        raise BlobExists(
            f"{stored.key} already holds {stored.size} bytes with SHA-256 {stored.sha256}, "
            f"not the {offered.size} bytes with {offered.sha256}",
            hint="blobs are never overwritten: choose a new key",
            key=stored.key,
        )
    return stored


def clip(size: int, start: int, length: int | None) -> tuple[int, int]:
    """The part of `size` bytes that a range means, as (start, length)."""
    if start < 0 or start > size or (length is not None and length < 0):
        raise BlobError(
            f"bytes {start}+{'rest' if length is None else length} lie outside a blob of {size} bytes",
            hint=f"start may be 0 to {size}, length 0 or more",
        )
    return start, min(size - start, size if length is None else length)
