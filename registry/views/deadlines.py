"""What will the provider delete, and when; and what was it told to delete, and has not?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, and_, func, select

from registry.views.clips import CLIPS
from registry.views.deletions import DELETIONS
from registry.views.page import Card
from registry.views.submissions import SUBMISSIONS
from registry.views.work import WORK

MOST: Final = 200
"""So many of each are told; the soonest."""


class Unfetched(Card):
    """A result that is not in our store. It was made at `done_at`, and the provider deletes it at `expires_at` (us)."""

    submission: str
    subject: str
    production: str | None
    task_id: str | None
    done_at: int
    expires_at: int


class Copy(Card):
    """A clip whose copy at the provider stands until `expires_at` (us): as long it can be continued from there."""

    clip: str
    scene: str
    expires_at: int


class Ordered(Card):
    """An element or a voice that is to be deleted at the provider, since `ordered_at` (us)."""

    thing: str
    ordered_at: int


class Deadlines(Card):
    """All of it, the soonest first. `standing` counts the copies that still stand; `soonest` are the next to go."""

    unfetched: tuple[Unfetched, ...]
    standing: int
    soonest: tuple[Copy, ...]
    ordered: tuple[Ordered, ...]


def deadlines(connection: Connection, log: str, *, now: int, soonest: int = 20) -> Deadlines:
    """As of `now` (us)."""
    here = (CLIPS.c.log == log, CLIPS.c.kling_url_expires_at > now)
    copies = select(CLIPS.c.clip, CLIPS.c.scene, CLIPS.c.kling_url_expires_at.label("expires_at")).where(
        *here
    )
    next_to_go = connection.execute(copies.order_by(CLIPS.c.kling_url_expires_at).limit(soonest))
    orders = select(DELETIONS.c.stream.label("thing"), DELETIONS.c.ordered_at).where(DELETIONS.c.log == log)
    oldest = connection.execute(orders.order_by(DELETIONS.c.ordered_at, DELETIONS.c.stream).limit(MOST))
    return Deadlines(
        unfetched=_unfetched(connection, log),
        standing=connection.execute(select(func.count()).select_from(CLIPS).where(*here)).scalar() or 0,
        soonest=tuple(Copy(**row._mapping) for row in next_to_go),
        ordered=tuple(Ordered(**row._mapping) for row in oldest),
    )


def _unfetched(connection: Connection, log: str) -> tuple[Unfetched, ...]:
    its = and_(SUBMISSIONS.c.log == WORK.c.log, SUBMISSIONS.c.submission == WORK.c.submission)
    made = (WORK.c.log == log, WORK.c.stage == "succeeded", SUBMISSIONS.c.url_expires_at.is_not(None))
    rows = connection.execute(
        select(
            SUBMISSIONS.c.submission,
            SUBMISSIONS.c.subject,
            SUBMISSIONS.c.production,
            SUBMISSIONS.c.task_id,
            SUBMISSIONS.c.done_at,
            SUBMISSIONS.c.url_expires_at.label("expires_at"),
        )
        .select_from(WORK.join(SUBMISSIONS, its))
        .where(*made)
        .order_by(SUBMISSIONS.c.url_expires_at)
        .limit(MOST)
    )
    return tuple(Unfetched(**row._mapping) for row in rows)
