"""What a signed copy of a clip says of itself (C2PA): that a machine made it, from which inputs, where that stands in the log.

Of footage that was adopted it says that it was opened, and in our own record whose word stands for whether a machine made it.

The inputs of the log are ingredients, by their ids. A picture's digest stands beside its id only where it is known to show nobody
real, as the digest of a person's picture is about that person; nobody's name and nothing that was written of anybody is in it.
An erasure does not reach a file that has left the house.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from registry.events.clip import ClipDelivered
from registry.events.marks import C2paMark
from registry.events.scene import ContinuityRecorded
from registry.views.clips import ClipCard

RECORD: Final = "continuity.record"
"""The label of our own assertion."""
_IPTC: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_MADE: Final = "trainedAlgorithmicMedia"
_COMPOSED: Final = "compositeWithTrainedAlgorithmicMedia"
_MOST_INGREDIENTS: Final = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """What the log knows of a clip that is delivered. `position` is where it was recorded; `digests` are of pictures of nobody.

    `frames` are pictures from outside that stand in the clip as they are (its first or last frame), `model` made it. Of an
    adopted clip there is neither, nor a `record`.
    """

    studio: str
    card: ClipCard
    position: int
    record: ContinuityRecorded | None
    delivery: ClipDelivered
    digests: Mapping[str, str]
    frames: tuple[str, ...]
    model: str


def definition_of(facts: Facts, before: C2paMark) -> dict[str, Any]:
    """The manifest, around what the file says already (`before`): that is its parent, and says itself how the clip was made.

    Footage that was adopted is its parent too, whatever it says: we have not created it.
    """
    assertions = [{"label": RECORD, "data": _record(facts)}]
    if before.state == "absent" and facts.card.origin == "generated":
        assertions.insert(0, {"label": "c2pa.actions.v2", "data": {"actions": [_created(facts)]}})
    return {
        "claim_generator_info": [{"name": "Continuity", "version": version("continuity")}],
        "title": facts.card.id,
        "format": facts.card.stored.media_type,
        "ingredients": _ingredients(facts),
        "assertions": assertions,
    }


def source_type_of(facts: Facts) -> str:
    """The IPTC word: generated, or generated around frames that were handed in."""
    return f"{_IPTC}{_COMPOSED if facts.frames else _MADE}"


def _created(facts: Facts) -> dict[str, Any]:
    agent = {"name": " ".join(("Kling", facts.model)).strip()}
    return {"action": "c2pa.created", "softwareAgent": agent, "digitalSourceType": source_type_of(facts)}


def _ingredients(facts: Facts) -> list[dict[str, Any]]:
    record = facts.record
    if record is None:
        return []
    inputs = dict.fromkeys((*record.parents, *record.assets, *record.elements))
    return [
        {"title": one, "instance_id": f"continuity:{one}", "relationship": "inputTo"}
        for one in [*inputs][:_MOST_INGREDIENTS]
    ]


def _record(facts: Facts) -> dict[str, Any]:
    """Our receipt's facts, as they stand in the log; without the digest of what was sent, as that held people's pictures."""
    card, said, record = facts.card, facts.delivery, facts.record
    made = {} if record is None else {
        "pattern": record.pattern,
        "plan_digest": record.plan_digest,
        "task": record.task_id,
        "characters": [one.character for one in record.cast],
        "elements": [*record.elements],
        "assets": [*record.assets],
        "parents": [*record.parents],
    }  # fmt: skip
    return {
        "studio": facts.studio,
        "position": facts.position,
        "clip": card.id,
        "sha256": card.stored.sha256,
        "scene": card.scene,
        "generation": card.generation,
        "submission": card.submission,
        "origin": card.origin,
        "ai_generated": card.ai_generated,
        "depicts_real_person": said.depicts_real_person,
        "delivery": {"id": said.delivery, "role": said.role, "basis": said.basis},
        "asset_digests": dict(facts.digests),
        **made,
        **_known(facts),
    }


def _known(facts: Facts) -> dict[str, Any]:
    """The source type where we know how it was made; of footage that was adopted, who is said to be in it, and by which key."""
    adopted = facts.card.adopted
    if adopted is None:
        return {"digital_source_type": source_type_of(facts)}
    return {"attested_by": adopted.by, "characters": [one.character for one in adopted.cast]}
