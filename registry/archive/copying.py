"""Blobs from one store to another under the same keys, several at once, verified as they are read and as they are stored."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from registry.archive.layout import BLOB_LIST, BLOBS, damaged, open_file, unreadable
from registry.blobs import Blobs
from registry.blobs.disk import DiskBlobs
from registry.errors import BlobCorrupt, BlobExists, BlobMissing
from registry.events.canonical import canonical
from registry.events.references import Sha256

T = TypeVar("T")
R = TypeVar("R")
AT_ONCE: Final = 8
_UNKNOWN_TYPE: Final = "application/octet-stream"


class ListedBlob(BaseModel):
    """A line of the blob list."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    key: str
    size: int = Field(ge=0)
    sha256: Sha256
    content_type: str

    def line(self) -> bytes:
        return canonical(self.model_dump()) + b"\n"


def store_in(folder: Path) -> Blobs:
    """The blobs of an archive."""
    return DiskBlobs(folder / BLOBS)


def told(blobs: Blobs, key: str) -> ListedBlob:
    """What a store says of a blob. Raises BlobMissing and BlobCorrupt."""
    found = blobs.stat(key)
    content_type = found.content_type or _UNKNOWN_TYPE
    try:
        return ListedBlob(key=key, size=found.size, sha256=found.sha256, content_type=content_type)
    except ValidationError:
        raise BlobCorrupt(
            f"{key}: its record is damaged", hint="restore the blob from a backup", key=key
        ) from None


def copy_blob(source: Blobs, target: Blobs, wanted: ListedBlob) -> ListedBlob:
    """Bring the target to hold this very blob. Raises BlobMissing, BlobCorrupt (at the source) and BlobExists (at the target)."""
    if _held(target, wanted.key) == wanted:
        return wanted
    with source.open(wanted.key, sha256=wanted.sha256) as chunks:
        target.put(wanted.key, chunks, content_type=wanted.content_type, sha256=wanted.sha256)
    if (kept := _held(target, wanted.key)) != wanted:
        raise BlobExists(
            f"{wanted.key} is kept as {kept.content_type if kept else 'nothing'}, not as {wanted.content_type}",
            hint="look at who else writes into this store",
            key=wanted.key,
        )
    return wanted


def copy_from(source: Blobs, archive: Blobs, key: str) -> ListedBlob | None:
    """Copy what the source holds under a key; None when it was erased meanwhile. What an earlier run spoilt is copied anew."""
    try:
        wanted = told(source, key)
        try:
            _held(archive, key)
        except BlobCorrupt:
            archive.delete(key)
        return copy_blob(source, archive, wanted)
    except BlobMissing:
        return None


def read_list(folder: Path) -> Iterator[ListedBlob]:
    """The blobs an archive should hold. Raises ArchiveDamaged with the line."""
    try:
        with open_file(folder / BLOB_LIST) as opened:
            for number, line in enumerate(opened, 1):
                yield _listed(f"{BLOB_LIST} line {number}", line)
    except OSError as failure:
        raise unreadable(BLOB_LIST, failure) from None


def check_blob(blobs: Blobs, wanted: ListedBlob) -> None:
    """Read an archived blob whole. Raises ArchiveDamaged, naming it."""
    what = f"blob {wanted.key}"
    try:
        if told(blobs, wanted.key) != wanted:
            raise damaged(what, "its record is not what the list says")
        with blobs.open(wanted.key, sha256=wanted.sha256) as chunks:
            for _ in chunks:
                pass
    except BlobMissing:
        raise damaged(what, "it is missing") from None
    except BlobCorrupt as broken:
        raise damaged(what, broken.message) from None


def in_order(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """`work` of each item, several at once, answered in their order; the first failure ends it."""
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="archive") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= 2 * AT_ONCE:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()


def _held(blobs: Blobs, key: str) -> ListedBlob | None:
    try:
        return told(blobs, key)
    except BlobMissing:
        return None


def _listed(where: str, line: bytes) -> ListedBlob:
    try:
        found = ListedBlob.model_validate(orjson.loads(line))
    except (ValueError, ValidationError):
        raise damaged(where, "it is no blob") from None
    if found.line() != line:
        raise damaged(where, "it is not written the way blobs are")
    return found
