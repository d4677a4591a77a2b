"""The tree of a log, kept: one hash for every 256 events, one for every 256 of those, and so on (as tiles of C2SP tlog-tiles).

They are derived from the events' leaf hashes and written beside the appends, by whoever makes a checkpoint: an append pays
nothing for them, and what has none yet is made from the leaves when it is asked for. A tile is read as one range, so a proof
in a log of a million events reads a few hundred hashes and not a million.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import Connection, bindparam, delete, func, select, text

from registry.errors import HistoryTampered
from registry.log.engine.database import Database
from registry.log.engine.quick import rows_of
from registry.log.feed.feed import BETWEEN
from registry.log.tables import EVENTS, HEADS, NODES, SIGNED_ROOTS

TILE: Final = 256
"""Hashes in a tile: a node of height h + 1 stands for so many of height h; height 0 are the events' own."""
_LEAVES: Final = (
    select(EVENTS.c.leaf_hash)
    .where(
        EVENTS.c.log == bindparam("of_log"),
        EVENTS.c.position > bindparam("after"),
        EVENTS.c.position <= bindparam("until"),
    )
    .order_by(EVENTS.c.position)
)
_NODES: Final = (
    select(NODES.c.hash)
    .where(
        NODES.c.log == bindparam("of_log"),
        NODES.c.height == bindparam("of_height"),
        NODES.c.number >= bindparam("first"),
        NODES.c.number < bindparam("end"),
    )
    .order_by(NODES.c.number)
)
_ADD: Final = text(
    "INSERT INTO tree_nodes (log, height, number, hash) VALUES (:log, :height, :number, :hash) ON CONFLICT DO NOTHING"
)
_SIGN: Final = text(
    "INSERT INTO signed_roots (log, origin, size, root) VALUES (:log, :origin, :size, :root) ON CONFLICT DO NOTHING"
)


class Node(NamedTuple):
    """The root over the `number`-th 256 nodes of the height below."""

    height: int
    number: int
    hash: bytes


class Apart(Protocol):
    """How work is done in a write transaction of its own, on the caller's thread."""

    def __call__(self, work: Callable[[Connection], Any]) -> Any: ...


@dataclass(frozen=True, slots=True)
class Nodes:
    """The door for the trees of logs (`registry.checkpoints`): leaf hashes as they are stored, and the nodes above them."""

    database: Database
    apart: Apart

    def reading(self, log: str) -> AbstractContextManager[Connection]:
        """A connection that sees this log."""
        return self.database.reading(log)

    def leaves(self, connection: Connection, log: str, first: int, many: int) -> list[bytes]:
        """So many leaf hashes from leaf `first` (position `first + 1`) on, as far as there are any. Raises HistoryTampered."""
        rows = rows_of(connection, _LEAVES, {"of_log": log, "after": first, "until": first + many})
        return [bytes(row[0]) for row in rows]

    def nodes(self, connection: Connection, log: str, height: int, first: int, many: int) -> list[bytes]:
        """Nodes of a height from number `first` on, as far as they are kept."""
        asked = {"of_log": log, "of_height": height, "first": first, "end": first + many}
        return [bytes(row[0]) for row in rows_of(connection, _NODES, asked)]

    def rows(self, connection: Connection, log: str, after: int, until: int) -> list[list[Any]]:
        """Whole rows after one position up to another, their text as the bytes that are hashed (`proof.walk.Row`)."""
        found = rows_of(connection, BETWEEN, {"of_log": log, "after": after, "until": until})
        return [[one.encode() if isinstance(one, str) else one for one in row] for row in found]

    def count(self, connection: Connection, log: str, *, until: int) -> int:
        """How many events there are up to a position."""
        events = (EVENTS.c.log == log) & (EVENTS.c.position >= 1) & (EVENTS.c.position <= until)
        return int(connection.execute(select(func.count()).select_from(EVENTS).where(events)).scalar_one())

    def kept(self, log: str, height: int) -> int:
        """How many nodes of a height are kept; they are the first ones."""
        query = select(func.count()).select_from(NODES).where(NODES.c.log == log, NODES.c.height == height)
        with self.database.reading(log) as connection:
            return int(connection.execute(query).scalar_one())

    def add(self, log: str, nodes: Sequence[Node]) -> None:
        """Keep nodes; those that are kept already stay. Raises LogBusy."""
        rows = [{"log": log, **node._asdict()} for node in nodes]
        self.apart(lambda connection: connection.execute(_ADD, rows))

    def forget(self, log: str) -> None:
        """Throw all nodes of a log away; they are made anew from its leaves. Raises LogBusy."""
        self.apart(lambda connection: connection.execute(delete(NODES).where(NODES.c.log == log)))

    def sign(self, log: str, origin: str, size: int, root: bytes) -> None:
        """Write down that a checkpoint is kept outside; may be repeated. Raises LogBusy."""
        row = {"log": log, "origin": origin, "size": size, "root": root}
        self.apart(lambda connection: connection.execute(_SIGN, row))

    def signed(self, connection: Connection, log: str, origin: str) -> dict[int, bytes]:
        """The roots of all checkpoints that were written down under a name of the log, by their sizes."""
        query = select(SIGNED_ROOTS.c.size, SIGNED_ROOTS.c.root).filter_by(log=log, origin=origin)
        return {row.size: bytes(row.root) for row in connection.execute(query)}

    def heads(self) -> dict[str, int]:
        """Where every log ends."""
        with self.database.reading() as connection:
            return {
                row.log: row.position for row in connection.execute(select(HEADS.c.log, HEADS.c.position))
            }


def whole(log: str, hashes: Iterable[bytes], many: int) -> list[bytes]:
    """The hashes, of which there have to be so many. Raises HistoryTampered."""
    found = list(hashes)
    if len(found) != many:
        raise HistoryTampered(
            f"{log} has {len(found)} hashes where {many} belong: events are missing",
            hint="look at the database with `continuity verify`, and compare with a backup",
        )
    return found
