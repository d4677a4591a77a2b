"""Mina, the first person of the demo: measures, hair and clothes."""

from __future__ import annotations

import math

from PIL import Image

from api.demo.brush import both, mirrored, ring, smooth
from api.demo.sitter import FRAME, Person, Sitter

MINA = Person(
    skin="#f3cdb0",
    light="#fbe2cd",
    shade="#d39a7c",
    blush="#e8907f",
    lips=("#b8504f", "#d0706a"),
    hair=("#2a2027", "#151018"),
    strand="#453541",
    iris=("#3a2119", "#7a4b30"),
    brow=11,
    lash=9,
    eye=19,
    neck=60,
    backdrop=("#f1ddd0", "#cfa79a"),
    glow="#fff6ea",
    shoulder=270,
    coat=("#b9653f", "#8d4327"),
    shirt=("#fbf1e2", "#e4cfb6"),
    outline=both([(0, 322), (100, 340), (158, 420), (166, 510), (152, 598), (108, 676), (48, 724), (0, 734)]),
    turned_outline=[
        (24, 322),
        (124, 346),
        (172, 424),
        (167, 486),
        (174, 548),
        (161, 618),
        (134, 676),
        (104, 722),
        (66, 735),
        (18, 722),
        (-62, 678),
        (-126, 606),
        (-150, 520),
        (-146, 420),
        (-80, 340),
    ],
)
BACK = both(
    [(0, 236), (120, 252), (206, 340), (230, 470), (240, 640), (252, 820), (240, 980), (160, 1040), (0, 1040)]
)
LOCK = [
    (-8, 300),
    (56, 316),
    (112, 372),
    (146, 450),
    (166, 560),
    (172, 700),
    (158, 850),
    (140, 1010),
    (196, 1100),
    (252, 1000),
    (262, 820),
    (246, 640),
    (232, 470),
    (204, 345),
    (118, 256),
    (-8, 232),
]
STRANDS = [
    [(10, 262), (110, 300), (180, 400), (206, 560), (214, 760), (204, 980)],
    [(20, 284), (100, 330), (160, 440), (186, 600), (192, 780), (176, 1000)],
    [(20, 246), (130, 278), (206, 390), (226, 540), (236, 700)],
]
TURNED_BACK = [
    (40, 234),
    (150, 272),
    (198, 370),
    (206, 500),
    (204, 640),
    (196, 780),
    (214, 900),
    (180, 1010),
    (0, 1040),
    (-200, 1000),
    (-240, 700),
    (-220, 400),
    (-110, 256),
]
NEAR = [
    (60, 300),
    (-14, 320),
    (-80, 380),
    (-116, 470),
    (-126, 590),
    (-116, 710),
    (-128, 860),
    (-140, 1010),
    (-196, 1100),
    (-258, 1000),
    (-268, 820),
    (-254, 640),
    (-240, 470),
    (-208, 345),
    (-116, 256),
    (44, 232),
]
FAR = [
    (56, 298),
    (110, 318),
    (146, 366),
    (164, 430),
    (168, 510),
    (186, 560),
    (204, 470),
    (190, 360),
    (140, 276),
    (44, 232),
]
NEAR_STRANDS = [
    [(40, 262), (-70, 300), (-150, 400), (-186, 560), (-196, 760), (-190, 980)],
    [(40, 284), (-60, 330), (-120, 440), (-154, 600), (-160, 780), (-164, 1000)],
    [(20, 246), (-110, 276), (-200, 390), (-226, 540), (-238, 700)],
]


def mina(yaw: float) -> Image.Image:
    """A woman with long black hair, a cream turtleneck and a rust coat."""
    it = Sitter(MINA, yaw)
    it.backdrop()
    it.sheet.fill(smooth(it.put(TURNED_BACK if yaw else BACK)), *MINA.hair)
    it.bust()
    collar = smooth(
        it.put(
            [
                (-72, 758),
                (0, 780),
                (72, 758),
                (88, 830),
                (126, 862),
                (60, 1240),
                (-60, 1240),
                (-126, 862),
                (-88, 830),
            ]
        )
    )
    it.sheet.fill(collar, *MINA.shirt)
    it.sheet.soft(
        it.put(ring(26 * math.sin(yaw), 760, 90, 36)), MINA.shirt[1], strength=1, blur=18, inside=collar
    )
    it.sheet.stroke(it.put([(-76, 842), (0, 872), (76, 842)]), "#cdb596", 5)
    for side in (-1, 1):
        lapel = [
            (side * 92, 812),
            (side * 160, 866),
            (side * 206, 1010),
            (side * 158, 1030),
            (side * 70, 1250),
            (side * 34, 1250),
            (side * 84, 960),
        ]
        it.sheet.soft(it.put(lapel), "#5e2a17", strength=0.5, blur=16)
        it.sheet.fill(smooth(it.put(lapel)), "#c8744c", "#9a4d2e")
    it.head()
    it.eyes()
    it.nose_and_mouth()
    if yaw:
        it.hair(FAR, [])
        it.hair(NEAR, NEAR_STRANDS)
    else:
        it.hair(mirrored(LOCK), [mirrored(s) for s in STRANDS])
        it.hair([(x - 16 if y < 310 else x, y) for x, y in LOCK], STRANDS)
    return it.sheet.finished(FRAME)
