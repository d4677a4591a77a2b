"""What is told of the queue: each open generation, and why nothing is sent while nothing is."""

from __future__ import annotations

from registry.views.page import Card
from registry.views.queue import Alarm, LaneCard


class RestoredNow(Card):
    """Why nothing is sent from this log. The mark names `event_id` at `position`, recorded at `sent_at` (us since 1970); all
    three are null when the mark itself cannot be read.
    """

    why: str
    position: int | None = None
    event_id: str | None = None
    sent_at: int | None = None


class Waits(Card):
    """Open work: what it waits for (`code`, `why`), its lane, and its `place` in the lane's order (from 1).

    A generation, or an element or a voice in the making; `production` and `scene` are null where it belongs to none.

    Times are microseconds since 1970; estimates are medians of what was measured, and null with the reason in `no_estimate`.
    """

    id: str
    position: int
    production: str | None
    scene: str | None
    account: str | None
    model: str | None
    stage: str
    code: str
    why: str
    submission: str | None
    priority: int
    needed_by: int | None
    requested_at: int
    place: int | None
    estimated_start: int | None
    estimated_end: int | None
    no_estimate: str | None


class QueueNow(Card):
    """A page of what is open, in the order it was asked for; with the lanes as they stand, and what a person must look at.

    `restored` says why nothing is sent at all; null while paid calls go out.
    """

    items: tuple[Waits, ...]
    next: int | None
    lanes: tuple[LaneCard, ...]
    alarms: tuple[Alarm, ...]
    restored: RestoredNow | None = None
