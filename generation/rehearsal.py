"""What a rehearsal of a scene comes to: what would be sent for each planned shot, and what all of it would cost."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from generation.plan import Preview
from generation.prices import Estimate


class ShotPreview(BaseModel):
    """One planned shot: what would be sent for it, or why nothing can be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shot: str
    number: int
    preview: Preview


class ScenePreview(BaseModel):
    """A scene's planned shots in order, and what all of them would cost.

    `total` sums what has a price; `unpriced` are the shots that have none as they stand. `sendable`: every shot would be taken.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scene: str
    sendable: bool
    shots: tuple[ShotPreview, ...]
    total: Estimate
    unpriced: tuple[str, ...]
