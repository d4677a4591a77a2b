"""Guide F2: two recurring people talk, from their elements, with sound made in the same clip."""

from __future__ import annotations

from typing import Final

from generation.patterns.conditions import BY_OMNI, NO_CLIP, NO_FRAMES, NO_REFERENCES, ONE_SHOT
from generation.patterns.omni import elements, scalars
from generation.patterns.pattern import Condition, Pattern
from generation.payloads import OmniBody
from generation.resolve import Resolution


def build(resolution: Resolution, prompt: str) -> OmniBody:
    return OmniBody(**scalars(resolution, prompt), sound=resolution.sound, element_list=elements(resolution))


F2: Final = Pattern(
    name="F2",
    title="Two people in conversation from elements",
    when="two recurring people speak in the scene and should stay themselves across clips",
    cites=("guide F2", "guide F3"),
    evidence="live-confirmed",
    endpoint="omni-video",
    durations=(5, 10, 15),
    conditions=(
        BY_OMNI,
        Condition(
            lambda asked: asked.people == "two by element", "it needs exactly two people, both by element"
        ),
        Condition(lambda asked: asked.speech, "it is for speech, and nobody speaks"),
        NO_FRAMES,
        NO_REFERENCES,
        NO_CLIP,
        ONE_SHOT,
    ),
    build=build,
)
