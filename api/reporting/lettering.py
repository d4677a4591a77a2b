"""How much of a text fits into so many pixels, where nobody can measure it: letters count as wide as fonts have them. Pure."""

from __future__ import annotations

from typing import Final
from unicodedata import combining, east_asian_width

_NARROW: Final = frozenset("iIjlt.,:;!'|()[]{} -/")
_BROAD: Final = frozenset("mwMW@%—…")
_MORE: Final = "…"


def width_of(text: str, size: float) -> float:
    """At most so many pixels, in letters of `size` pixels; their shares of it are those of a broad sans (Verdana, DejaVu)."""
    return sum(map(_share, text)) * size


def cut(text: str, pixels: float, size: float) -> str:
    """The text, or as much of its beginning as fits, with an ellipsis."""
    if width_of(text, size) <= pixels:
        return text
    left = pixels - width_of(_MORE, size)
    for count, letter in enumerate(text):
        left -= width_of(letter, size)
        if left < 0:
            return text[:count].rstrip() + _MORE
    return text


def _share(letter: str) -> float:
    if combining(letter):
        return 0.0
    if east_asian_width(letter) in "WF":
        return 1.0
    if letter in _BROAD:
        return 1.0
    if letter in _NARROW:
        return 0.42
    return 0.78 if letter.isupper() else 0.66
