"""What the films show: the request's pictures, cards for what has none, and the prompt's first line."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont, ImageOps

from generation.sandbox.raster import BROKEN, open_raster
from generation.sandbox.tasks import Task

Size = tuple[int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

TEXT_HEIGHT = 18
MOST_ROWS = 2
# Above this a picture is named instead of drawn: nobody needs a sandbox that decodes gigabytes.
MOST_PIXELS = 50_000_000
MARGIN = 12


@dataclass(frozen=True)
class Scene:
    """A canvas larger than the frame, over which the frame drifts while it closes in."""

    canvas: Image.Image
    size: Size

    def at(self, place: float) -> Image.Image:
        """The frame at `place` (0 to 1) of the scene's time."""
        zoom = 1.0 - 0.15 * place
        width, height = self.canvas.width * zoom, self.canvas.height * zoom
        left = (self.canvas.width - width) * place
        top = (self.canvas.height - height) / 2
        return self.canvas.resize(
            self.size, Image.Resampling.BILINEAR, (left, top, left + width, top + height)
        )


def draw_scenes(task: Task, contents: list[bytes], size: Size, *, tint: int) -> list[Scene]:
    """Pictures first, then cards for fetched-nowhere pictures and for elements; a backdrop if there is nothing."""
    canvas_size = (size[0] * 5 // 4, size[1] * 5 // 4)
    canvases = [_picture(content, n, canvas_size, tint) for n, content in enumerate(contents)]
    cards = [f"picture by URL {n + 1}" for n in range(task.remote_pictures)]
    cards += [f"element: {name}" for name in task.element_names]
    if task.reference_video:
        cards.append("continues a video")
    if not cards and not canvases:
        cards.append("")
    canvases += [_card(text, canvas_size, tint + 47 * n) for n, text in enumerate(cards)]
    return [Scene(canvas, size) for canvas in canvases]


def draw_caption(task: Task, size: Size, *, marked: bool) -> Image.Image:
    """A translucent band: the prompt's first line, and under it which task this is.

    Pillow's own font knows Latin letters only. What it cannot draw appears as empty boxes, and the band then says
    in code points what stands there; the file's title holds the line itself.
    """
    font = _font(TEXT_HEIGHT)
    line = "".join(c if c.isprintable() else " " for c in task.title)
    rows = _wrapped(line, font, size[0] - 2 * MARGIN)
    strange = [f"U+{ord(c):04X}" for c in line if not _drawable(c)]
    if strange:
        rows += _wrapped(" ".join(strange), font, size[0] - 2 * MARGIN)[:1]
    rows.append(f"sandbox task {task.task_id}" + ("   WATERMARK" if marked else ""))
    band = Image.new("RGBA", (size[0], (TEXT_HEIGHT + 6) * len(rows) + MARGIN), (0, 0, 0, 150))
    pen = ImageDraw.Draw(band)
    for n, row in enumerate(rows):
        pen.text((MARGIN, MARGIN // 2 + n * (TEXT_HEIGHT + 6)), row, font=font, fill=(255, 255, 255, 255))
    return band


def _picture(content: bytes, n: int, size: Size, tint: int) -> Image.Image:
    """A request picture filling the canvas; one that cannot be drawn becomes a card that says so."""
    raster = open_raster(content)
    if raster is None or raster.width * raster.height > MOST_PIXELS:
        return _card(f"picture {n + 1} cannot be drawn", size, tint)
    try:
        raster.draft("RGB", (size[0] * 2, size[1] * 2))
        upright = ImageOps.exif_transpose(raster).convert("RGB")
    except BROKEN:
        return _card(f"picture {n + 1} is damaged", size, tint)
    # People's faces are rather in the upper half.
    return ImageOps.fit(upright, size, Image.Resampling.BILINEAR, centering=(0.5, 0.35))


def _card(text: str, size: Size, tint: int) -> Image.Image:
    """A coloured gradient with a word on it."""
    light, dark = (_colour(tint, value) for value in (0.85, 0.35))
    card = ImageOps.colorize(Image.linear_gradient("L").resize(size), light, dark)
    font = _font(TEXT_HEIGHT * 2)
    pen = ImageDraw.Draw(card)
    pen.text((size[0] // 2, size[1] * 2 // 5), text, font=font, fill="white", anchor="mm")
    return card


def _colour(tint: int, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(tint % 256 / 256, 0.6, value)
    return int(red * 255), int(green * 255), int(blue * 255)


def _wrapped(line: str, font: Font, width: int) -> list[str]:
    """At most two rows that fit the width; a longer line ends in dots."""
    rows: list[str] = []
    rest = line.strip()
    while rest and len(rows) < MOST_ROWS:
        count = _fitting(rest, font, width)
        rows.append(rest[:count].strip())
        rest = rest[count:].strip()
    if rest:
        rows[-1] = rows[-1][:-3] + "..."
    return rows


def _fitting(text: str, font: Font, width: int) -> int:
    """How many characters fit; whole words if that leaves a decent row."""
    count = min(len(text), width // 3)
    while count > 1 and font.getlength(text[:count]) > width:
        count -= 1
    space = text.rfind(" ", 0, count)
    return space if count < len(text) and space > count // 2 else count


@lru_cache(maxsize=4)
def _font(height: int) -> Font:
    return ImageFont.load_default(height)


@lru_cache(maxsize=4096)
def _drawable(character: str) -> bool:
    """Whether the built-in font has a glyph, told by comparing with its glyph for a character nobody has."""
    font = _font(TEXT_HEIGHT)
    return character == " " or bytes(font.getmask(character)) != bytes(font.getmask("\uffff"))
