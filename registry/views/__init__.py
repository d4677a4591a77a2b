"""Views: one file per question, each with its table, its projection (events in, rows out) and its queries (cards out).

Views are projected in the append's transaction, so whoever wrote reads what was written; all of them can be rebuilt from the log.
Rows never leave this folder: queries answer frozen cards.
"""

from __future__ import annotations

from typing import Final

from registry.log.roles import Projection
from registry.views import (
    access,
    accounts,
    allowances,
    assets,
    censuses,
    characters,
    clips,
    continuity,
    deletions,
    elements,
    followups,
    generations,
    likenesses,
    lineage,
    looks,
    near,
    notes,
    pins,
    productions,
    reads,
    reconciliations,
    scenes,
    spend,
    submissions,
    using,
    voices,
    webhooks,
    work,
)

PROJECTIONS: Final[tuple[Projection, ...]] = (
    access.PROJECTION,
    reads.PROJECTION,
    accounts.PROJECTION,
    reconciliations.PROJECTION,
    censuses.PROJECTION,
    assets.PROJECTION,
    near.PROJECTION,
    characters.PROJECTION,
    looks.PROJECTION,
    pins.PROJECTION,
    elements.PROJECTION,
    voices.PROJECTION,
    deletions.PROJECTION,
    productions.PROJECTION,
    scenes.PROJECTION,
    continuity.PROJECTION,
    generations.PROJECTION,
    submissions.PROJECTION,
    clips.PROJECTION,
    notes.PROJECTION,
    likenesses.PROJECTION,
    followups.PROJECTION,
    spend.PROJECTION,
    allowances.PROJECTION,
    work.PROJECTION,
    lineage.PROJECTION,
    using.PROJECTION,
    webhooks.PROJECTION,
)
"""In projection order: lineage comes after what introduces its nodes, uses after the places they stand in."""
