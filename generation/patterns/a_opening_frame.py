"""Guide A: one scene in one clip that starts on a given picture."""

from __future__ import annotations

from typing import Final

from generation.patterns.conditions import BY_OMNI, NO_CLIP, NO_REFERENCES, NOBODY, ONE_SHOT, SILENT
from generation.patterns.omni import frames, scalars, sound_if_any
from generation.patterns.pattern import Condition, Pattern
from generation.payloads import OmniBody
from generation.resolve import Resolution


def build(resolution: Resolution, prompt: str) -> OmniBody:
    return OmniBody(
        **scalars(resolution, prompt), sound=sound_if_any(resolution), image_list=frames(resolution)
    )


A: Final = Pattern(
    name="A",
    title="One scene anchored on its opening picture",
    when="one clip holds the whole scene, and a picture fixes how it starts",
    cites=("guide A", "guide 5.1"),
    evidence="verified route",
    endpoint="omni-video",
    durations=(5, 15),
    conditions=(
        BY_OMNI,
        Condition(lambda asked: asked.frames in ("opening", "both"), "it needs an opening picture"),
        Condition(lambda asked: asked.frames != "both", "it leaves the end open (B closes on a picture)"),
        Condition(lambda asked: asked.frames != "closing", "it has no closing picture"),
        NOBODY,
        NO_REFERENCES,
        NO_CLIP,
        SILENT,
        ONE_SHOT,
    ),
    build=build,
)
