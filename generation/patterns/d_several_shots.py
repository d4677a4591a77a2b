"""Guide D: one scene in one clip, told in several shots with their own prompts and lengths."""

from __future__ import annotations

from typing import Final

from generation.patterns.conditions import BY_OMNI, NO_CLIP, NO_FRAMES, NO_REFERENCES, NOBODY, SILENT
from generation.patterns.omni import scalars, sound_if_any
from generation.patterns.pattern import Condition, Pattern
from generation.patterns.shots import shot_fields
from generation.payloads import OmniBody
from generation.resolve import Resolution


def build(resolution: Resolution, prompt: str) -> OmniBody:
    """The guide's shape carries a prompt beside the shots, which say all that counts themselves (contract D6)."""
    fields = scalars(resolution, prompt) | shot_fields(resolution)
    return OmniBody(**fields, sound=sound_if_any(resolution))


D: Final = Pattern(
    name="D",
    title="Several shots in one clip",
    when="it is one scene, and the progression of its shots should be controlled inside one clip",
    cites=("guide D", "guide 5.1"),
    evidence="doc-derived",
    endpoint="omni-video",
    durations=(15,),
    conditions=(
        BY_OMNI,
        Condition(lambda asked: asked.shots, "it needs shots"),
        NOBODY,
        NO_FRAMES,
        NO_REFERENCES,
        NO_CLIP,
        SILENT,
    ),
    build=build,
)
