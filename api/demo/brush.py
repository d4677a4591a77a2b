"""The demo's paint box: smooth outlines, gradients, brush strokes and soft shadows, on Pillow alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Point = tuple[float, float]
Points = Sequence[Point]
Box = tuple[int, int, int, int]

FINE = 2  # drawn at twice the size, then halved: smooth edges without an antialiasing library
COARSE = (
    4  # shadows and glows are blurred at a quarter of the size, which looks the same and costs a sixteenth
)


def smooth(points: Points, closed: bool = True, steps: int = 10) -> list[Point]:
    """A Catmull-Rom curve through the points: organic outlines from short tables."""
    count = len(points)

    def at(index: int) -> Point:
        return points[index % count] if closed else points[min(max(index, 0), count - 1)]

    curve: list[Point] = []
    for i in range(count if closed else count - 1):
        a, b, c, d = at(i - 1), at(i), at(i + 1), at(i + 2)
        for step in range(steps):
            t = step / steps
            curve.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    return curve if closed else [*curve, points[-1]]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def ring(x: float, y: float, rx: float, ry: float, points: int = 24) -> list[Point]:
    """An ellipse as a polygon."""
    turns = [2 * math.pi * i / points for i in range(points)]
    return [(x + rx * math.cos(t), y + ry * math.sin(t)) for t in turns]


def rect(left: float, top: float, right: float, bottom: float) -> list[Point]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def both(right: Points) -> list[Point]:
    """An outline symmetric to x = 0 from its right half, listed from top to bottom."""
    return [*right, *((-x, y) for x, y in reversed(right) if x)]


def mirrored(points: Points) -> list[Point]:
    return [(-x, y) for x, y in points]


class Sheet:
    """One picture being painted, in its final coordinates; colours are `#rrggbb`."""

    def __init__(self, size: tuple[int, int], top: str, bottom: str) -> None:
        self.size = size
        self.image = _gradient((size[0] * FINE, size[1] * FINE), top, bottom)

    def fill(self, outline: Points, top: str, bottom: str = "") -> None:
        """Fill an outline flat, or with a vertical gradient over its own height."""
        fine = [(x * FINE, y * FINE) for x, y in outline]
        if not bottom:
            ImageDraw.Draw(self.image).polygon(fine, fill=top)
            return
        left, upper = (math.floor(min(p[i] for p in fine)) for i in (0, 1))
        right, lower = (math.ceil(max(p[i] for p in fine)) + 1 for i in (0, 1))
        mask = Image.new("L", (right - left, lower - upper))
        ImageDraw.Draw(mask).polygon([(x - left, y - upper) for x, y in fine], fill=255)
        self.image.paste(_gradient(mask.size, top, bottom), (left, upper), mask)

    def stroke(self, curve: Points, colour: str, width: float, ends: float = 0.15) -> None:
        """A brush stroke: `width` in the middle, `ends` of it at both tips."""
        line = smooth(curve, closed=False)
        left: list[Point] = []
        right: list[Point] = []
        for i, (x, y) in enumerate(line):
            (ax, ay), (bx, by) = line[max(i - 1, 0)], line[min(i + 1, len(line) - 1)]
            length = math.hypot(bx - ax, by - ay) or 1.0
            swell = ends + (1 - ends) * math.sin(math.pi * i / (len(line) - 1))
            dx, dy = (ay - by) / length * width * swell / 2, (bx - ax) / length * width * swell / 2
            left.append((x + dx, y + dy))
            right.append((x - dx, y - dy))
        self.fill([*left, *reversed(right)], colour)

    def soft(
        self, outline: Points, colour: str, *, strength: float, blur: float, inside: Points = ()
    ) -> None:
        """A blurred patch of colour: shadow, blush or glow; `inside` keeps it within another outline."""
        box = self._box(outline, blur * 2.5)
        mask = _mask(box, outline, COARSE).filter(ImageFilter.GaussianBlur(blur / COARSE))
        large = mask.point(lambda value: round(value * strength)).resize(
            _extent(box), Image.Resampling.BILINEAR
        )
        if inside:
            large = ImageChops.multiply(large, _mask(box, inside))
        self.image.paste(colour, (box[0] * FINE, box[1] * FINE), large)

    @contextmanager
    def within(self, outline: Points) -> Iterator[None]:
        """Whatever is painted meanwhile is cut off at the outline."""
        box = self._box(outline, 0)
        area = (box[0] * FINE, box[1] * FINE, box[2] * FINE, box[3] * FINE)
        before = self.image.copy()
        yield
        before.paste(self.image.crop(area), area[:2], _mask(box, outline))
        self.image = before

    def _box(self, outline: Points, margin: float) -> Box:
        (left, top), (right, bottom) = ([pick(p[i] for p in outline) for i in (0, 1)] for pick in (min, max))
        inner = (max(0, math.floor(left - margin)), max(0, math.floor(top - margin)))
        outer = (min(self.size[0], math.ceil(right + margin)), min(self.size[1], math.ceil(bottom + margin)))
        return *inner, max(outer[0], inner[0] + 1), max(outer[1], inner[1] + 1)

    def finished(self, view: Box | None = None) -> Image.Image:
        """The painting at its size, or the part of it that `view` frames, enlarged to that size."""
        left, top, right, bottom = view or (0, 0, *self.size)
        box = (left * FINE, top * FINE, right * FINE, bottom * FINE)
        return self.image.resize(self.size, Image.Resampling.LANCZOS, box=box)


def _extent(box: Box, scale: float = FINE) -> tuple[int, int]:
    return math.ceil((box[2] - box[0]) * scale), math.ceil((box[3] - box[1]) * scale)


def _mask(box: Box, outline: Points, coarse: float = 0) -> Image.Image:
    """White inside the outline, over the box, at the fine scale or `coarse` times coarser than the sheet."""
    scale = 1 / coarse if coarse else FINE
    mask = Image.new("L", _extent(box, scale))
    ImageDraw.Draw(mask).polygon([((x - box[0]) * scale, (y - box[1]) * scale) for x, y in outline], fill=255)
    return mask


def _gradient(size: tuple[int, int], top: str, bottom: str) -> Image.Image:
    column = Image.new("RGB", (1, 2))
    column.paste(top, (0, 0, 1, 1))
    column.paste(bottom, (0, 1, 1, 2))
    return column.resize((1, size[1]), Image.Resampling.BILINEAR, box=(0, 0.5, 1, 1.5)).resize(size)
