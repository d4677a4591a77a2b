"""Jun, the second person of the demo: measures, hair and clothes."""

from __future__ import annotations

from PIL import Image

from api.demo.brush import both
from api.demo.sitter import FRAME, Person, Sitter

JUN = Person(
    skin="#e6b48f", light="#f2cdab", shade="#b97c5a", blush="#d07c62",
    lips=("#b06a57", "#c4826f"), hair=("#3a2a22", "#1d1411"), strand="#6b5142",
    iris=("#2c1a12", "#5f3d27"), brow=17, lash=5, eye=17, neck=80,
    backdrop=("#d3e0e2", "#87a3ad"), glow="#f5fbfa", shoulder=318,
    coat=("#274a58", "#16303c"), shirt=("#f4f5f2", "#cfd6d6"),
    outline=both([(0, 318), (108, 336), (166, 420), (172, 520), (164, 612), (132, 688), (66, 742), (0, 750)]),
    turned_outline=[
        (24, 318), (130, 342), (178, 424), (172, 488), (180, 552), (171, 624), (152, 688), (120, 738),
        (72, 751), (14, 742), (-80, 694), (-142, 620), (-158, 520), (-154, 420), (-86, 338),
    ],
)  # fmt: skip


TOP = [
    (-168, 560),
    (-188, 470),
    (-196, 380),
    (-166, 280),
    (-86, 216),
    (20, 200),
    (112, 222),
    (176, 286),
    (198, 380),
    (188, 470),
    (168, 560),
    (164, 500),
    (158, 440),
    (136, 396),
    (84, 366),
    (20, 386),
    (-50, 392),
    (-112, 404),
    (-150, 430),
    (-162, 500),
]
STRANDS = [
    [(-150, 400), (-110, 300), (-20, 256), (80, 270)],
    [(-90, 386), (-40, 310), (40, 280), (120, 310)],
    [(-20, 380), (40, 320), (100, 308), (150, 350)],
    [(-178, 420), (-160, 320), (-100, 252), (0, 224)],
]
TURNED = [
    (-100, 572),
    (-106, 510),
    (-96, 440),
    (-58, 398),
    (10, 392),
    (78, 384),
    (128, 366),
    (160, 404),
    (180, 450),
    (190, 380),
    (174, 292),
    (112, 226),
    (20, 202),
    (-90, 218),
    (-176, 284),
    (-216, 390),
    (-220, 490),
    (-204, 590),
    (-158, 634),
    (-118, 626),
    (-112, 610),
]
TURNED_STRANDS = [
    [(-110, 400), (-70, 310), (20, 262), (110, 276)],
    [(-40, 386), (10, 316), (80, 286), (146, 320)],
    [(-150, 440), (-140, 330), (-70, 258), (30, 226)],
    [(-190, 480), (-190, 380), (-140, 288)],
]


def jun(yaw: float) -> Image.Image:
    """A man with short brown hair and round glasses, a white collar under a dark jumper."""
    it = Sitter(JUN, yaw)
    it.backdrop()
    it.bust()
    for side in (-1, 1):
        flap = [(side * 80, 780), (side * 134, 838), (side * 104, 940), (side * 4, 880), (side * 50, 850)]
        it.sheet.soft(it.put(flap), "#0c1c24", strength=0.5, blur=14)
        it.sheet.fill(it.put(flap), *JUN.shirt)
    for side in () if yaw else (-1, 1):
        it.ear(side * 166, side)
    it.head()
    it.eyes()
    it.nose_and_mouth()
    it.hair(TURNED if yaw else TOP, TURNED_STRANDS if yaw else STRANDS)
    if yaw:
        it.ear(-124, -1)
    it.glasses()
    return it.sheet.finished(FRAME)
