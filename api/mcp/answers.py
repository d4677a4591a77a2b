"""What tools answer where the service's own card is not it: lists with an end, a generation in few words, refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Literal, Self

from mcp_types import CallToolResult, TextContent
from pydantic import BaseModel, ConfigDict

from api.client import ContinuityError, GenerationAnswer
from registry.events.marks import Depiction
from registry.past.told import Happened
from registry.views.characters import CharacterCard
from registry.views.clips import ClipCard, VerdictCard
from registry.views.scenes import SceneCard
from registry.views.uses import UseCard


class Told(BaseModel):
    """An answer of ours."""

    model_config = ConfigDict(frozen=True)


class Characters(Told):
    """Characters that fit; `more` says that there are others."""

    items: tuple[CharacterCard, ...]
    more: bool


class Scenes(Told):
    """Scenes that fit; `more` says that there are others."""

    items: tuple[SceneCard, ...]
    more: bool


class Take(Told):
    """A stored clip of a scene. `seconds` is its length; a withdrawn one is not to be used.

    An adopted one is footage that was not made here: it has no generation, and `ai_generated` is what was said, null if unknown.
    """

    clip: str
    generation: str | None
    shot: str | None
    seconds: float
    width: int
    height: int
    has_audio: bool
    continues: str | None
    withdrawn: bool
    origin: Literal["generated", "adopted"]
    ai_generated: bool | None
    depicts_real_person: Depiction
    verdict: VerdictCard | None
    recorded_at: int

    @classmethod
    def of(cls, card: ClipCard) -> Self:
        shared = {name: getattr(card, name) for name in cls.model_fields if name in ClipCard.model_fields}
        return cls(clip=card.id, seconds=card.duration_us / 1_000_000, **shared)


class Takes(Told):
    """The takes of a scene, oldest first; `more` says that there are others."""

    items: tuple[Take, ...]
    more: bool


class Uses(Told):
    """Uses, oldest first; `more` says that there are others."""

    items: tuple[UseCard, ...]
    more: bool


class Past(Told):
    """What happened to a thing; `more` says that there are others."""

    items: tuple[Happened, ...]
    more: bool


class Shown(Told):
    """One thing as the service shows it; `kind` is what its id begins with."""

    kind: str
    card: dict[str, Any]


class GenerationNow(Told):
    """A generation on its way, or at its end.

    `outcome` is null until it has ended; `estimate_units` is the price of the plan, `charged_units` what the paid call cost.
    """

    id: str
    scene: str
    stage: str
    outcome: str | None
    reason: str
    waiting_for: str
    note: str
    plan_digest: str
    estimate_units: str
    charged_units: str | None
    submission: str | None
    submission_state: str | None
    clip: str | None
    all_takes: tuple[str, ...]
    next: str

    @classmethod
    def of(cls, answer: GenerationAnswer) -> Self:
        shared = {
            name: getattr(answer, name) for name in cls.model_fields if name in GenerationAnswer.model_fields
        }
        paid = answer.submission_card
        return cls(
            charged_units=paid and paid.units,
            submission_state=paid and paid.state,
            next=_what_next(answer),
            **shared,
        )


def _what_next(answer: GenerationAnswer) -> str:
    if answer.outcome == "delivered":
        return f"lineage of {answer.clip} tells what it was made from"
    if answer.outcome is not None:
        return "it has ended without a clip, see reason"
    if answer.stage in ("approval", "voided"):
        return f"a person with the role approver decides: continuity approve {answer.id}"
    return "call follow_generation"


def first_of(found: Iterable[Any], limit: int) -> tuple[tuple[Any, ...], bool]:
    """The first so many, and whether there are others."""
    taken = tuple(islice(found, limit + 1))
    return taken[:limit], len(taken) > limit


def refused(error: ContinuityError) -> CallToolResult:
    """A refusal as the service words it: code, message, hint, and everything else its problem says."""
    said = error.problem | {"code": error.code, "message": error.message, "hint": error.hint}
    lines = [f"{error.code}: {error.message}", *_lines(error.findings, "rule"), *_lines(error.errors, "path")]
    if error.hint:
        lines.append(f"hint: {error.hint}")
    text = TextContent(type="text", text="\n".join(lines))
    return CallToolResult(content=[text], structured_content=said, is_error=True)


def _lines(found: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    return [f"- {one.get(name)}: {one.get('message')}" for one in found]
