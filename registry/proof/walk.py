"""One walk over a log's rows: every leaf made anew from all columns, the order checked, the tree held against checkpoints. Pure.

What a walk can show: that a row is not the one that was hashed (its stored hash says so), that rows are missing, doubled or
swapped (positions, versions, times), and, where a checkpoint was held elsewhere, that the whole history up to it is the one that
was signed: whoever recomputes every hash in the database still meets another root.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Final

from registry.proof.leaf import COLUMNS, NotALeaf, leaf_of
from registry.proof.note import Checkpoint
from registry.proof.report import LogReport
from registry.proof.tree import Frontier

Row = Sequence[Any]
"""The columns of `leaf.COLUMNS` in order and the stored leaf hash; text as UTF-8 bytes."""
_POSITION, _STREAM, _VERSION, _AT, _BODY = (
    COLUMNS.index(name) for name in ("position", "stream", "version", "recorded_at", "body")
)
_LEAF: Final = len(COLUMNS)
_checked: Final = itemgetter(_POSITION, _STREAM, _VERSION, _AT, _LEAF)


class Walk:
    """A log as its rows come by, in their order. `held` are its checkpoints, already opened; they may be of any sizes."""

    def __init__(self, log: str, held: Sequence[Checkpoint] = ()) -> None:
        self.report = LogReport(log, checkpoints=len(held))
        self._tree = Frontier()
        self._stored: Frontier | None = None
        self._first_changed = 0
        self._versions: dict[bytes, int] = {}
        self._at = 0
        self._position = 0
        self._held = self._by_size(held)
        self._due = iter(sorted(self._held))
        self._next = next(self._due, -1)
        self._good = True
        self._meet()

    def take(self, rows: Sequence[Row]) -> None:
        """The next rows."""
        versions = self._versions
        fresh: list[bytes] = []
        due = self._next - self._tree.size
        for row in rows:
            try:
                leaf = leaf_of(row)
                position, stream, version, at, stored = _checked(row)
            except NotALeaf as broken:
                due = self._settle(fresh)
                self._broken(row, str(broken))
                due = self._settle(fresh)
                continue
            if leaf != stored:
                due = self._settle(fresh)
                self._changed(row)
            if position != self._position + 1:
                self._misplaced(position)
            known = versions.get(stream, 0)
            if version != known + 1:
                name = stream.decode(errors="replace")
                self.report.found("version", position, f"version {version} of {name} follows {known}")
            if at < self._at:
                self.report.found("time", position, "it was recorded before the one in front of it")
            versions[stream], self._at, self._position = version, at, position
            fresh.append(leaf)
            if self._stored is not None:
                self._stored.append(stored if isinstance(stored, bytes) else leaf)
            if len(fresh) == due:
                due = self._settle(fresh)
        self._settle(fresh)

    def _settle(self, fresh: list[bytes]) -> int:
        """Add what was read to the tree, and hold it against a checkpoint of that size. How many leaves the next one is off."""
        self._tree.extend(fresh)
        fresh.clear()
        self._meet()
        return self._next - self._tree.size

    def end(self) -> LogReport:
        """No more rows: what the walk has found."""
        report = self.report
        report.events, report.root = self._tree.size, self._tree.root()
        beyond = [size for size in self._held if size > self._tree.size]
        if beyond:
            message = f"the log ends at {self._tree.size}, and a checkpoint of {max(beyond)} is held"
            report.found("truncated" if self._tree.size else "missing", self._tree.size, message)
        if not self._held:
            report.doubts.append(
                "no checkpoint of it is held: a rewritten or shortened log looks like this too"
            )
        return report

    def _by_size(self, held: Sequence[Checkpoint]) -> dict[int, bytes]:
        """The root at each size. Two that differ are proof by themselves: the key signed two histories."""
        found: dict[int, bytes] = {}
        for one in held:
            if found.setdefault(one.size, one.root) != one.root:
                message = f"two checkpoints of {one.size} events with different roots are signed: a fork"
                self.report.found("fork", one.size, message)
        return found

    def _meet(self) -> None:
        """The tree has the size of the next checkpoint."""
        while self._next == self._tree.size:
            wanted = self._held[self._next]
            if self._tree.root() == wanted:
                self.report.proven = self._next
            elif self._good:
                self._good = False
                self._unlike(wanted)
            self._next = next(self._due, -1)

    def _unlike(self, wanted: bytes) -> None:
        """The first checkpoint that this history does not come to; later ones would only say it again."""
        if self._stored is not None and self._stored.root() == wanted:
            message = "the stored hashes are those that were signed, so the columns were changed"
            self.report.found("root", self._first_changed, message)
            return
        first = self.report.proven + 1
        message = f"the checkpoint of {self._next} has another root: from {first} on something was rewritten"
        self.report.found("root", first, message)

    def _misplaced(self, position: int) -> None:
        expected = self._position + 1
        if position > expected:
            missing = f"{expected}" if position == expected + 1 else f"{expected} to {position - 1}"
            self.report.found("hole", expected, f"position {missing} is missing; {position} follows")
        else:
            self.report.found("order", position, f"position {position} stands where {expected} belongs")

    def _changed(self, row: Row) -> None:
        """Its hash is not that of its columns. From the first such row on the stored hashes are followed as well."""
        if self._stored is None:
            self._stored = Frontier(self._tree.size, self._tree.subtrees)
            self._first_changed = self._position + 1
        what = ", ".join(self._suspects(row)) or "one of its columns, or the hash itself,"
        place = row[_POSITION] if isinstance(row[_POSITION], int) else self._position + 1
        self.report.found("changed", place, f"{what} is not what was hashed")

    def _suspects(self, row: Row) -> list[str]:
        """Columns that, put as the rows around them say, give the stored hash again."""
        stream = row[_STREAM]
        guesses = {
            "log": (COLUMNS.index("log"), self.report.log.encode()),
            "position": (_POSITION, self._position + 1),
            "version": (_VERSION, self._versions.get(stream, 0) + 1),
            "schema_version": (COLUMNS.index("schema_version"), 1),
        }
        return [name for name, (at, value) in guesses.items() if self._would_fit(row, at, value)]

    def _would_fit(self, row: Row, at: int, value: Any) -> bool:
        guess = list(row)
        guess[at] = value
        try:
            return bool(row[at] != value and leaf_of(guess) == row[_LEAF])
        except NotALeaf:
            return False

    def _broken(self, row: Row, why: str) -> None:
        """A row that cannot even be hashed stands for itself: the tree goes on, with another leaf than was signed."""
        self._position += 1
        self.report.found("kind", self._position, why)
        self._tree.append(
            row[_LEAF] if isinstance(row[_LEAF], bytes) and len(row[_LEAF]) == 32 else bytes(32)
        )
