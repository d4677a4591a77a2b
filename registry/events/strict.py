"""JSON from outside, read in one way or not at all: what two readers could take for two things is refused.

A fast parser reads it, and refuses what is no JSON, NaN and Infinity, lone surrogates and bytes that are no UTF-8. Then a look
over what came of it counts: levels, values, names. A name that stands twice in one object is missing from that count, and an
integer that the parser could not hold came out as a large number; only where a count differs or such a number stands is it all
read once more, slowly, to say where (RFC 8259, sections 4 and 6; I-JSON, RFC 7493).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any, Final, Literal

import orjson

DEEPEST: Final = 64
"""Levels of arrays and objects in each other; nothing that is asked here needs ten."""
MOST_VALUES: Final = 100_000
_BEYOND: Final = 2**63
_NAMES: Final = re.compile(rb'"[ \t\r\n]*:')
"""A name's end and its colon. Texts may hold the like too, so there are never fewer of these than names."""
_SHOWN: Final = 40


class JsonRefused(ValueError):
    """What was sent is not taken. `errors` names each place as `{path, message, value}`.

    `kind`: it is no JSON (`malformed`), holds too much (`too-large`), or says what cannot be kept as it stands (`invalid`).
    """

    def __init__(
        self, kind: Literal["malformed", "too-large", "invalid"], why: str, errors: list[dict[str, Any]]
    ) -> None:
        super().__init__(why)
        self.kind, self.why, self.errors = kind, why, errors


def read_strictly(raw: bytes, *, most: int = MOST_VALUES, deepest: int = DEEPEST) -> Any:
    """What the JSON says, in at most so many values and levels. Raises JsonRefused."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as wrong:
        where = f"line {wrong.lineno} column {wrong.colno}"
        raise _refused("malformed", where, f"no JSON here: {wrong.msg}") from None
    names, doubtful = _looked_over(found, most, deepest)
    if doubtful or names != len(_NAMES.findall(raw)):
        _read_again(raw, doubtful=doubtful)
    return found


def _looked_over(found: Any, most: int, deepest: int) -> tuple[int, bool]:
    """How many names it holds, and whether there is a number of which nobody can tell what was sent."""
    level, names, values, doubtful = [found], 0, 1, False
    for depth in count():
        below: list[Any] = []
        for one in level:
            kind = type(one)
            if kind is dict:
                names += len(one)
                below += one.values()
            elif kind is list:
                below += one
            elif (kind is int or kind is float) and not -_BEYOND < one < _BEYOND:
                doubtful = True
            else:
                continue
            if depth == deepest and kind in (dict, list):
                raise _refused("malformed", "$", f"nested deeper than {deepest} levels")
        if not below:
            break
        values += len(below)
        if values > most:
            raise _refused("too-large", "$", f"more than {most} values in one document")
        level = below
    return names, doubtful


def _read_again(raw: bytes, *, doubtful: bool) -> None:
    """Raises JsonRefused for names that stand twice and integers outside 64 bits; all of them at once."""
    twice: set[str] = set()

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice.update(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        return dict(pairs)

    exact = json.loads(raw, object_pairs_hook=note)
    errors = [_place(f"$..{name}", "sent twice") for name in sorted(twice)]
    errors += [
        _place(path, f"an integer of {number.bit_length()} bits is outside the 64-bit integers", number)
        for path, number in (_integers(exact, "$") if doubtful else ())
        if not -_BEYOND <= number < _BEYOND
    ]
    if errors:
        raise JsonRefused("invalid", ", ".join(error["path"] for error in errors), errors)


def _integers(value: Any, path: str) -> Iterator[tuple[str, int]]:
    match value:
        case bool():
            return
        case int():
            yield path, value
        case dict():
            for name, inner in value.items():
                yield from _integers(inner, f"{path}.{name}")
        case list():
            for index, inner in enumerate(value):
                yield from _integers(inner, f"{path}[{index}]")


def _place(path: str, message: str, value: int | None = None) -> dict[str, Any]:
    """A number that is refused for its length is not repeated at length either."""
    shown = None if value is None else str(value)[:_SHOWN]
    return {"path": path, "message": message, "value": shown}


def _refused(kind: Literal["malformed", "too-large"], path: str, why: str) -> JsonRefused:
    return JsonRefused(kind, f"{path}: {why}", [_place(path, why)])
