"""Where checkpoints lie, outside the database: a folder, or any S3 bucket. A name is written once and never again.

<origin>/<log>/<size, nineteen digits>.checkpoint           the note as the log signed it
<origin>/<log>/<size>.<hash of the key>.cosigned            the same with a witness's signature under it
<origin>/<log>/<size>.tsr                                   a time stamp of the note (RFC 3161)
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from registry.errors import CheckpointsUnusable
from registry.lasting import make_folder, sync_folder

_MOST_BYTES: Final = 1_000_001
_HINT: Final = "see that the places of CONTINUITY_CHECKPOINTS can be read and written"


class Place(Protocol):
    """Somewhere checkpoints lie. Threads, processes and machines may share it. Every method may raise CheckpointsUnusable."""

    name: str

    def keep(self, origin: str, name: str, content: bytes) -> bytes:
        """Make it durable, unless the name is taken; answers what stands under the name then."""
        ...

    def names(self, origin: str, *, after: str = "") -> Sequence[str]:
        """The names of an origin that come after one, in order."""
        ...

    def read(self, origin: str, name: str) -> bytes: ...


class Folder:
    """A folder, which is made when it is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = f"the folder {folder.name}"

    def keep(self, origin: str, name: str, content: bytes) -> bytes:
        folder = self._folder / origin
        beside = folder / f".{name}.{os.getpid()}.{id(content)}"
        try:
            make_folder(folder, mode=0o755)
            with beside.open("xb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            try:
                os.link(beside, folder / name)
            except FileExistsError:
                return self.read(origin, name)
            finally:
                beside.unlink(missing_ok=True)
            sync_folder(folder)
        except OSError as failure:
            raise _unusable(name, "written", failure) from None
        return content

    def names(self, origin: str, *, after: str = "") -> Sequence[str]:
        try:
            found = os.listdir(self._folder / origin)
        except FileNotFoundError:
            return []
        except OSError as failure:
            raise _unusable(origin, "listed", failure) from None
        return sorted(name for name in found if name > after and not name.startswith("."))

    def read(self, origin: str, name: str) -> bytes:
        try:
            with (self._folder / origin / name).open("rb") as opened:
                return opened.read(_MOST_BYTES)
        except OSError as failure:
            raise _unusable(name, "read", failure) from None


def _unusable(name: str, what: str, failure: OSError) -> CheckpointsUnusable:
    """Names the file, not the folder it is in: callers see these words."""
    return CheckpointsUnusable(f"the checkpoint {name} cannot be {what}: {failure.strerror}", hint=_HINT)
