"""What an export of a production tracker tells, in our words: people, scenes, their shots and casts; and what is wrong with it.

Readers (`kitsu`, `ayon`) make one of it and write nothing; `bringing` compares it with the registry and makes what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from registry.events.references import CharacterKind, Depicts

DEPICTS: Final[tuple[Depicts, ...]] = get_args(Depicts)
LONGEST_REFERENCE: Final = 500
_NUMBER: Final = re.compile(r"\d{1,6}")
_LARGEST_ORDER: Final = 1_000_000

What = Literal["production", "character", "scene", "shot", "cast"]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a place of an export: a file and row, or a folder's path."""

    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Person:
    """A character as the tracker has it."""

    reference: str
    name: str
    kind: CharacterKind
    depicts: Depicts | None
    description: str
    place: str


@dataclass(frozen=True, slots=True)
class PlannedShot:
    """A shot as the tracker has it."""

    reference: str
    name: str
    action: str
    framing: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A sequence of the tracker: a scene here. `cast` are references of people."""

    reference: str
    name: str
    episode: int
    number: int
    shots: tuple[PlannedShot, ...] = ()
    cast: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """All of an export. `problems` keep it from being brought in; `left_out` is what is not taken, and why."""

    production: str | None
    people: tuple[Person, ...] = ()
    scenes: tuple[Place, ...] = ()
    problems: tuple[Remark, ...] = ()
    left_out: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an export is to be read: which of its types are characters, of which kind (casefolded), and who is behind people.

    `project` names the production where the export does not. `depicts` holds for people of whom the export does not say it:
    nobody is presumed fictional.
    """

    types: Mapping[str, CharacterKind] = field(
        default_factory=lambda: {"character": "person", "characters": "person"}
    )
    depicts: Depicts | None = None
    project: str | None = None


def reference(tracker: str, *steps: str) -> str:
    """What a thing is called over there, whole: a slash within a name is not one between names."""
    return f"{tracker}:" + "/".join(step.replace("%", "%25").replace("/", "%2F") for step in steps)


def order_of(name: str, otherwise: int) -> int:
    """The last number in a name (`SQ020` is 20), which orders scenes and episodes; else where it came in the export."""
    numbers = _NUMBER.findall(name)
    return min(int(numbers[-1]), _LARGEST_ORDER) if numbers else otherwise


def depicts_of(
    said: str, kind: CharacterKind, wanted: Wanted, problems: list[Remark], place: str
) -> Depicts | None:
    """Who is behind a character: what the export says, else what was asked for; things are nobody.

    A word that is none of ours is a problem of its own.
    """
    if not said.strip():
        return wanted.depicts if kind == "person" else "fictional"
    word = said.strip().casefold().replace(" ", "_")
    found = next((one for one in DEPICTS if one == word), None)
    if found is None:
        problems.append(Remark(place, f"says that it depicts {said!r}; known are {', '.join(DEPICTS)}"))
        return "fictional"  # what it says is on the list of problems, and nothing is brought in
    return found


def problems_of(people: Iterable[Person], references: Iterable[str]) -> list[Remark]:
    """What no reader can mend: people of whom nobody says whether they are real, names of names too long, names twice."""
    found = [
        Remark(one.place, f"{one.name!r} is a person, and nobody says whether somebody real is behind it")
        for one in people
        if one.kind == "person" and one.depicts is None
    ]
    seen: set[str] = set()
    for one in references:
        if len(one) > LONGEST_REFERENCE:
            found.append(
                Remark(
                    one[:60] + "…",
                    f"the names have {len(one)} characters in all, {LONGEST_REFERENCE} at most",
                )
            )
        if one in seen:
            found.append(Remark(one, "stands twice in the export"))
        seen.add(one)
    return found
