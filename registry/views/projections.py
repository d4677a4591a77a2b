"""All projections, in their order: whatever takes part in an append, a rebuild or an arrival is told of these.

Loading this loads every view; whoever asks one question loads the view that answers it.
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
    disclosures,
    elements,
    followups,
    generations,
    likenesses,
    looks,
    near,
    notes,
    pins,
    productions,
    reads,
    recognised,
    reconciliations,
    scenes,
    spend,
    submissions,
    using,
    voices,
    weaving,
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
    recognised.PROJECTION,
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
    disclosures.PROJECTION,
    likenesses.PROJECTION,
    followups.PROJECTION,
    spend.PROJECTION,
    allowances.PROJECTION,
    work.PROJECTION,
    weaving.PROJECTION,
    using.PROJECTION,
    webhooks.PROJECTION,
)
"""In projection order: lineage comes after what introduces its nodes, uses after the places they stand in."""
