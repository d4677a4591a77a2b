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
Pictures = Literal["none", "opening", "references", "both"]
"""Pictures beside the people's own: the exact first frame, pictures of things and places, or both."""
PEOPLE: Final[tuple[People, ...]] = get_args(People)
_PICTURES: Final[dict[tuple[bool, bool], Pictures]] = {
    (False, False): "none",
    (True, False): "opening",
    (False, True): "references",
    (True, True): "both",
}
_COUNTED: Final = {1: "one", 2: "two"}


@dataclass(frozen=True, slots=True)
class Ingredients:
    """Later patterns add a field here (shots, a closing frame, an edit) and their rows to the table."""

    route: Route
    people: People
    speech: bool
    pictures: Pictures
    continued: bool


def ingredients(resolution: Resolution) -> Ingredients:
    return Ingredients(
        route=resolution.request.route,
        people=_people(resolution),
        speech=resolution.speaks,
        pictures=_PICTURES[resolution.opening is not None, bool(resolution.references)],
        continued=resolution.parent is not None,
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
    for parts in product(get_args(Route), PEOPLE, yes_or_no, get_args(Pictures), yes_or_no):
        yield Ingredients(*parts)
