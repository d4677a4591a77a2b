"""A folder of AYON, and the tree that folders make: what lies above each, in which order, and what is dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

_DIGITS: Final = re.compile(r"([0-9]+)")


class Folder(BaseModel):
    """What is read of a folder; AYON says more."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(min_length=1, max_length=200)
    name: str = Field(min_length=1)
    label: str | None = None
    told_path: str = Field(default="", alias="path")
    folder_type: str = Field(alias="folderType")
    parent_id: str | None = Field(default=None, alias="parentId")
    attrib: dict[str, Any] | None = None
    status: str = ""
    active: bool = True
    """`GET …/folders` does not say it."""

    @property
    def called(self) -> str:
        return self.label or self.name

    @property
    def dropped(self) -> str:
        """Why nobody works on it any more; empty where it is live. Omitted is what AYON's own statuses call it."""
        if not self.active:
            return "is not active"
        return "is omitted" if self.status.casefold() == "omitted" else ""

    def told(self, name: str) -> str:
        """An attribute in words; empty where there is none."""
        said = (self.attrib or {}).get(name)
        return said.strip() if isinstance(said, str) else ""


class Tree:
    """The folders by id, and what lies above each."""

    def __init__(self, folders: Sequence[Folder]) -> None:
        self.folders = {folder.id: folder for folder in folders}

    def above(self, folder: Folder) -> Iterator[Folder]:
        """Its parents, the nearest first; a ring of parents ends where it begins again."""
        seen = {folder.id}
        at: Folder | None = folder
        while at is not None and at.parent_id is not None and at.parent_id not in seen:
            seen.add(at.parent_id)
            at = self.folders.get(at.parent_id)
            if at is not None:
                yield at

    def path(self, folder: Folder) -> str:
        """Where it lies: as the export says it (with a slash at its beginning or without), else by what lies above it."""
        if folder.told_path.strip("/"):
            return "/" + folder.told_path.strip("/")
        return "/" + "/".join([*reversed([one.name for one in self.above(folder)]), folder.name])

    def order(self, folder: Folder) -> list[list[tuple[int, str]]]:
        """What sorts folders as people do: by the names on their path, numbers in them by size."""
        return [_sizes(name) for name in self.path(folder).split("/")]

    def dropped(self, folder: Folder) -> str:
        """Why it is not taken: what it says itself, or a folder that it lies in."""
        if folder.dropped:
            return folder.dropped
        over = next((one for one in self.above(folder) if one.dropped), None)
        return f"lies in {self.path(over)}, which {over.dropped}" if over is not None else ""

    def nearest(self, folder: Folder, kind: str) -> Folder | None:
        return next((one for one in self.above(folder) if one.folder_type.casefold() == kind), None)


def _sizes(name: str) -> list[tuple[int, str]]:
    """A name in pieces that compare: words as they are, numbers by how many digits they have and then by the digits."""
    pieces = [
        piece.lstrip("0") if at % 2 else piece for at, piece in enumerate(_DIGITS.split(name.casefold()))
    ]
    return [(len(piece) if at % 2 else 0, piece) for at, piece in enumerate(pieces)]
