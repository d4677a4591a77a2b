"""What a request is made of, reduced to what the choice of a pattern depends on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, get_args

from generation.resolve import Resolution
from generation.shot import Route

People = Literal[
    "nobody",
    "one by image",
    "two by image",
    "more by image",
    "one by element",
    "two by element",
    "more by element",
    "mixed",
]
Frames = Literal["none", "opening", "closing", "both"]
"""The exact first frame, the exact last one, or both."""
Clip = Literal["none", "continued", "edited"]
"""An existing clip that is gone on from (guide E) or changed (guide V.1)."""
PEOPLE: Final[tuple[People, ...]] = get_args(People)
FRAMES: Final[tuple[Frames, ...]] = get_args(Frames)
_FRAMES: Final[dict[tuple[bool, bool], Frames]] = {
    (False, False): "none",
    (True, False): "opening",
    (False, True): "closing",
    (True, True): "both",
}
_COUNTED: Final = {1: "one", 2: "two"}


@dataclass(frozen=True, slots=True)
class Ingredients:
    """`references` are pictures of things and places; `shots` says whether several shots are told in one clip."""

    route: Route
    people: People
    speech: bool
    frames: Frames
    references: bool
    clip: Clip
    shots: bool


def ingredients(resolution: Resolution) -> Ingredients:
    return Ingredients(
        route=resolution.request.route,
        people=_people(resolution),
        speech=resolution.speaks,
        frames=_FRAMES[resolution.opening is not None, resolution.closing is not None],
        references=bool(resolution.references),
        clip="none" if resolution.parent is None else "edited" if resolution.edits else "continued",
        shots=resolution.request.shots is not None,
    )


def _people(resolution: Resolution) -> People:
    if not resolution.people:
        return "nobody"
    kinds = {person.by for person in resolution.people}
    if len(kinds) > 1:
        return "mixed"
    named = f"{_COUNTED.get(len(resolution.people), 'more')} by {kinds.pop()}"
    return next(people for people in PEOPLE if people == named)


def every_combination() -> Iterator[Ingredients]:
    """All that can be asked, for the tests that hold the table against it."""
    yes_or_no = (False, True)
    for parts in product(get_args(Route), PEOPLE, yes_or_no, FRAMES, yes_or_no, get_args(Clip), yes_or_no):
        yield Ingredients(*parts)
