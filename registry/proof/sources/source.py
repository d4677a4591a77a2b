"""What every source of rows gives, and how it says that it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, Protocol

from registry.proof.held import HeldNote
from registry.proof.leaf import COLUMNS, INTEGERS
from registry.proof.walk import Row

BATCH: Final = 2_000
SELECTED: Final = ", ".join((*COLUMNS, "leaf_hash"))
TEXT: Final = tuple(name for name in COLUMNS if name not in INTEGERS and name != "body")


class SourceUnusable(Exception):
    """It cannot be opened, or not all of it can be read by us: nobody can tell what is in it."""


class SourceDamaged(Exception):
    """It was opened, and in the middle of it something is not what any program of ours writes."""


class Source(Protocol):
    """Rows of one log or of several. Raises SourceUnusable and SourceDamaged wherever it is read."""

    def heads(self) -> dict[str, int]:
        """Where each log ends, as the source itself says."""
        ...

    def rows(self) -> Iterator[Sequence[Row]]:
        """All rows, some at a time, those of a log in its order; logs may take turns."""
        ...

    def notes(self) -> Iterator[HeldNote]:
        """Checkpoints that are kept along with the rows."""
        ...

    def misfits(self) -> Iterator[tuple[str, int, str]]:
        """(log, position, what) of rows whose columns are of kinds that their bytes do not show."""
        ...

    def close(self) -> None: ...


def as_bytes(row: Sequence[Any]) -> Row:
    """A row whose text is text, as a walk takes it."""
    return [one.encode("utf-8", "surrogatepass") if isinstance(one, str) else one for one in row]
