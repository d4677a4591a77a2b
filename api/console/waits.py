"""What waits, for what, and until when: of a production, or of a scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from api.routes.commanding import Visit
from generation.queue import open_of
from generation.queued import Waits

MOST: Final = 200
"""So many are told at most; the queue has a page of its own."""


def waits_of(visit: Visit, *, production: str | None = None, scene: str | None = None) -> Sequence[Waits]:
    """The open work of one of them, in the order it was asked for."""
    now, slots = visit.registry.clock(), visit.continuity.settings.kling_slots
    with visit.registry.snapshot(visit.studio) as connection:
        return open_of(
            connection, visit.studio, now=now, slots=slots, most=MOST, production=production, scene=scene
        )
