"""What came to nothing of late, how did it end, and what had the provider said? From the newest ends, whatever came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Table, null, select

from registry.log.tables import EVENTS
from registry.views.elements import ELEMENTS
from registry.views.generations import GENERATIONS
from registry.views.page import Card
from registry.views.voices import VOICES

NEWEST: Final = 1_000
"""So many ends are looked at; what is older is in the history."""
_ENDS: Final = ("GenerationEnded", "ElementMintFailed", "VoiceMintFailed")
_KINDS: Final[Mapping[str, Table]] = {"generation": GENERATIONS, "element": ELEMENTS, "voice": VOICES}
_COLUMNS: Final = ("reason", "production", "scene", "submission")
_FINE: Final = frozenset({"delivered", "cancelled"})
_AT_ONCE: Final = 500


class Failure(Card):
    """A generation, an element or a voice that came to nothing at `ended_at` (us): its `outcome`, and why, in words.

    `submission` is its paid call, null where there was none; `code` the provider's, where that refused it.
    """

    id: str
    position: int
    ended_at: int
    outcome: str
    reason: str
    production: str | None
    scene: str | None
    submission: str | None
    code: int | None


class Ends(Card):
    """The newest ends: how many of each outcome there are among them, and those that came to nothing, newest first."""

    counts: dict[str, int]
    failures: tuple[Failure, ...]


def ends(connection: Connection, log: str, *, newest: int = NEWEST) -> Ends:
    """What the newest ends came to."""
    query = select(EVENTS.c.stream, EVENTS.c.position, EVENTS.c.recorded_at, EVENTS.c.body).where(
        EVENTS.c.log == log, EVENTS.c.type.in_(_ENDS)
    )
    rows = connection.execute(query.order_by(EVENTS.c.position.desc()).limit(newest)).all()
    outcomes = {row.stream: str(orjson.loads(row.body)["outcome"]) for row in rows}
    bad = [row for row in rows if outcomes[row.stream] not in _FINE]
    told = _told(connection, log, [row.stream for row in bad])
    codes = _codes(connection, log, [one["submission"] for one in told.values() if one["submission"]])
    failures = (
        Failure(
            id=row.stream,
            position=row.position,
            ended_at=row.recorded_at,
            outcome=outcomes[row.stream],
            **told[row.stream],
            code=codes.get(told[row.stream]["submission"] or ""),
        )
        for row in bad
    )
    return Ends(counts=dict(Counter(outcomes.values())), failures=tuple(failures))


def _told(connection: Connection, log: str, streams: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What the views know of each, by its id."""
    found: dict[str, dict[str, Any]] = {}
    for some in _some(streams):
        for kind, table in _KINDS.items():
            its = [table.c[name] if name in table.c else null().label(name) for name in _COLUMNS]
            query = select(table.c[kind].label("id"), *its).where(table.c.log == log, table.c[kind].in_(some))
            found |= {
                row.id: {name: row._mapping[name] for name in _COLUMNS} for row in connection.execute(query)
            }
    return found


def _codes(connection: Connection, log: str, submissions: Collection[str]) -> dict[str, int]:
    """The code of each call's newest refusal; none of those that were never refused."""
    found: dict[str, int] = {}
    for some in _some(sorted(submissions)):
        query = select(EVENTS.c.stream, EVENTS.c.body).where(
            EVENTS.c.log == log, EVENTS.c.stream.in_(some), EVENTS.c.type == "SubmissionRejected"
        )
        for row in connection.execute(query.order_by(EVENTS.c.position)):
            found[row.stream] = int(orjson.loads(row.body)["code"])
    return found


def _some(names: Sequence[str]) -> list[Sequence[str]]:
    return [names[first : first + _AT_ONCE] for first in range(0, len(names), _AT_ONCE)]
