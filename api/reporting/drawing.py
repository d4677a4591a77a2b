"""Where the boxes of a lineage stand: what was made on the left, what it was made from to the right of it, step by step. Pure.

A box stands one column behind the farthest thing made from it, so every line goes to the right; one that passes a column by has
a place of its own there, so none runs behind a box. Within a column all are ordered by the middle of what they are tied to, which
keeps most lines from crossing (Sugiyama's method, the simple way). Kept libraries that do this are licensed otherwise, unkept,
or bring compilers or numpy for it (docs/decisions/0025); a clip's lineage has a few dozen boxes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from registry.views.lineage import Edge

MOST: Final = 60
"""Boxes that are drawn; who has more is told how many were left out."""
WIDTH: Final = 176
HEIGHT: Final = 40
_PASSING: Final = 12
"""Pixels that a line takes in a column that it passes by."""
_BESIDE: Final = 92
_BELOW: Final = 14
_EDGE: Final = 8
_SWEEPS: Final = 6
Tie = tuple[str, str]
"""(what was made, what it was made from)."""
Bend = tuple[str, str, int]
"""A tie, and the column in which its line passes by."""
Spot = str | Bend
Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A thing: its id, what people call it, its kind, and its left upper corner in pixels."""

    id: str
    label: str
    kind: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    """From the right side of a box, or of a place where it passes by, to the left side of the next."""

    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True, slots=True)
class Word:
    """What ties things, ending where the lines that it is about come in."""

    x: int
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes, lines and words on a sheet of so many pixels; `left_out` counts the boxes that are not drawn."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    words: tuple[Word, ...]
    left_out: int


def draw(start: str, edges: Sequence[Edge], labels: Mapping[str, str]) -> Drawing:
    """The lineage of `start`, whose ancestors the edges are, nearest first."""
    things = list(dict.fromkeys([start, *(end for edge in edges for end in (edge.made, edge.source))]))
    shown = set(things[:MOST])
    kinds = _joined(edge for edge in edges if edge.made in shown and edge.source in shown)
    column = _columns(start, list(kinds))
    ways = {tie: _way(tie, column) for tie in kinds if tie[0] in column and tie[1] in column}
    columns = _ordered(_filled(column, ways.values()), ways.values())
    places, size = _placed(columns)
    boxes = [
        Box(one, labels.get(one, ""), one.partition("_")[0], *places[one])
        for one in places
        if isinstance(one, str)
    ]
    left_out = len(things) - len(boxes)
    return Drawing(*size, tuple(boxes), *_drawn(ways, kinds, places), left_out)


def _joined(edges: Iterable[Edge]) -> dict[Tie, list[str]]:
    """One line between two things, whatever ties them."""
    found: defaultdict[Tie, list[str]] = defaultdict(list)
    for edge in edges:
        if edge.kind not in found[edge.made, edge.source]:
            found[edge.made, edge.source].append(edge.kind)
    return found


def _columns(start: str, ties: Sequence[Tie]) -> dict[str, int]:
    """Each thing behind everything made from it. Rounds are bounded, so ties that lead back do no harm."""
    column = {start: 0}
    for _ in range(min(len(ties), MOST)):
        moved = False
        for made, source in ties:
            near = column.get(made)
            if near is not None and column.get(source, -1) <= near < MOST:
                column[source] = near + 1
                moved = True
        if not moved:
            break
    return column


def _way(tie: Tie, column: Mapping[str, int]) -> list[Spot]:
    """What its line goes through, from the left to the right."""
    made, source = tie
    passing = [(made, source, number) for number in range(column[made] + 1, column[source])]
    return [made, *passing, source]


def _filled(column: Mapping[str, int], ways: Iterable[Sequence[Spot]]) -> list[list[Spot]]:
    """What stands in each column."""
    found: defaultdict[int, list[Spot]] = defaultdict(list)
    for thing, number in column.items():
        found[number].append(thing)
    for way in ways:
        for spot in way[1:-1]:
            found[int(spot[2])].append(spot)
    return [found[number] for number in sorted(found)]


def _ordered(columns: list[list[Spot]], ways: Iterable[Sequence[Spot]]) -> list[list[Spot]]:
    """Each column by where those stand that its spots are tied to, in the column before and in the one behind, in turns."""
    tied: defaultdict[Spot, list[Spot]] = defaultdict(list)
    for way in ways:
        for near, far in pairwise(way):
            tied[near].append(far)
            tied[far].append(near)
    ordered = [list(column) for column in columns]
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for number in range(1, len(ordered)) if forward else range(len(ordered) - 2, -1, -1):
            beside = ordered[number - 1 if forward else number + 1]
            ordered[number] = _by_middle(ordered[number], beside, tied)
    return ordered


def _by_middle(column: list[Spot], beside: list[Spot], tied: Mapping[Spot, Sequence[Spot]]) -> list[Spot]:
    rank = {spot: row for row, spot in enumerate(beside)}

    def middle(spot: Spot) -> float:
        rows = [rank[one] for one in tied[spot] if one in rank]
        return sum(rows) / len(rows) if rows else len(rank) / 2

    return sorted(column, key=middle)


def _placed(columns: Sequence[Sequence[Spot]]) -> tuple[dict[Spot, Point], Point]:
    """The left upper corner of everything, each column in the middle of the sheet; and the sheet's size."""
    heights = [sum(_high(spot) + _BELOW for spot in column) - _BELOW for column in columns]
    places: dict[Spot, Point] = {}
    for number, column in enumerate(columns):
        y = _EDGE + (max(heights) - heights[number]) // 2
        for spot in column:
            places[spot] = (_EDGE + number * (WIDTH + _BESIDE), y)
            y += _high(spot) + _BELOW
    width = 2 * _EDGE + len(columns) * (WIDTH + _BESIDE) - _BESIDE
    return places, (width, 2 * _EDGE + max(heights))


def _high(spot: Spot) -> int:
    return HEIGHT if isinstance(spot, str) else _PASSING


def _drawn(
    ways: Mapping[Tie, Sequence[Spot]], kinds: Mapping[Tie, Sequence[str]], places: Mapping[Spot, Point]
) -> tuple[tuple[Line, ...], tuple[Word, ...]]:
    """The lines, and the words where they first come in: those that come in at one place are one word."""
    lines: list[Line] = []
    words: defaultdict[Point, dict[str, None]] = defaultdict(dict)
    for tie, way in ways.items():
        lines += _through(way, places)
        first = lines[-2 * len(way) + 3] if len(way) > 2 else lines[-1]
        words[first.x2, first.y2] |= dict.fromkeys(kinds[tie])
    return tuple(lines), tuple(Word(x - 6, y - 4, ", ".join(said)) for (x, y), said in words.items())


def _through(way: Sequence[Spot], places: Mapping[Spot, Point]) -> Iterator[Line]:
    """From spot to spot, and straight across the columns that are passed by."""
    for near, far in pairwise(way):
        (left, top), (right, below) = places[near], places[far]
        yield Line(left + WIDTH, top + _high(near) // 2, right, below + _high(far) // 2)
        if not isinstance(far, str):
            yield Line(right, below + _PASSING // 2, right + WIDTH, below + _PASSING // 2)
