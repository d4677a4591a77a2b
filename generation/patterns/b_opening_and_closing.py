"""Guide B: one scene in one clip that begins and ends on given pictures."""

from __future__ import annotations

from typing import Final

from generation.patterns.a_opening_frame import build
from generation.patterns.conditions import BY_OMNI, NO_CLIP, NO_REFERENCES, NOBODY, ONE_SHOT, SILENT
from generation.patterns.pattern import Condition, Pattern

B: Final = Pattern(
    name="B",
    title="One scene between its opening and its closing picture",
    when="the scene should begin and end at controlled visual states",
    cites=("guide B", "guide 5.1"),
    evidence="doc-derived",
    endpoint="omni-video",
    durations=(5, 15),
    conditions=(
        BY_OMNI,
        Condition(lambda asked: asked.frames in ("opening", "both"), "it needs an opening picture"),
        Condition(lambda asked: asked.frames in ("closing", "both"), "it needs a closing picture"),
        NOBODY,
        NO_REFERENCES,
        NO_CLIP,
        SILENT,
        ONE_SHOT,
    ),
    build=build,
)
