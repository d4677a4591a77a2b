"""One person sitting for a portrait: face, eyes, glasses and bust from a table of measures, at any turn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from api.demo.brush import Point, Points, Sheet, both, ring, smooth

PORTRAIT = (960, 1200)
FRAME = (60, 130, 900, 1180)


@dataclass(frozen=True)
class Person:
    """A face as data; lengths are pixels, places are offsets from the middle of the face."""

    skin: str
    light: str
    shade: str
    blush: str
    lips: tuple[str, str]
    hair: tuple[str, str]
    strand: str
    iris: tuple[str, str]
    brow: float
    lash: float
    eye: float
    neck: float
    backdrop: tuple[str, str]
    glow: str
    shoulder: float
    coat: tuple[str, str]
    shirt: tuple[str, str]
    outline: Points
    turned_outline: Points


class Sitter:
    """One person on one sheet; `yaw` turns the head towards the viewer's right (0 is frontal)."""

    def __init__(self, person: Person, yaw: float) -> None:
        self.person = person
        self.yaw = yaw
        self.sheet = Sheet(PORTRAIT, *person.backdrop)
        self.middle = PORTRAIT[0] / 2 - 40 * math.sin(yaw)
        self.face = smooth(self.put(person.turned_outline if yaw else person.outline))

    def put(self, points: Points) -> list[Point]:
        """Offsets from the middle of the face, as drawn."""
        return [(self.middle + x, y) for x, y in points]

    def on_face(self, points: Points, rise: float = 195) -> list[Point]:
        """Offsets on the frontal face, carried round with the head: a cylinder of radius `rise`."""
        angles = [math.asin(max(-1.0, min(1.0, x / 195))) + self.yaw for x, _ in points]
        return [(self.middle + rise * math.sin(a), y) for a, (_, y) in zip(angles, points, strict=True)]

    def backdrop(self) -> None:
        self.sheet.soft(ring(self.middle - 60, 430, 400, 420), self.person.glow, strength=0.75, blur=150)

    def bust(self) -> None:
        """Neck, shirt and coat, with the shadow the head casts on the neck."""
        p, lean = self.person, 26 * math.sin(self.yaw)
        base = p.neck + 46
        neck = smooth(
            self.put(
                [
                    (-p.neck, 620),
                    (p.neck, 620),
                    (p.neck, 760),
                    (base, 850),
                    (0, 930),
                    (-base, 850),
                    (-p.neck, 760),
                ]
            )
        )
        sleeve = [(p.shoulder, 926), (p.shoulder + 66, 1040), (p.shoulder + 92, 1230)]
        coat = [(0, 800), (p.neck + 30, 806), (p.shoulder * 0.62, 860), *sleeve]
        self.sheet.soft(self.put(ring(0, 1130, p.shoulder + 60, 220)), p.shade, strength=0.35, blur=90)
        self.sheet.fill(smooth(self.put(both(coat))), *p.coat)
        self.sheet.fill(neck, p.skin, p.shade)
        self.sheet.soft(
            self.put(ring(lean, 735, p.neck + 40, 62)), p.shade, strength=0.85, blur=26, inside=neck
        )

    def ear(self, x: float, side: int) -> None:
        """An ear at `x`, its rim on that side."""
        rim = [(-12, 486), (14, 474), (28, 496), (25, 545), (10, 594), (-10, 588)]
        ear = smooth(self.put([(x + side * dx, y) for dx, y in rim]))
        self.sheet.fill(ear, self.person.skin, self.person.shade)
        self.sheet.soft(
            self.put(ring(x + side * 6, 532, 9, 30)), self.person.shade, strength=0.9, blur=10, inside=ear
        )

    def head(self) -> None:
        """The face, lit from the upper left."""
        p, sheet = self.person, self.sheet
        sheet.fill(self.face, p.light, p.skin)
        sheet.soft(self.put(ring(215, 560, 105, 260)), p.shade, strength=0.55, blur=70, inside=self.face)
        sheet.soft(self.put(ring(40, 772, 150, 46)), p.shade, strength=0.6, blur=34, inside=self.face)
        for x in (-96, 96):
            patch = self.on_face(ring(x, 604, 46, 34))
            sheet.soft(patch, p.blush, strength=0.42, blur=36, inside=self.face)

    def eyes(self) -> None:
        for side in (-1, 1):
            self._eye(side)

    def _eye(self, side: int) -> None:
        p, sheet = self.person, self.sheet

        def at(points: Points) -> list[Point]:
            return self.on_face([(side * (74 + x), 520 + y) for x, y in points])

        e = p.eye
        upper = [(-39, 7), (-24, -e * 0.75), (2, -e), (26, -e * 0.62), (42, -2)]
        lower = [(30, e * 0.55), (4, e * 0.8), (-22, e * 0.6)]
        white = smooth(at([*upper, *lower]))
        sheet.fill(white, "#efe4dc", "#fffaf5")
        with sheet.within(white):
            sheet.fill(self.on_face(ring(side * 74 + 1, 518, e + 1, e + 1)), *p.iris)
            sheet.fill(self.on_face(ring(side * 74 + 1, 518, e / 2, e / 2)), "#120b0a")
        sheet.soft(at(ring(0, -e - 2, 44, 9)), p.shade, strength=0.55, blur=8, inside=white)
        sheet.fill(self.on_face(ring(side * 74 - 5, 511, 5.5, 5.5)), "#ffffff")
        sheet.stroke(
            at([(-40, 8), *upper[1:4], (44, -3), (53, -10 if p.lash > 6 else -4)]), "#1a1114", p.lash, 0.3
        )
        sheet.stroke(at([(-32, -e - 3), (0, -e - 12), (36, -e - 4)]), p.shade, 4)
        sheet.stroke(at([(34, e * 0.5), (4, e * 0.85), (-20, e * 0.65)]), p.shade, 3)
        sheet.stroke(at([(-46, -40), (-22, -53), (16, -58), (58, -42)]), p.hair[0], p.brow, 0.3)

    def nose_and_mouth(self) -> None:
        p, sheet = self.person, self.sheet
        lift = 195 + 34 * (1 if self.yaw else 0)
        bridge = [(12, 520), (15, 570), (32, 628), (4, 642), (4, 560)]
        sheet.soft(self.on_face(bridge, lift), p.shade, strength=0.8, blur=12, inside=self.face)
        sheet.soft(self.on_face(ring(-4, 606, 12, 24), lift), p.light, strength=0.9, blur=12)
        sheet.stroke(self.on_face([(-22, 630), (-12, 638), (0, 641), (13, 638), (24, 629)], lift), p.shade, 6)
        for x in (-17, 17):
            sheet.stroke(self.on_face([(x - 6, 634), (x, 632), (x + 6, 635)], lift), "#7d4a3a", 5)
        m = 200
        upper = [
            (-48, 672),
            (-22, 664),
            (-8, 660),
            (0, 663),
            (8, 660),
            (22, 664),
            (48, 672),
            (20, 679),
            (0, 681),
            (-20, 679),
        ]
        lower = [(-48, 672), (-20, 680), (0, 682), (20, 680), (48, 672), (28, 694), (0, 702), (-28, 694)]
        sheet.fill(smooth(self.on_face(lower, m)), p.lips[1])
        sheet.fill(smooth(self.on_face(upper, m)), p.lips[0])
        sheet.soft(self.on_face(ring(-4, 691, 16, 4), m), "#ffffff", strength=0.35, blur=6)
        sheet.stroke(
            self.on_face([(-55, 667), (-46, 673), (-20, 679), (0, 681), (20, 679), (46, 673), (55, 667)], m),
            "#6d2f2e",
            4,
            0.4,
        )
        sheet.soft(self.on_face(ring(0, 712, 24, 5), m), p.shade, strength=0.5, blur=8)

    def glasses(self) -> None:
        """Thin round frames, a glint on each lens, one temple on the side we see."""
        sheet = self.sheet
        for side in (-1, 1):
            lens = smooth(self.on_face(ring(side * 77, 522, 55, 49, 12), 205))
            sheet.soft(lens, "#ffffff", strength=0.1, blur=4)
            with sheet.within(lens):
                glint = [
                    (side * 77 - 44, 530),
                    (side * 77 - 8, 476),
                    (side * 77 + 6, 476),
                    (side * 77 - 34, 544),
                ]
                sheet.soft(self.on_face(glint, 205), "#ffffff", strength=0.35, blur=5)
            sheet.stroke([*lens, lens[0]], "#2b2422", 7, 1)
        sheet.stroke(self.on_face([(-23, 512), (0, 503), (23, 512)], 215), "#2b2422", 7, 1)
        sheet.stroke(
            [*self.on_face([(-131, 508)], 205), *self.put([(-176 if not self.yaw else -118, 498)])],
            "#2b2422",
            7,
            1,
        )
        if not self.yaw:
            sheet.stroke(self.put([(140, 508), (176, 498)]), "#2b2422", 7, 1)

    def hair(self, mass: Points, strands: Sequence[Points]) -> None:
        """One mass of hair with a soft shadow on what lies under it, and lighter strands on top."""
        outline = smooth(self.put(mass))
        self.sheet.soft(
            [(x + 4, y + 12) for x, y in outline], self.person.shade, strength=0.5, blur=16, inside=self.face
        )
        self.sheet.fill(outline, *self.person.hair)
        with self.sheet.within(outline):
            for strand in strands:
                self.sheet.stroke(self.put(strand), self.person.strand, 7, 0.1)
