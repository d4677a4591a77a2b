"""The demo's source pictures, drawn when they are needed so that none has to be shipped.

Two people in two views each and a café. Everything is computed from tables with Pillow alone: no file, font,
clock or chance is read, so one Pillow version always gives the same bytes. All five meet the vendor's picture
limits (contract R40).
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from api.demo.cafe import cafe
from api.demo.jun import jun
from api.demo.mina import mina

THREE_QUARTER = 0.34  # radians the head is turned


def draw_story_pictures() -> dict[str, Image.Image]:
    """All five pictures by name, in a fixed order."""
    return {
        "mina-frontal": mina(0.0),
        "mina-three-quarter": mina(THREE_QUARTER),
        "jun-frontal": jun(0.0),
        "jun-three-quarter": jun(THREE_QUARTER),
        "cafe": cafe(),
    }


def write_story_pictures(folder: Path) -> dict[str, Path]:
    """Write them into an existing folder: frontal views as PNG, the rest as JPEG, a mix as in real life."""
    written: dict[str, Path] = {}
    for name, picture in draw_story_pictures().items():
        if name.endswith("frontal"):
            written[name] = folder / f"{name}.png"
            picture.save(written[name], "PNG", compress_level=3)
        else:
            written[name] = folder / f"{name}.jpg"
            picture.save(written[name], "JPEG", quality=92)
    return written
