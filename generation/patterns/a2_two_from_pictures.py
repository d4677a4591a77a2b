"""Guide A2: two people from their pictures in a scene that is not the one of the pictures, with or without speech."""

from __future__ import annotations

from typing import Final

from generation.patterns.conditions import BY_OMNI, NO_CLIP, NO_REFERENCES, ONE_SHOT
from generation.patterns.omni import faces, scalars
from generation.patterns.pattern import Condition, Pattern
from generation.payloads import OmniBody
from generation.resolve import Resolution


def build(resolution: Resolution, prompt: str) -> OmniBody:
    """The pictures stay untyped: a first frame would over-anchor the opening on the portraits."""
    return OmniBody(**scalars(resolution, prompt), sound=resolution.sound, image_list=faces(resolution))


A2: Final = Pattern(
    name="A2",
    title="Two people from pictures in a transformed scene",
    when="two distinct people appear in one scene away from their portraits; speech may be added in the same shot",
    cites=("guide A2", "guide F3.3", "guide F3.6"),
    evidence="live-confirmed",
    endpoint="omni-video",
    durations=(5,),
    conditions=(
        BY_OMNI,
        Condition(
            lambda asked: asked.people == "two by image",
            "it needs exactly two people, both by reference picture",
        ),
        Condition(
            lambda asked: asked.frames == "none",
            "it fixes no frame, which would over-anchor the portraits",
        ),
        NO_REFERENCES,
        NO_CLIP,
        ONE_SHOT,
    ),
    build=build,
)
