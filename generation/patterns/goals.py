"""The guide's rule of thumb (guide section 5): from the goal of a request to the patterns to start with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from generation.patterns.ingredients import Ingredients


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of the rule of thumb: what somebody wants, and where the guide starts for it."""

    wish: str
    start: tuple[str, ...]
    cites: tuple[str, ...]

    def advice(self, chosen: str) -> str:
        """The line as a sentence about this choice."""
        follows = "which this is" if chosen in self.start else f"and this is {chosen}"
        return f"for {self.wish} the guide starts with {' or '.join(self.start)}, {follows}"


TRANSITION: Final = Goal("a transition from an existing clip", ("E", "E-base"), ("guide 5.2", "guide V.1"))
IDENTITY: Final = Goal("people who stay themselves", ("F", "F2"), ("guide 5.3", "guide 4.7"))
PORTRAITS: Final = Goal("two people away from their portraits", ("A2", "F2"), ("guide A2.1", "guide 5.3"))
ONE_SCENE: Final = Goal("one scene", ("A", "B", "D"), ("guide 5.1", "guide 4.3"))
WORDS: Final = Goal(
    "a scene that nothing has to be recognised in", ("text2video", "D"), ("guide 1.16", "guide 5.1")
)
BASE_MODEL: Final = Goal("one scene by the base model", ("C",), ("guide C.2",))


def goal_of(asked: Ingredients) -> Goal:
    """What a request is after, from what it is made of."""
    if asked.clip != "none":
        return TRANSITION
    if asked.people.endswith("element"):
        return IDENTITY
    if asked.people != "nobody":
        return PORTRAITS
    if asked.route == "image2video":
        return BASE_MODEL
    return ONE_SCENE if asked.frames != "none" or asked.references else WORDS
