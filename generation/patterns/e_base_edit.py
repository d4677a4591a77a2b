"""Guide V.1, the edit form of E: an existing clip is the video to be changed, and keeps its length and shape."""

from __future__ import annotations

from typing import Final

from generation.patterns.conditions import BY_OMNI, NO_FRAMES, NO_REFERENCES, ONE_SHOT
from generation.patterns.omni import assemble
from generation.patterns.pattern import Condition, Pattern

E_BASE: Final = Pattern(
    name="E-base",
    title="Edit of a clip",
    when="an existing clip should be changed, and everything else about it should stay",
    cites=("guide V.1", "guide V.3", "guide E"),
    evidence="doc-derived",
    endpoint="omni-video",
    durations=(),
    conditions=(
        BY_OMNI,
        Condition(lambda asked: asked.clip == "edited", "it needs a clip to edit"),
        Condition(
            lambda asked: asked.people == "nobody",
            "it carries nobody beside the clip, which shows them already (cast: [])",
        ),
        NO_FRAMES,
        NO_REFERENCES,
        Condition(lambda asked: not asked.speech, "it is silent: sound must be off beside a reference video"),
        ONE_SHOT,
    ),
    build=assemble,
)
