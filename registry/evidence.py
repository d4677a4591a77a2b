"""Which events speak for a clip: what a receipt proves, and nothing else of the log.

The clip's own stream, its generation's and its paid call's, whole; the record of what it was made from; what the production's
books say of the call; and of everything it was made from the first event, with its erasure where there was one and the consents
that it stood on. Of an adopted clip its own stream, and of everybody who is said to be in it the first event and the erasure. All
as they are stored: personal fields stay sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from registry.errors import HistoryTampered, NotFound
from registry.log.feed import raw
from registry.log.feed.feed import head
from registry.log.feed.raw import Columns
from registry.proof.proven import Leaf
from registry.proof.statement import BEGINNINGS, CHARGES, CONSENTS, ERASURES, MADE, inputs_of, seen_in
from registry.registry import Connection

_OF_INPUTS: Final = ERASURES | CONSENTS


def evidence(connection: Connection, log: str, clip: str, *, until: int | None = None) -> list[Columns]:
    """The rows that speak for a clip, up to a position where one is named, in the log's order.

    An append is under a checkpoint whole or not at all, so whatever belongs together stays together. Raises NotFound, and
    HistoryTampered when its record is gone.
    """
    mine = raw.of_stream(connection, log, clip)
    if not mine or mine[0]["type"] not in BEGINNINGS or (until is not None and mine[0]["position"] > until):
        raise NotFound(f"there is no clip {clip!r}", hint="check the id")
    recorded = Leaf.of(mine[0])
    rows = [*mine, *(_of_made if recorded.type == MADE else _of_adopted)(connection, log, recorded)]
    rows = [row for row in rows if until is None or row["position"] <= until]
    return sorted({row["position"]: row for row in rows}.values(), key=lambda row: row["position"])


def _of_made(connection: Connection, log: str, recorded: Leaf) -> Iterator[Columns]:
    continuity = _continuity(connection, log, recorded)
    made, paid = (
        raw.of_stream(connection, log, recorded.said[name]) for name in ("generation", "submission")
    )
    yield continuity
    yield from (*made, *paid, *_charges(connection, log, recorded, paid or made))
    said = Leaf.of(continuity).said
    yield from _of_inputs(connection, log, inputs_of(said), said["cast"])


def _of_adopted(connection: Connection, log: str, adopted: Leaf) -> Iterator[Columns]:
    yield from _of_inputs(connection, log, seen_in(adopted.said), adopted.said["cast"])


def _continuity(connection: Connection, log: str, recorded: Leaf) -> Columns:
    """The record is appended with the clip, behind it. Raises HistoryTampered."""
    rows = raw.of_types(
        connection, log, ("ContinuityRecorded",), after=recorded.position, until=head(connection, log)
    )
    for row in rows:
        if row["stream"] == recorded.said["scene"] and Leaf.of(row).said["clip"] == recorded.stream:
            return row
    raise HistoryTampered(
        f"nothing records what {recorded.stream} was made from",
        hint="an event was removed from the database; compare with a backup",
    )


def _charges(connection: Connection, log: str, recorded: Leaf, before: list[Columns]) -> Iterator[Columns]:
    """What the books say of the paid call: written between its intent and the end of its generation, in whose append it is."""
    submission = recorded.said["submission"]
    if not before:
        return
    ends = max(head(connection, log), recorded.position)
    for row in raw.of_types(connection, log, CHARGES, after=before[0]["position"], until=ends):
        if Leaf.of(row).said["submission"] == submission:
            yield row
            return  # a call is settled or released once


def _of_inputs(
    connection: Connection, log: str, inputs: Iterable[str], cast: Iterable[Mapping[str, Any]]
) -> Iterator[Columns]:
    """The first event of each, its erasure, and the consents that are named."""
    consents = {member["consent"] for member in cast}
    for stream in inputs:
        for row in raw.of_stream(connection, log, stream, types=_OF_INPUTS, first=True):
            if row["type"] not in CONSENTS or Leaf.of(row).said["consent"] in consents:
                yield row
