"""Rehearsing a scene: every planned shot compiled as it would be asked for now, with findings and prices, and nothing spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from pydantic import ValidationError

from generation.intake import preview
from generation.policies import Policies
from generation.prices import priced
from generation.rehearsal import ScenePreview, ShotPreview
from generation.retrying import merged
from generation.shot import ShotRequest
from registry.events.personal import GONE
from registry.registry import Registry
from registry.views.scenes import SceneCard, ShotCard

MOST_SHOTS: Final = 200
"""How many planned shots one rehearsal compiles."""
PLACES: Final = ("scene", "production", "shot")
"""What a rehearsal says itself of each request."""

Words = Mapping[str, Any]


def requests_of(
    scene: SceneCard, every: Words, each: Mapping[str, Words]
) -> Iterator[tuple[ShotCard, ShotRequest | ValidationError]]:
    """What would be asked for each planned shot: its words, `every` merged over them, then its own of `each` (RFC 7396)."""
    for shot in scene.shots:
        said = {} if shot.action == GONE else {"action": shot.action}
        said |= {} if shot.framing is None else {"framing": shot.framing}
        asked = merged(merged(said, every), each.get(shot.id, {}))
        try:
            yield shot, ShotRequest.model_validate({**asked, "scene": scene.id, "shot": shot.id})
        except ValidationError as refused:
            yield shot, refused


def rehearse(
    registry: Registry,
    studio: str,
    scene: str,
    requests: Mapping[str, tuple[int, ShotRequest]],
    *,
    policies: Policies,
) -> ScenePreview:
    """Compile the request of every shot (id -> number and request). Writes nothing, spends nothing."""
    shown = tuple(
        ShotPreview(shot=shot, number=number, preview=preview(registry, studio, request, policies=policies))
        for shot, (number, request) in requests.items()
    )
    prices = {one.shot: one.preview.total or one.preview.estimate for one in shown}
    return ScenePreview(
        scene=scene,
        sendable=bool(shown) and all(one.preview.sendable for one in shown),
        shots=shown,
        total=priced(sum((Decimal(price.units) for price in prices.values() if price), Decimal(0))),
        unpriced=tuple(shot for shot, price in prices.items() if price is None),
    )
