"""What an archive of a studio looks like on disk, and its manifest.

    manifest.json        what is here: the last position, digests of everything below, and its own
    events/<first>.jsonl one event a line, every column; a file begins with the position it is named after
    blobs.jsonl          one blob a line: key, size, SHA-256, content type
    blobs/               the blobs, laid out like a blob folder
    answers/             kept answers to commands, sealed; they open with the key file
    checkpoints/         signed checkpoints of the log, with what witnesses signed, as they were kept (`registry.checkpoints`)

The key file stands apart (`sealed`). Every file is written whole under another name, synced, and moved into place, so a killed
export leaves finished files and nothing half done in their places. While the manifest says `finished: false`, or there is none,
the archive is not one.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Final, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from registry.errors import ArchiveDamaged, ArchiveError, ArchiveUnfinished
from registry.events.canonical import canonical, canonical_sha256
from registry.events.ids import StudioId
from registry.events.references import Sha256

MANIFEST: Final = "manifest.json"
EVENTS: Final = "events"
BLOBS: Final = "blobs"
BLOB_LIST: Final = "blobs.jsonl"
ANSWERS: Final = "answers"
CHECKPOINTS: Final = "checkpoints"
_LOCK: Final = ".lock"
_DAMAGED: Final = "make the archive again, or fetch another copy of it"
_Count = Annotated[int, Field(ge=0)]
_File = Annotated[str, StringConstraints(pattern=r"^(events|answers)/[0-9]{1,20}\.[a-z]{1,10}$")]
"""A file of the archive itself: no name in a manifest leads anywhere else."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Segment(_Frozen):
    """A file of events. `digest` is SHA-256 over the leaf hashes of all events from the first of the log to `last`."""

    file: _File
    first: Annotated[int, Field(ge=1)]
    last: Annotated[int, Field(ge=1)]
    sha256: Sha256
    digest: Sha256


class BlobList(_Frozen):
    """How many blobs there are, of how many bytes, and the digest of the file that names them."""

    count: _Count
    bytes: _Count
    sha256: Sha256


class AnswerPart(_Frozen):
    """A file of sealed answers."""

    file: _File
    count: _Count
    sha256: Sha256


class KeyPart(_Frozen):
    """The key file that belongs to this archive, and how much is in it: data keys, destroyed ones, API keys."""

    sha256: Sha256
    streams: _Count
    destroyed: _Count
    api_keys: _Count


class Contents(_Frozen):
    """What a finished archive holds. Times are microseconds since 1970; `digest` is the last segment's."""

    name: str
    opened_at: int
    exported_at: int
    position: _Count
    digest: Sha256
    segments: tuple[Segment, ...]
    blobs: BlobList
    answers: tuple[AnswerPart, ...]
    keys: KeyPart


class Manifest(_Frozen):
    """Whose archive this is, and what it holds once it is finished."""

    format: Literal[1] = 1
    studio: StudioId
    finished: bool
    contents: Contents | None = None

    def stored(self) -> bytes:
        """The one way this manifest is written down: canonical, with a digest of itself at the end."""
        body = self.model_dump(mode="json")
        return canonical({"manifest": body, "sha256": canonical_sha256(body)}) + b"\n"


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest as it was written; None where there is none. Raises ArchiveDamaged and ArchiveError (a newer format)."""
    try:
        with open_file(folder / MANIFEST) as opened:
            found = opened.read()
    except FileNotFoundError:
        return None
    except OSError as failure:
        raise unreadable(MANIFEST, failure) from None
    try:
        body = orjson.loads(found)["manifest"]
        if isinstance(body.get("format"), int) and body["format"] > 1:
            raise ArchiveError(
                f"this archive has format {body['format']}, and this version knows 1",
                hint="use a version of Continuity that knows it",
            )
        manifest = Manifest.model_validate_json(orjson.dumps(body))
    except (ValueError, TypeError, KeyError, AttributeError, ValidationError):
        raise damaged(MANIFEST, "it cannot be read") from None
    if manifest.stored() != found:
        raise damaged(MANIFEST, "it is not what was written")
    return manifest


def finished_contents(folder: Path) -> tuple[Manifest, Contents]:
    """The manifest of a finished archive. Raises ArchiveUnfinished and ArchiveDamaged."""
    manifest = read_manifest(folder)
    if manifest is None or not manifest.finished or manifest.contents is None:
        raise ArchiveUnfinished(
            f"{folder} holds no finished archive",
            hint="name the folder of an export; one that was cut short is given again and goes on",
        )
    return manifest, manifest.contents


def write_durably(file: Path, content: bytes, *, mode: int = 0o600) -> None:
    """The file is whole under its name, and on the disk, when this returns."""
    with new_file(file, mode=mode) as opened:
        opened.write(content)


@contextmanager
def new_file(file: Path, *, mode: int = 0o600) -> Iterator[IO[bytes]]:
    """A file that gets its name when it is whole and on the disk; nothing is left in its place otherwise."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = file.with_name(f".{file.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as opened:
        yield opened
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """One process fills a folder. Raises ArchiveError while another does."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / _LOCK).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ArchiveError(f"another export fills {folder}", hint="wait until it ends") from None
        yield


def open_file(file: Path) -> IO[bytes]:
    """A file of an archive to read. Raises OSError, also for a link or a device: an archive may come from anywhere."""
    opened = os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
        opened.close()
        raise OSError(errno.EINVAL, "it is no plain file")
    return opened


def files_in(folder: Path, part: str) -> list[str]:
    """The files of a part of the archive, by name; what a killed export left behind is not one."""
    place = folder / part
    if not place.is_dir():
        return []
    return sorted(f"{part}/{one.name}" for one in place.iterdir() if not one.name.startswith("."))


def damaged(what: str, why: str) -> ArchiveDamaged:
    return ArchiveDamaged(f"{what}: {why}", hint=_DAMAGED, what=what)


def unreadable(what: str, failure: OSError) -> ArchiveDamaged:
    return damaged(what, f"it cannot be read: {failure.strerror}")
