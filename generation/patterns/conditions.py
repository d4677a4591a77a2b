"""The conditions patterns share, and how a near miss says that one does not hold."""

from __future__ import annotations

from typing import Final

from generation.patterns.pattern import Condition

BY_OMNI: Final = Condition(lambda asked: asked.route in ("auto", "omni"), "it travels by omni")
NOBODY: Final = Condition(lambda asked: asked.people == "nobody", "it carries nobody of its own (cast: [])")
SILENT: Final = Condition(lambda asked: not asked.speech, "it carries no speech")
NO_FRAMES: Final = Condition(
    lambda asked: asked.frames == "none", "it fixes neither the first nor the last frame"
)
NO_REFERENCES: Final = Condition(
    lambda asked: not asked.references, "it carries no pictures of things and places"
)
NO_CLIP: Final = Condition(
    lambda asked: asked.clip == "none", "it neither continues nor edits an existing clip"
)
ONE_SHOT: Final = Condition(lambda asked: not asked.shots, "it is one shot")
