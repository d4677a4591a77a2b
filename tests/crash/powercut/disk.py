"""A disk under a folder: what is surely on it, what programs see, and what a power cut may leave between the two.

What was synced is there. Of what came after, each sector of a file holds what it held at some moment since, independently of all
others; a file has one of the sizes it had; each name stands for what it stood for at some moment. A sector is written whole, as
SQLite counts on (powersafe overwrite). Sectors a file grew by and that were never written hold zeros, or noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tests.crash.powercut.operations import (
    Made,
    Operation,
    Promise,
    Removed,
    Resized,
    Synced,
    Written,
)

SECTOR: Final = 512
Change = Written | Resized


@dataclass(eq=False)
class File:
    """An inode: `kept` is on the disk, `seen` is what programs read, `pending` leads from one to the other."""

    kept: bytearray = field(default_factory=bytearray)
    seen: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, Change]] = field(default_factory=list)

    def change(self, number: int, change: Change) -> None:
        carry_out(self.seen, change)
        self.pending.append((number, change))

    def sync(self, began: int) -> None:
        for number, change in self.pending:
            if number < began:
                carry_out(self.kept, change)
        self.pending = [late for late in self.pending if late[0] >= began]


@dataclass(eq=False)
class Folder:
    """Names of files and folders, in the same three layers."""

    kept: dict[str, File | Folder] = field(default_factory=dict)
    seen: dict[str, File | Folder] = field(default_factory=dict)
    pending: list[tuple[int, str, File | Folder | None]] = field(default_factory=list)

    def change(self, number: int, name: str, to: File | Folder | None) -> None:
        rename(self.seen, name, to)
        self.pending.append((number, name, to))

    def sync(self, began: int) -> None:
        for number, name, to in self.pending:
            if number < began:
                rename(self.kept, name, to)
        self.pending = [late for late in self.pending if late[0] >= began]


Bytes = Callable[[File], bytes | bytearray]
Names = Callable[[Folder], dict[str, File | Folder]]
Tree = dict[str, bytes | bytearray | None]
"""Path -> bytes of a file, None for a folder; a folder comes before what is in it."""


class Disk:
    """The disk while operations are carried out on it, numbered from 0."""

    def __init__(self) -> None:
        self.root = Folder()

    def carry_out(self, number: int, operation: Operation) -> None:
        if isinstance(operation, Promise):
            return
        if isinstance(operation, Synced):
            self._at(operation.path).sync(operation.began)
        elif isinstance(operation, Written | Resized):
            file = self._at(operation.path)
            assert isinstance(file, File), operation.path
            file.change(number, operation)
        else:
            self._rename(number, operation)

    def _rename(self, number: int, operation: Made | Removed) -> None:
        above, _, name = operation.path.rpartition("/")
        folder = self._at(above)
        assert isinstance(folder, Folder), operation.path
        if isinstance(operation, Removed):
            folder.change(number, name, None)
        elif name not in folder.seen:
            folder.change(number, name, Folder() if operation.folder else File())

    def _at(self, path: str) -> File | Folder:
        found: File | Folder = self.root
        for name in path.split("/") if path else ():
            assert isinstance(found, Folder), path
            found = found.seen[name]
        return found

    def tree(self, names: Names, data: Bytes) -> Tree:
        """The disk as one chance had it."""
        tree: Tree = {}

        def walk(folder: Folder, above: str) -> None:
            for name, entry in names(folder).items():
                tree[above + name] = None if isinstance(entry, Folder) else data(entry)
                if isinstance(entry, Folder):
                    walk(entry, f"{above}{name}/")

        walk(self.root, "")
        return tree

    def names_pending(self) -> bool:
        """Whether any folder's names are not what is kept of them."""
        folders = [self.root]
        while folders:
            folder = folders.pop()
            if folder.pending:
                return True
            folders += [entry for entry in folder.seen.values() if isinstance(entry, Folder)]
        return False


def carry_out(image: bytearray, change: Change) -> None:
    if isinstance(change, Written):
        grow(image, change.offset)
        image[change.offset : change.offset + len(change.data)] = change.data
    else:
        del image[change.size :]
        grow(image, change.size)


def grow(image: bytearray, size: int) -> None:
    if len(image) < size:
        image.extend(bytes(size - len(image)))


def rename(names: dict[str, File | Folder], name: str, to: File | Folder | None) -> None:
    if to is None:
        names.pop(name, None)
    else:
        names[name] = to
