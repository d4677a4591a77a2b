"""Guide F: recurring people or things from their reusable elements, without speech."""

from __future__ import annotations

from typing import Final

from generation.patterns.conditions import BY_OMNI, NO_CLIP, NO_FRAMES, NO_REFERENCES, ONE_SHOT
from generation.patterns.omni import elements, scalars, sound_if_any
from generation.patterns.pattern import Condition, Pattern
from generation.payloads import OmniBody
from generation.resolve import Resolution

_BY_ELEMENT: Final = ("one by element", "two by element", "more by element")


def build(resolution: Resolution, prompt: str) -> OmniBody:
    return OmniBody(
        **scalars(resolution, prompt), sound=sound_if_any(resolution), element_list=elements(resolution)
    )


F: Final = Pattern(
    name="F",
    title="Recurring identity from elements",
    when="characters or products should stay the same across clips, and elements of them exist",
    cites=("guide F", "guide 5.3"),
    evidence="doc-derived",
    endpoint="omni-video",
    durations=(5, 15),
    conditions=(
        BY_OMNI,
        Condition(lambda asked: asked.people in _BY_ELEMENT, "it needs everybody to stand on an element"),
        Condition(lambda asked: not asked.speech, "it carries no speech (F2 does, for two)"),
        NO_FRAMES,
        NO_REFERENCES,
        NO_CLIP,
        ONE_SHOT,
    ),
    build=build,
)
