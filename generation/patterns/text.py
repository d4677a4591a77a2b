"""Text alone: the verified text2video route with the non-omni model (guide 1.16)."""

from __future__ import annotations

from typing import Final

from generation.patterns.conditions import NO_CLIP, NO_FRAMES, NO_REFERENCES, ONE_SHOT, SILENT
from generation.patterns.omni import scalars, sound_if_any
from generation.patterns.pattern import Condition, Pattern
from generation.patterns.shots import shot_fields
from generation.payloads import TextToVideoBody
from generation.resolve import Resolution

MODEL: Final = "kling-v3"


def build(resolution: Resolution, prompt: str) -> TextToVideoBody:
    fields = scalars(resolution, prompt) | {"model_name": MODEL} | shot_fields(resolution)
    return TextToVideoBody(**fields, sound=sound_if_any(resolution))


TEXT2VIDEO: Final = Pattern(
    name="text2video",
    title="Text alone",
    when="nobody and nothing has to be recognised",
    cites=("guide 1.16", "contract section 3"),
    evidence="verified route",
    endpoint="text2video",
    durations=(),
    conditions=(
        Condition(lambda asked: asked.route in ("auto", "text2video"), "it travels by text2video"),
        Condition(lambda asked: asked.people == "nobody", "it cannot carry people (cast: [])"),
        SILENT,
        NO_FRAMES,
        NO_REFERENCES,
        NO_CLIP,
        ONE_SHOT,
    ),
    build=build,
)
