"""Judging a take as the guide does: when sync seems weak, the shot scale is looked at first (guide F3, evaluation rule)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generation.errors import VerdictQuestioned
from generation.rules.evaluation import SCALE_FIRST, SCALE_WAYS_OUT, filmed_too_wide, scale_first
from registry.deciders.clip import Clip
from registry.deciders.generation import Generation
from registry.deciders.scene import Scene
from registry.errors import NotFound
from registry.events.clip import RejectionCause
from registry.events.personal import Erased
from registry.registry import Registry


@dataclass(frozen=True, slots=True)
class Filmed:
    """How a clip was filmed: its framing by the newest word of its record, its prompt, and who is in it."""

    framing: str | None = None
    prompt: str = ""
    subjects: tuple[str, ...] = ()


def filmed(registry: Registry, studio: str, clip: str) -> Filmed:
    """How a clip was filmed; of an adopted one it is known who is seen in it. Raises NotFound."""
    found = registry.state(studio, clip).state
    if not isinstance(found, Clip) or not found.exists:
        raise NotFound(f"there is no {clip}", hint="check the id")
    if found.adopted is not None:
        return Filmed(subjects=found.adopted.sealed_under())
    scene = registry.state(studio, found.scene).state
    record = scene.recorded.get(found.generation) if isinstance(scene, Scene) else None
    if record is None:
        return Filmed()
    return Filmed(record.framing, _prompt(registry, studio, found.generation), record.subjects)


def _prompt(registry: Registry, studio: str, generation: str) -> str:
    state = registry.state(studio, generation).state
    plan = state.plan.plan if isinstance(state, Generation) and state.plan is not None else None
    return "" if plan is None or isinstance(plan, Erased) else str(plan["payload"].get("prompt", ""))


def scale_ruled_out(cause: RejectionCause, how: Filmed, accept: Mapping[str, str]) -> str:
    """The reason why sync failed and not the shot scale, where that was to be asked; else nothing.

    Raises VerdictQuestioned with the guide's finding where sync is blamed on a framing that is too wide to read lips, and
    `accept` gives no reason.
    """
    if cause != "sync_failure" or not filmed_too_wide(how.framing, how.prompt):
        return ""
    if reason := accept.get(SCALE_FIRST, "").strip():
        return reason
    raise VerdictQuestioned(
        "sync is blamed on a framing that is too wide to read lips",
        findings=[scale_first(how.framing)],
        hint=", or ".join(SCALE_WAYS_OUT),
    )
