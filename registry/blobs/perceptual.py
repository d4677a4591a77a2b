"""What a picture looks like in 288 bits: pictures that look alike differ in few of them (docs/decisions/0010).

A difference hash: 13 x 13 greys, and for each whether its right and its lower neighbour is brighter. It stays through scaling,
re-encoding, a change of brightness and a narrow crop, and identifies a portrait as a digest does, so it is personal.
"""

from __future__ import annotations

from typing import Final

import dhash
from PIL import Image

SIDE: Final = 12
FLAT: Final = 8
"""Levels of grey: a picture whose brightest and darkest place are no further apart looks like every other such picture."""


def perceptual(upright: Image.Image) -> str | None:
    """The fingerprint of an upright eight-bit picture, what is transparent taken as white; None for one of a single tone."""
    small = upright.resize((SIDE + 1, SIDE + 1), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if small.mode in ("RGBA", "LA"):
        white = Image.new(small.mode[:-1], small.size, "white")
        white.paste(small, mask=small.getchannel("A"))
        small = white
    greys = list(small.convert("L").tobytes())
    if max(greys) - min(greys) <= FLAT:
        return None
    return f"dhash{SIDE}:{dhash.dhash_int(greys, size=SIDE):0{SIDE * SIDE // 2}x}"
