"""Guide A: one scene in one clip that starts on a given picture."""

from __future__ import annotations

from typing import Final

from generation.patterns.omni import blob, scalars, sound_if_any
from generation.patterns.pattern import Condition, Pattern
from generation.payloads import ImageEntry, OmniBody
from generation.resolve import Resolution


def build(resolution: Resolution, prompt: str) -> OmniBody:
    assert resolution.opening is not None  # noqa: S101 - a condition of the pattern
    return OmniBody(
        **scalars(resolution, prompt),
        sound=sound_if_any(resolution),
        image_list=(ImageEntry(image_url=blob(resolution.opening), type="first_frame"),),
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
        Condition(lambda asked: asked.route in ("auto", "omni"), "it travels by omni"),
        Condition(lambda asked: asked.pictures in ("opening", "both"), "it needs an opening picture"),
        Condition(
            lambda asked: asked.people == "nobody", "it carries nobody beside the opening picture (cast: [])"
        ),
        Condition(lambda asked: asked.pictures in ("none", "opening"), "it carries no further pictures"),
        Condition(lambda asked: not asked.continued, "it does not continue a clip"),
        Condition(lambda asked: not asked.speech, "it carries no speech"),
    ),
    build=build,
)
