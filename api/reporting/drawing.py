"""Where the boxes of a lineage stand: what a thing was made from on its left, what was made of it on its right. Pure.

A box stands one column beside the nearest thing that it is tied to, so every line goes to the right; one that passes a column by
has a place of its own there, so none runs behind a box. Within a column all are ordered by the middle of what they are tied to,
which keeps most lines from crossing (Sugiyama's method, the simple way). Words stand in the gaps between columns, a row for each,
cut to what fits. Kept libraries that do this are licensed otherwise, unkept, or bring compilers or numpy for it
(docs/decisions/0025); what is looked at has a few dozen boxes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, zip_longest
from typing import Final, Literal

from api.reporting.lettering import cut
from registry.views.lineage import Edge

MOST: Final = 60
"""Boxes that are drawn; who has more is told how many were left out."""
WIDTH: Final = 184
HEIGHT: Final = 44
WORDS: Final = 9.5
"""The size of the letters in the gaps, in pixels."""
_PASSING: Final = 12
"""Pixels that a line takes in a column that it passes by."""
_BESIDE: Final = 96
_ASIDE: Final = 6
_BELOW: Final = 16
_EDGE: Final = 8
_SWEEPS: Final = 6
_ROWS: Final = (-4, 11, -15, 22)
"""Where words stand from the line, in pixels: above and below it in turns. Boxes leave so many rows between them."""
_BACK: Final = "← "
Tie = tuple[str, str]
"""(what stands on the left, what stands on the right)."""
Bend = tuple[str, str, int]
"""A tie, and the column in which its line passes by."""
Spot = str | Bend
Point = tuple[int, int]
Anchor = Literal["start", "end"]


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
    """What ties things, beside the farther of them. `whole` is all of it where `text` is cut; it begins or ends at `x`."""

    x: int
    y: int
    text: str
    whole: str
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes, lines and words on a sheet of so many pixels; `left_out` counts the boxes that are not drawn."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    words: tuple[Word, ...]
    left_out: int


def draw(start: str, edges: Sequence[Edge], labels: Mapping[str, str], later: Sequence[Edge] = ()) -> Drawing:
    """The lineage of `start`: the edges to its ancestors, and `later` those to its descendants, each nearest first."""
    before, after = _met(start, edges), _met(start, later)
    things = [start, *_in_turns(before, [one for one in after if one not in before])]
    shown = set(things[:MOST])
    ties = _joined(edge for edge in chain(edges, later) if edge.made in shown and edge.source in shown)
    column = _columns(start, [one for one in things[:MOST] if one in before], list(ties))
    ties = {tie: words for tie, words in ties.items() if tie[0] in column and tie[1] in column}
    ways = {tie: _way(tie, column) for tie in ties}
    columns = _ordered(_filled(column, ways.values()), ways.values())
    places, size = _placed(columns)
    boxes = [
        Box(one, labels.get(one, ""), one.partition("_")[0], *places[one])
        for one in places
        if isinstance(one, str)
    ]
    lines = [line for way in ways.values() for line in _through(way, places)]
    words = _words(ties, column, places)
    return Drawing(*size, tuple(boxes), tuple(lines), tuple(words), len(things) - len(boxes))


def _met(start: str, edges: Iterable[Edge]) -> dict[str, None]:
    """The things that the edges lead to, in the order they are met."""
    met = dict.fromkeys(end for edge in edges for end in (edge.made, edge.source))
    met.pop(start, None)
    return met


def _in_turns(one: Iterable[str], other: Iterable[str]) -> Iterator[str]:
    """So that neither side is left out for the other."""
    return (thing for pair in zip_longest(one, other) for thing in pair if thing is not None)


def _joined(edges: Iterable[Edge]) -> dict[Tie, list[str]]:
    """One line between two things, whatever ties them, from what is the source of most to what was made.

    A tie that leads back to where others come from is one the other way, and says so: what is drawn has no rings.
    """
    found: dict[Tie, list[str]] = {}
    rightwards: defaultdict[str, list[str]] = defaultdict(list)
    for edge in edges:
        left, right, word = edge.source, edge.made, str(edge.kind)
        if left == right:
            continue
        if (left, right) not in found and _reaches(right, left, rightwards):
            left, right, word = right, left, _BACK + word
        if (left, right) not in found:
            found[left, right] = []
            rightwards[left].append(right)
        if word not in found[left, right]:
            found[left, right].append(word)
    return found


def _reaches(start: str, end: str, rightwards: Mapping[str, Sequence[str]]) -> bool:
    seen, left = {start}, [start]
    while left:
        for one in rightwards.get(left.pop(), ()):
            if one == end:
                return True
            if one not in seen:
                seen.add(one)
                left.append(one)
    return False


def _columns(start: str, before: Sequence[str], ties: Sequence[Tie]) -> dict[str, int]:
    """Ancestors left of everything made from them, the others right of everything they were made from; `start` is in column 0."""
    column, earlier = {start: 0}, {*before}
    for _ in range(MOST):
        moved = False
        for left, right in ties:
            if left in earlier and column.get(right, 1) <= 0 and column.get(left, 1) >= column[right]:
                column[left], moved = column[right] - 1, True
            if right != start and right not in earlier and left in column:
                wanted = max(1, column[left] + 1)
                if column.get(right, 0) < wanted:
                    column[right], moved = wanted, True
        if not moved:
            break
    return column


def _way(tie: Tie, column: Mapping[str, int]) -> list[Spot]:
    """What its line goes through, from the left to the right."""
    left, right = tie
    passing = [(left, right, number) for number in range(column[left] + 1, column[right])]
    return [left, *passing, right]


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


def _through(way: Sequence[Spot], places: Mapping[Spot, Point]) -> Iterator[Line]:
    """From spot to spot, and straight across the columns that are passed by."""
    for near, far in pairwise(way):
        (left, top), (right, below) = places[near], places[far]
        yield Line(left + WIDTH, top + _high(near) // 2, right, below + _high(far) // 2)
        if not isinstance(far, str):
            yield Line(right, below + _PASSING // 2, right + WIDTH, below + _PASSING // 2)


def _words(
    ties: Mapping[Tie, Sequence[str]], column: Mapping[str, int], places: Mapping[Spot, Point]
) -> Iterator[Word]:
    """Beside what is farther from the start, where all its lines meet: each once and in a row, what is left in the last row."""
    found: defaultdict[tuple[int, int, Anchor], dict[str, None]] = defaultdict(dict)
    for (left, right), said in ties.items():
        anchor: Anchor = "start" if column[left] < 0 else "end"
        x, y = places[left] if anchor == "start" else places[right]
        at = x + WIDTH + _ASIDE if anchor == "start" else x - _ASIDE
        found[at, y + HEIGHT // 2, anchor] |= dict.fromkeys(said)
    for (x, y, anchor), words in found.items():
        rows = list(words)
        if len(rows) > len(_ROWS):
            rows[len(_ROWS) - 1 :] = [", ".join(rows[len(_ROWS) - 1 :])]
        for row, whole in zip(_ROWS, rows, strict=False):
            yield Word(x, y + row, cut(whole, _BESIDE - 2 * _ASIDE, WORDS), whole, anchor)
