"""Which requests did these clips come of? What a record of provenance says of each: when, as what, under which plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from registry.events.references import StoredBytes
from registry.views.clips import CLIPS
from registry.views.generations import GENERATIONS
from registry.views.page import Card
from registry.views.submissions import SUBMISSIONS

_AT_ONCE: Final = 500


class RunCard(Card):
    """One generation that was delivered. Times are microseconds since 1970; `sha256` is None for an erased clip.

    `sent_at` is when its paid call was intended, None where that stands elsewhere.
    """

    clip: str
    generation: str
    submission: str
    scene: str
    shot: str | None
    pattern: str
    model: str
    plan_digest: str
    requested_at: int
    sent_at: int | None
    recorded_at: int
    task_id: str | None
    approved_by: str | None
    duration_us: int
    media_type: str
    bytes: int
    sha256: str | None


def runs_of(connection: Connection, log: str, clips: Iterable[str]) -> tuple[RunCard, ...]:
    """The requests behind those of `clips` that are known, in the order the clips were recorded."""
    wanted = list(clips)
    rows: list[Any] = []
    for first in range(0, len(wanted), _AT_ONCE):
        mine = CLIPS.c.clip.in_(wanted[first : first + _AT_ONCE])
        rows += connection.execute(_QUERY.where(CLIPS.c.log == log, mine)).all()
    return tuple(_card(row) for row in sorted(rows, key=lambda row: row.position))


_GENERATION: Final = ("pattern", "model", "plan_digest", "requested_at", "approved_by")
_CLIP: Final = ("clip", "generation", "submission", "scene", "shot", "duration_us", "recorded_at")
_QUERY: Final = (
    select(
        *(CLIPS.c[name] for name in (*_CLIP, "position", "stored", "erased")),
        *(GENERATIONS.c[name] for name in _GENERATION),
        SUBMISSIONS.c.intended_at,
        SUBMISSIONS.c.task_id,
    )
    .join(GENERATIONS, (GENERATIONS.c.log == CLIPS.c.log) & (GENERATIONS.c.generation == CLIPS.c.generation))
    .outerjoin(
        SUBMISSIONS, (SUBMISSIONS.c.log == CLIPS.c.log) & (SUBMISSIONS.c.submission == CLIPS.c.submission)
    )
)


def _card(row: Row[Any]) -> RunCard:
    stored = StoredBytes.model_validate_json(row.stored)
    return RunCard(
        **{name: getattr(row, name) for name in (*_CLIP, *_GENERATION)},
        sent_at=row.intended_at,
        task_id=row.task_id,
        media_type=stored.media_type,
        bytes=stored.bytes,
        sha256=None if row.erased else stored.sha256,
    )
