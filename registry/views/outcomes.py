"""Which clip did a generation, or the paid call behind it, come to?"""

from __future__ import annotations

from sqlalchemy import Connection

from registry.errors import NotFound
from registry.events.ids import is_id
from registry.views.generations import generation
from registry.views.submissions import submission


def clip_of(connection: Connection, log: str, id: str) -> str | None:
    """The clip of a generation or submission; None for ids of any other kind.

    Raises NotFound when there is no such thing, and when no clip came of it (yet).
    """
    if is_id(id, "submission"):
        id = submission(connection, log, id).subject
    if not is_id(id, "generation"):
        return None
    card = generation(connection, log, id)
    if card.clip is None:
        stands = card.outcome or card.stage
        raise NotFound(
            f"{id} has no lineage: no clip came of it ({stands})",
            hint=f"name its scene, {card.scene}, or a clip, asset, element, character or account",
        )
    return card.clip
