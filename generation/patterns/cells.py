"""What the table of combinations is written in: blocks of combinations, and rows that give one answer to each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from generation.patterns.ingredients import PEOPLE, Ingredients
from generation.patterns.pattern import Pattern

OMNI: Final = ("auto", "omni")
NOBODY: Final = ("nobody",)
BY_IMAGE: Final = tuple(people for people in PEOPLE if people.endswith("image"))
BY_ELEMENT: Final = tuple(people for people in PEOPLE if people.endswith("element"))
ALIKE: Final = BY_IMAGE + BY_ELEMENT
ANYBODY: Final = NOBODY + ALIKE
OPENED: Final = ("opening", "both")
FRAMED: Final = ("opening", "closing", "both")


@dataclass(frozen=True, slots=True)
class Cell:
    """A block of combinations. `None` stands for both; frames and clips left out stand for none."""

    route: tuple[str, ...]
    people: tuple[str, ...]
    frames: tuple[str, ...] = ("none",)
    clip: tuple[str, ...] = ("none",)
    references: bool | None = None
    speech: bool | None = None
    shots: bool | None = None

    def holds(self, asked: Ingredients) -> bool:
        return (
            asked.route in self.route
            and asked.people in self.people
            and asked.frames in self.frames
            and asked.clip in self.clip
            and self.references in (None, asked.references)
            and self.speech in (None, asked.speech)
            and self.shots in (None, asked.shots)
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One answer. Approved rows name their pattern; the others have a finding's id, a reason, the alternatives and a route."""

    id: str
    title: str
    reason: str
    cites: tuple[str, ...]
    cells: tuple[Cell, ...]
    pattern: Pattern | None = None
    alternatives: tuple[str, ...] = field(default=())
    endpoint: str = "omni-video"

    @property
    def refused(self) -> bool:
        return self.pattern is None and self.id.startswith("E")


def say(
    id: str,
    title: str,
    reason: str,
    *,
    cites: str,
    alternatives: tuple[str, ...],
    endpoint: str = "omni-video",
) -> Callable[..., Row]:
    sources = tuple(part.strip() for part in cites.split(","))
    return lambda *cells: Row(id, title, reason, sources, cells, None, alternatives, endpoint)


def plain(
    route: tuple[str, ...],
    people: tuple[str, ...],
    *,
    frames: tuple[str, ...] = ("none",),
    clip: tuple[str, ...] = ("none",),
) -> Cell:
    """One silent shot with nothing beside what is named."""
    return Cell(route, people, frames, clip, references=False, speech=False, shots=False)
