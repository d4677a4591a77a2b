"""The café of the demo, at dusk."""

from __future__ import annotations

from PIL import Image

from api.demo.brush import Point, Points, Sheet, rect, ring, smooth

ROOM = (1280, 720)


def cafe() -> Image.Image:
    """The inside of a café at dusk: a tall window, hanging lamps, a counter and two tables."""
    room = Sheet(ROOM, "#4a2f2c", "#2e1d1d")
    _window(room)
    _counter(room)
    _floor(room)
    for x, y, size in ((300, 470, 1.0), (760, 520, 1.35)):
        _table(room, x, y, size)
    for x, drop in ((190, 150), (520, 120), (850, 150), (1130, 110)):
        _lamp(room, x, drop)
    return room.finished()


def _window(room: Sheet) -> None:
    pane = rect(90, 60, 830, 400)
    room.soft(rect(60, 40, 860, 420), "#f0a060", strength=0.25, blur=60)
    room.fill(rect(78, 48, 842, 412), "#241514")
    room.fill(pane, "#3c4a7c", "#f2a36b")
    with room.within(pane):
        room.soft(ring(560, 372, 210, 70), "#ffd9a0", strength=0.9, blur=70)
        for i, (height, width) in enumerate(
            (
                (120, 70),
                (180, 55),
                (95, 90),
                (150, 64),
                (70, 110),
                (200, 50),
                (130, 80),
                (100, 70),
                (160, 60),
                (90, 90),
            )
        ):
            left = 80 + i * 76
            room.fill(rect(left, 400 - height, left + width, 410), "#3d3a5e", "#6a4a5c")
            for j in range(5):
                x, y = (
                    left + 10 + (j * 29 + i * 7) % (width - 16),
                    408 - height + (j * 37 + i * 11) % max(height - 30, 20),
                )
                room.fill(rect(x, y, x + 6, y + 8), "#ffd58a")
        for i in range(14):
            x, y = 100 + (i * 173) % 720, 300 + (i * 67) % 90
            room.soft(
                ring(x, y, 9 + i % 4 * 4, 9 + i % 4 * 4),
                ("#ffcf8a", "#ff9f6e", "#ffe9c4")[i % 3],
                strength=0.55,
                blur=4,
            )
        room.soft([(90, 60), (330, 60), (150, 400), (90, 400)], "#ffffff", strength=0.08, blur=8)
    for x in (275, 460, 645):
        room.fill(rect(x - 5, 60, x + 5, 400), "#2b1a18")
    room.fill(rect(90, 160, 830, 168), "#2b1a18")
    room.fill(rect(64, 406, 856, 424), "#6b4030", "#43271f")


def _counter(room: Sheet) -> None:
    for y in (150, 235):
        room.fill(rect(930, y, 1230, y + 12), "#8a5a3c", "#5d3a28")
        for i in range(8):
            x, tall = 948 + i * 35, 34 + (i * 13 + y) % 22
            tone = ("#c98f5b", "#8fa58a", "#d9c3a0", "#a35d44")[(i + y) % 4]
            room.fill(smooth(rect(x, y - tall, x + 20, y), steps=4), tone, "#5a3a2c")
    room.fill(rect(900, 330, 1280, 346), "#c48a5a", "#9a6540")
    room.fill(rect(912, 346, 1280, 560), "#6d4231", "#3d241d")
    for x in range(940, 1280, 62):
        room.fill(rect(x, 366, x + 44, 530), "#7c4c38", "#4a2c23")
    room.fill(rect(980, 262, 1090, 330), "#d7d2cc", "#8b8783")
    room.fill(rect(992, 276, 1078, 296), "#3a3432")
    room.fill(ring(1170, 316, 34, 14), "#f2e2c8", "#cfae86")
    room.soft(ring(1170, 306, 22, 10), "#c47a3c", strength=1, blur=3)


def _floor(room: Sheet) -> None:
    floor = rect(0, 540, 1280, 720)
    room.fill(rect(0, 424, 900, 540), "#3f2825", "#352120")
    room.fill(floor, "#5c3a2b", "#2f1c18")
    for i in range(-6, 26):
        room.stroke([(400 + (i - 6) * 62, 540), (400 + (i - 6) * 130, 720)], "#3b241c", 2, 1)
    room.soft(
        [(150, 560), (760, 560), (900, 720), (20, 720)], "#f0a060", strength=0.28, blur=60, inside=floor
    )


def _table(room: Sheet, x: float, y: float, size: float) -> None:
    def at(points: Points) -> list[Point]:
        return [(x + dx * size, y + dy * size) for dx, dy in points]

    room.soft(at(ring(0, 140, 150, 22)), "#140a09", strength=0.7, blur=20)
    for side in (-1, 1):
        seat = at([(side * 120, 62), (side * 200, 62), (side * 204, 74), (side * 116, 74)])
        room.fill(at(rect(side * 188 - 4, -40, side * 188 + 5, 140)), "#2a1815")
        room.fill(at(rect(side * 128 - 4, 70, side * 128 + 4, 142)), "#2a1815")
        room.fill(
            smooth(at([(side * 178, -44), (side * 200, -44), (side * 204, 20), (side * 180, 20)])),
            "#9a5238",
            "#6d3524",
        )
        room.fill(smooth(seat), "#a85b3e", "#743a28")
    room.fill(at(rect(-7, 10, 7, 140)), "#1d1211")
    room.fill(at(ring(0, 142, 52, 9)), "#1d1211")
    room.fill(at(ring(0, 12, 112, 20)), "#6a3f2a")
    room.fill(at(ring(0, 5, 112, 20)), "#c98d5c", "#a0673f")
    room.soft(at(ring(-20, 0, 60, 9)), "#ffe2b0", strength=0.5, blur=14)
    for dx in (-44, 40):
        room.fill(at(ring(dx, 6, 20, 5)), "#e9ddca")
        room.fill(at([(dx - 11, -16), (dx + 11, -16), (dx + 8, 5), (dx - 8, 5)]), "#fbf5ea", "#d8c6ad")
        room.fill(at(ring(dx, -16, 11, 3.4)), "#4a2a1c")


def _lamp(room: Sheet, x: float, drop: float) -> None:
    room.fill(rect(x - 1.5, 0, x + 1.5, drop), "#150c0b")
    room.soft(ring(x, drop + 60, 120, 100), "#ffc878", strength=0.4, blur=80)
    room.fill(
        [(x - 12, drop), (x + 12, drop), (x + 46, drop + 38), (x - 46, drop + 38)], "#2f4a47", "#1d302f"
    )
    room.fill(ring(x, drop + 38, 46, 8), "#ffe6b0")
    room.soft(ring(x, drop + 44, 26, 14), "#fff6de", strength=1, blur=10)
