"""Blobs in a local folder: one small directory per blob, moved into place in one step and never replaced.

    <root>/studio_x/asset_y/original=/bytes        the bytes, as they came
                                    /about.json    size, digest, content type
    <root>/.incoming/<token>/                      a blob being written, or one being removed

A directory can be renamed onto a name only while nothing (or an empty directory) is there, so the rename is
the arbiter between racing writers, and bytes and digest appear together. `=` is outside the key grammar: a
blob's own files can never be mistaken for a key. Every step is relative to an open directory and follows no
symbolic link.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from registry.errors import BlobCorrupt, BlobMissing

from .digest import CHUNK, agree, check_arrived, clip, pour, verified
from .folder import (
    ABOUT,
    BYTES,
    CREATE,
    INCOMING,
    READ,
    About,
    descend,
    directory,
    last_touched,
    leaf_of,
    read_about,
    remove,
    translated,
    walk,
    write_about,
)
from .keys import check_content_type, check_key, check_prefix, check_sha256
from .protocol import StoredBlob

_TAKEN = {errno.ENOTEMPTY, errno.EEXIST}


class DiskBlobs:
    """A `Blobs` under a folder of this machine. The folder must not be shared over a network file system."""

    def __init__(self, root: Path, *, token: Callable[[], str] = lambda: secrets.token_hex(12)) -> None:
        self._root = root.absolute()
        self._token = token

    def put(
        self, key: str, chunks: Iterable[bytes], *, content_type: str, sha256: str | None = None
    ) -> StoredBlob:
        check_key(key)
        check_content_type(content_type)
        if sha256 is not None:
            check_sha256(sha256)
        with self._new_directory() as (incoming, name, fresh):
            size, found = self._fill(fresh, chunks)
            check_arrived(key, expected=sha256, found=found)
            with self._disk(key):
                write_about(fresh, About(size=size, sha256=found, content_type=content_type))
                os.fsync(fresh)
            offered = StoredBlob(key, size, found)
            return offered if self._place(key, incoming, name) else agree(self.stat(key), offered)

    @contextmanager
    def open(
        self, key: str, *, sha256: str | None = None, start: int = 0, length: int | None = None
    ) -> Iterator[Iterator[bytes]]:
        check_key(key)
        with self._blob(key) as (stored, fd):
            if sha256 is not None:
                check_sha256(sha256)
            if start == 0 and length is None:
                yield verified(self._read(key, fd, 0, stored.size), key=key, sha256=sha256 or stored.sha256)
            else:
                check_arrived(key, expected=sha256, found=stored.sha256)
                yield self._read(key, fd, *clip(stored.size, start, length))

    def stat(self, key: str) -> StoredBlob:
        check_key(key)
        with self._blob(key) as (stored, _):
            return stored

    def list(self, prefix: str) -> Iterator[str]:
        check_prefix(prefix)
        with self._disk(prefix), self._open_root() as root:
            yield from walk(root, "", prefix)

    def delete(self, key: str) -> None:
        check_key(key)
        trash = self._token()
        with self._disk(key), self._open_root() as root, directory(root, INCOMING, create=True) as incoming:
            try:
                with descend(root, key.split("/")[:-1]) as parent:
                    os.rename(leaf_of(key), trash, src_dir_fd=parent, dst_dir_fd=incoming)
                    os.fsync(parent)
            except FileNotFoundError:
                return
            shutil.rmtree(trash, dir_fd=incoming)
            self._tidy(root, key.split("/")[:-1])

    def presign(self, key: str, *, seconds: int) -> str | None:  # noqa: ARG002 - a folder has no address
        check_key(key)
        return None

    def sweep(
        self, prefix: str, *, keep: Callable[[str], bool], older_than: int, now: int
    ) -> tuple[str, ...]:
        limit, removed = (now - older_than) * 1000, []
        for key in self.list(prefix):
            if self._stored_at(key) < limit and not keep(key):
                self.delete(key)
                removed.append(key)
        self._remove_leftovers(limit)
        return tuple(removed)

    def check(self) -> None:
        with self._new_directory() as (_, _, fresh), self._disk("a new blob"):
            write_about(fresh, About(size=0, sha256="", content_type=""))

    def close(self) -> None:
        """Nothing stays open between calls."""

    # -- writing

    @contextmanager
    def _new_directory(self) -> Iterator[tuple[int, str, int]]:
        """A fresh directory under `.incoming`, gone afterwards unless it was moved into place."""
        with contextlib.ExitStack() as stack:
            with self._disk("a new blob"):
                root = stack.enter_context(self._open_root())
                incoming = stack.enter_context(directory(root, INCOMING, create=True))
                name = self._token()
                os.mkdir(name, 0o700, dir_fd=incoming)
                stack.callback(remove, name, incoming)
                fresh = stack.enter_context(directory(incoming, name))
            yield incoming, name, fresh

    def _fill(self, fresh: int, chunks: Iterable[bytes]) -> tuple[int, str]:
        """Write the bytes down and wait for the disk; only the disk's own errors are translated."""
        with self._disk("a new blob"):
            fd = os.open(BYTES, CREATE, 0o600, dir_fd=fresh)

        def write(chunk: bytes) -> None:
            with self._disk("a new blob"):
                view = memoryview(chunk)
                while view:
                    view = view[os.write(fd, view) :]

        try:
            size, found = pour(chunks, write)
            with self._disk("a new blob"):
                os.fsync(fd)
        finally:
            os.close(fd)
        return size, found

    def _place(self, key: str, incoming: int, name: str) -> bool:
        """Move the finished directory to its key. False when the key is taken."""
        with (
            self._disk(key),
            self._open_root() as root,
            descend(root, key.split("/")[:-1], create=True) as parent,
        ):
            try:
                os.rename(name, leaf_of(key), src_dir_fd=incoming, dst_dir_fd=parent)
            except OSError as error:
                if error.errno in _TAKEN:
                    return False
                raise
            os.fsync(parent)
            return True

    # -- reading

    @contextmanager
    def _blob(self, key: str) -> Iterator[tuple[StoredBlob, int]]:
        """The record of a blob and its open bytes."""
        with contextlib.ExitStack() as stack:
            with self._disk(key):
                try:
                    root = stack.enter_context(self._open_root())
                    leaf = stack.enter_context(descend(root, [*key.split("/")[:-1], leaf_of(key)]))
                    about = read_about(key, leaf)
                    fd = os.open(BYTES, READ, dir_fd=leaf)
                except FileNotFoundError:
                    raise BlobMissing(
                        f"no blob under {key}", hint="it was never stored, or it was erased", key=key
                    ) from None
                stack.callback(os.close, fd)
                size = os.fstat(fd).st_size
            if size != about.size:
                raise BlobCorrupt(
                    f"{key}: {about.size} bytes were stored, {size} are there",
                    hint="restore the blob from a backup",
                    key=key,
                )
            yield StoredBlob(key, size, about.sha256, about.content_type), fd

    def _read(self, key: str, fd: int, start: int, length: int) -> Iterator[bytes]:
        end = start + length
        while start < end:
            with self._disk(key):
                chunk = os.pread(fd, min(CHUNK, end - start), start)
            if not chunk:
                raise BlobCorrupt(
                    f"{key} ends at byte {start}", hint="restore the blob from a backup", key=key
                )
            start += len(chunk)
            yield chunk

    # -- sweeping

    def _stored_at(self, key: str) -> float:
        """When the blob was written, in nanoseconds; never for one that is gone by now."""
        with self._disk(key), self._open_root() as root:
            try:
                with descend(root, [*key.split("/")[:-1], leaf_of(key)]) as leaf:
                    return os.stat(ABOUT, dir_fd=leaf, follow_symlinks=False).st_mtime_ns
            except FileNotFoundError:
                return float("inf")

    def _remove_leftovers(self, limit: int) -> None:
        """What a killed writer or remover left under `.incoming` before `limit` (nanoseconds)."""
        with (
            self._disk(INCOMING),
            self._open_root() as root,
            directory(root, INCOMING, create=True) as incoming,
        ):
            for name in os.listdir(incoming):
                if last_touched(incoming, name) < limit:
                    remove(name, incoming)

    # -- the folder itself

    def _tidy(self, root: int, path: Sequence[str]) -> None:
        """Remove the folder that held the blob once it is empty; a studio's own folder stays."""
        if len(path) > 1:
            with contextlib.suppress(OSError), descend(root, list(path[:-1])) as parent:
                os.rmdir(path[-1], dir_fd=parent)

    @contextmanager
    def _open_root(self) -> Iterator[int]:
        """The root may be a link (an administrator's choice); nothing below it may."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            yield fd
        finally:
            os.close(fd)

    def _disk(self, what: str) -> AbstractContextManager[None]:
        return translated(self._root, what)
