"""Text alone: the verified text2video route with the non-omni model (guide 1.16)."""

from __future__ import annotations

from typing import Final

from generation.patterns.omni import scalars, sound_if_any
from generation.patterns.pattern import Condition, Pattern
from generation.payloads import TextToVideoBody
from generation.resolve import Resolution

MODEL: Final = "kling-v3"


def build(resolution: Resolution, prompt: str) -> TextToVideoBody:
    fields = scalars(resolution, prompt) | {"model_name": MODEL}
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
        Condition(lambda asked: not asked.speech, "it binds no voices to faces"),
        Condition(lambda asked: asked.pictures == "none", "it cannot carry pictures"),
        Condition(lambda asked: not asked.continued, "it cannot continue a clip"),
    ),
    build=build,
)
