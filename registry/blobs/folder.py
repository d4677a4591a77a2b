"""The steps below a blob folder: open without following links, walk in key order, write durably."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from registry.errors import BlobCorrupt, BlobStoreDown

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_HINTS = {
    errno.ENOSPC: "the disk is full: free space or move the blob folder",
    errno.EDQUOT: "the disk quota is used up: raise it or move the blob folder",
    errno.EFBIG: "the file is larger than this process may write: raise its limit",
    errno.EROFS: "the file system is mounted read-only",
    errno.EACCES: "give the service's user the rights to the blob folder",
    errno.ELOOP: "a symbolic link lies in the blob folder; blobs never follow one: remove it",
    errno.ENOTDIR: "a foreign file or symbolic link lies where a folder belongs: remove it",
}
INCOMING, BYTES, ABOUT = ".incoming", "bytes", "about.json"


class About(BaseModel):
    """The record beside the bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int
    sha256: str
    content_type: str


@contextmanager
def translated(root: Path, what: str) -> Iterator[None]:
    """The file system's errors as ours, naming blob and what to do. Callers see the words; the note, for our log, says where."""
    try:
        yield
    except OSError as error:
        down = BlobStoreDown(
            f"the blob folder failed on {what}: {error.strerror or type(error).__name__}",
            hint=_HINTS.get(error.errno or 0, "look at the disk and its mount"),
        )
        down.add_note(f"the blob folder is {root}")
        raise down from error


def leaf_of(key: str) -> str:
    return key.rpartition("/")[2] + "="


@contextmanager
def directory(parent: int, name: str, *, create: bool = False) -> Iterator[int]:
    if create:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=parent)
            os.fsync(parent)
    fd = os.open(name, _DIRECTORY, dir_fd=parent)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def descend(root: int, names: list[str], *, create: bool = False) -> Iterator[int]:
    """Open a path one directory at a time, so that no link on the way is followed."""
    with contextlib.ExitStack() as stack:
        fd = root
        for name in names:
            fd = stack.enter_context(directory(fd, name, create=create))
        yield fd


def write_about(fresh: int, about: About) -> None:
    fd = os.open(ABOUT, CREATE, 0o600, dir_fd=fresh)
    try:
        os.write(fd, about.model_dump_json().encode())
        os.fsync(fd)
    finally:
        os.close(fd)


def read_about(key: str, leaf: int) -> About:
    fd = os.open(ABOUT, READ, dir_fd=leaf)
    try:
        return About.model_validate_json(os.read(fd, 4096))
    except ValidationError:
        raise BlobCorrupt(
            f"{key}: its record {ABOUT} is damaged", hint="restore the blob from a backup", key=key
        ) from None
    finally:
        os.close(fd)


def walk(fd: int, path: str, prefix: str) -> Iterator[str]:
    """Keys below a directory in the order of their bytes, one directory in memory at a time.

    A folder `d` stands for keys that go on with `d/`, so it is sorted as `d/`; a blob `d=` is the key `d`.
    """
    found = []
    with os.scandir(fd) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                found.append(entry.name[:-1] if entry.name.endswith("=") else entry.name + "/")
    for name in sorted(found):
        key = path + name
        if not name.endswith("/"):
            if key.startswith(prefix):
                yield key
        elif key.startswith(prefix) or prefix.startswith(key):
            try:
                with directory(fd, name[:-1]) as below:
                    yield from walk(below, key, prefix)
            except FileNotFoundError:
                continue


def last_touched(incoming: int, name: str) -> float:
    """A long upload touches only the file inside, never its directory."""
    touched = 0.0
    for path in (name, f"{name}/{BYTES}"):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            touched = max(touched, os.stat(path, dir_fd=incoming, follow_symlinks=False).st_mtime_ns)
    return touched


def remove(name: str, incoming: int) -> None:
    """Remove a directory of `.incoming`; it may have been moved into place or removed already."""
    shutil.rmtree(name, ignore_errors=True, dir_fd=incoming)
