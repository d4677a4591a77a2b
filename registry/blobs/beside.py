"""Two films laid beside each other: which of those that look alike was a copy made of?

What a film looks like in a few bits is the same for two takes that differ in a face or a word. So a few small frames of each
are compared pixel by pixel. Damage by encoding lies anywhere; where two takes differ, a copy is on the side of its own.
"""

from __future__ import annotations

from typing import Final

from PIL import Image, ImageChops, ImageStat

FRAMES: Final = 5
SAMPLE: Final = (192, 108)
"""Pixels of each frame that is compared."""
_TILE: Final = 12
MOST_LEVELS: Final = 60
"""Levels of 255 that some tile of 12 x 12 of those pixels may differ in, on its average: more is another picture. Measured:
copies 2 to 21, of half the frames 48, cropped by 1 % 57; somebody who stands elsewhere 69 and more (docs/reference/lookup.md)."""
RULED_OUT: Final = 0.4
"""The share of the difference of two takes by which a copy is nearer to the one. Measured: 0.54 to 1.1 for copies of the one."""


def levels(one: bytes, other: bytes) -> int:
    """How much the most different tile of all frames differs, in levels of grey on its average."""
    width, height = SAMPLE
    tiles = width // _TILE, height * FRAMES // _TILE
    apart = ImageChops.difference(_sheet(one), _sheet(other)).resize(tiles, Image.Resampling.BOX)
    return max(apart.tobytes())


def nearer(film: bytes, one: bytes, other: bytes) -> float:
    """How much nearer a film is to one than to another: 1 for a copy of the one, -1 for one of the other, 0 for neither.

    The difference of the squared errors, as a share of what the two differ in themselves.
    """
    between = _squares(one, other)
    return (_squares(film, other) - _squares(film, one)) / between if between else 0.0


def _squares(one: bytes, other: bytes) -> float:
    return float(ImageStat.Stat(ImageChops.difference(_sheet(one), _sheet(other))).sum2[0])


def _sheet(greys: bytes) -> Image.Image:
    width, height = SAMPLE
    return Image.frombytes("L", (width, height * FRAMES), greys)
