"""Guide C: one scene from a picture by image2video, where the base model is wanted and not omni."""

from __future__ import annotations

from typing import Final

from generation.patterns.conditions import NO_CLIP, NO_REFERENCES, NOBODY, ONE_SHOT, SILENT
from generation.patterns.pattern import Condition, Pattern
from generation.patterns.still import assemble_still

C: Final = Pattern(
    name="C",
    title="One scene from its opening picture by image2video",
    when="the production asks for the base model and not for omni; a closing picture is a caution there",
    cites=("guide C", "guide 1.17"),
    evidence="verified route",
    endpoint="image2video",
    durations=(5, 10),
    conditions=(
        Condition(
            lambda asked: asked.route == "image2video", "it is used when route image2video is asked for"
        ),
        Condition(lambda asked: asked.frames in ("opening", "both"), "it needs an opening picture"),
        NOBODY,
        NO_REFERENCES,
        NO_CLIP,
        SILENT,
        ONE_SHOT,
    ),
    build=assemble_still,
)
