"""What a power cut may leave of a disk: every kind of remains that can tell a careful program from a careless one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from tests.crash.powercut.disk import SECTOR, Change, Disk, File, Folder, Tree, carry_out, grow, rename
from tests.crash.powercut.operations import Operation, Promise, Synced, Written


def remains(
    disk: Disk, number: int, operation: Operation, *, chance: Random, draws: int
) -> Iterator[tuple[str, Tree]]:
    """What the disk may hold after operation `number`, as far as that differs from what it may have held before it.

    1. Nothing but what was synced: after a sync, and after each promise, which must not hang on more than that.
    2. Everything that was done, as if only the process had died.
    3. By lot: all, but of the last write only a part; or the last write alone, before those that preceded it.
    4. All names without what is newly in the files, and the other way round, after each call that is no write.
    5. `draws` times anything in between, sector by sector and name by name.
    """
    if isinstance(operation, Synced | Promise):
        yield "least", disk.tree(kept_names, kept)
    else:
        yield "most", disk.tree(seen_names, seen)
        if isinstance(operation, Written):
            last = chance.choice((Tearing(number, chance), Early(number)))
            yield type(last).__name__.lower(), disk.tree(seen_names, last)
    if disk.names_pending() and not isinstance(operation, Written | Promise):
        yield "names", disk.tree(seen_names, kept)
        yield "data", disk.tree(kept_names, seen)
    for _ in range(draws):
        yield "drawn", disk.tree(Drawn(chance).names, Drawn(chance))


def kept(file: File) -> bytearray:
    return file.kept


def seen(file: File) -> bytearray:
    return file.seen


def kept_names(folder: Folder) -> dict[str, File | Folder]:
    return folder.kept


def seen_names(folder: Folder) -> dict[str, File | Folder]:
    return folder.seen


@dataclass
class Tearing:
    """All is there, except that of change `number` only some first or some last sectors are."""

    number: int
    chance: Random

    def __call__(self, file: File) -> bytearray:
        if not file.pending or file.pending[-1][0] != self.number:
            return file.seen
        image = bytearray(file.kept)
        for _, change in file.pending[:-1]:
            carry_out(image, change)
        last = file.pending[-1][1]
        assert isinstance(last, Written)
        pieces = list(sectors(last))
        few = self.chance.randrange(len(pieces)) if pieces else 0
        for piece in pieces[:few] if self.chance.random() < 0.5 else pieces[len(pieces) - few :]:
            carry_out(image, piece)
        return image


@dataclass
class Early:
    """Of the file that change `number` belongs to, nothing unsynced is there but that change."""

    number: int

    def __call__(self, file: File) -> bytearray:
        if not file.pending or file.pending[-1][0] != self.number:
            return file.seen
        image = bytearray(file.kept)
        carry_out(image, file.pending[-1][1])
        return image


@dataclass
class Drawn:
    """Each sector, size and name as it was at a moment of its own since the last sync; `sure` is how likely the newest is."""

    chance: Random
    moments: dict[int, int] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)

    def names(self, folder: Folder) -> dict[str, File | Folder]:
        found, until = dict(folder.kept), dict[str, int]()
        for place, (_, name, to) in enumerate(folder.pending):
            if place <= until.setdefault(name, self.chance.randint(-1, len(folder.pending))):
                rename(found, name, to)
        return found

    def __call__(self, file: File) -> bytearray:
        if not file.pending:
            return file.kept
        image, sure = self._ground(file), self.chance.choice((0.1, 0.5, 0.9))
        size, sizes, self.moments, self.begun = len(file.kept), [len(file.kept)], {}, set()
        for place, (_, change) in enumerate(file.pending):
            size = max(size, change.offset + len(change.data)) if isinstance(change, Written) else change.size
            sizes.append(size)
            for piece in sectors(change, len(image)):
                if place <= self._moment(piece.offset // SECTOR, sure, len(file.pending)):
                    self._put(image, piece, len(file.kept))
        final = size if self.chance.random() < sure else self.chance.choice(sizes)
        grow(image, final)
        del image[final:]
        return image

    def _ground(self, file: File) -> bytearray:
        """What is under the changes: behind the end of the file, in one of two draws, what was on the disk at some time."""
        image = bytearray(file.kept)
        if self.chance.random() < 0.5:
            grow(image, -(-len(image) // SECTOR) * SECTOR)
            beyond = max((_end(change) for _, change in file.pending), default=0) - len(image)
            image.extend(self.chance.randbytes(max(beyond, 0)))
        return image

    def _moment(self, sector: int, sure: float, changes: int) -> int:
        """Up to which of the pending changes this sector has taken part in; -1 for none."""
        if sector not in self.moments:
            newest = self.chance.random() < sure
            self.moments[sector] = changes if newest else self.chance.randint(-1, changes)
        return self.moments[sector]

    def _put(self, image: bytearray, piece: Written, kept_size: int) -> None:
        """A sector behind the old end is written whole: zeros stand round the piece that begins it."""
        start = piece.offset // SECTOR * SECTOR
        if start >= kept_size and start not in self.begun:
            self.begun.add(start)
            carry_out(image, Written(piece.path, start, bytes(SECTOR)))
        carry_out(image, piece)


def sectors(change: Change, end: int = 0) -> Iterator[Written]:
    """A change, sector by sector; what a file is cut short by up to `end` becomes zeros."""
    data = change.data if isinstance(change, Written) else bytes(max(end - change.size, 0))
    offset = change.offset if isinstance(change, Written) else change.size
    start = 0
    while start < len(data):
        stop = min(start + SECTOR - (offset + start) % SECTOR, len(data))
        yield Written(change.path, offset + start, data[start:stop])
        start = stop


def _end(change: Change) -> int:
    return change.offset + len(change.data) if isinstance(change, Written) else change.size
