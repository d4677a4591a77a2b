"""Guide E: a clip that takes up where another one left off, by the vendor's address of that clip."""

from __future__ import annotations

from typing import Final

from generation.patterns.conditions import BY_OMNI, NO_FRAMES, NO_REFERENCES, ONE_SHOT
from generation.patterns.omni import parent_video, scalars
from generation.patterns.pattern import Condition, Pattern
from generation.payloads import OmniBody
from generation.resolve import Resolution


def build(resolution: Resolution, prompt: str) -> OmniBody:
    """Sound is said even when off: with a reference video it can only be off (contract R15)."""
    return OmniBody(
        **scalars(resolution, prompt), sound=resolution.sound, video_list=parent_video(resolution)
    )


E: Final = Pattern(
    name="E",
    title="Continuation of a clip",
    when="a clip should inherit continuity from another, as a separate scene or as a split of a long one",
    cites=("guide E", "guide 4.5", "guide 5.2"),
    evidence="doc-derived",
    endpoint="omni-video",
    durations=(5, 15),
    conditions=(
        BY_OMNI,
        Condition(lambda asked: asked.clip == "continued", "it needs a clip to continue from"),
        Condition(
            lambda asked: asked.people == "nobody",
            "it carries nobody beside the clip, which shows them already (cast: [])",
        ),
        NO_FRAMES,
        NO_REFERENCES,
        Condition(lambda asked: not asked.speech, "it is silent: sound must be off beside a reference video"),
        ONE_SHOT,
    ),
    build=build,
)
