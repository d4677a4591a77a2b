"""What a report draws and prints: lineage without overlaps, whatever it is like, and anybody's text as words."""

from __future__ import annotations

import io
import random
from itertools import combinations

import pytest
from PIL import Image

from api.reporting import pdf
from api.reporting.drawing import HEIGHT, MOST, WIDTH, WORDS, Drawing, draw
from api.reporting.lettering import cut, width_of
from api.reporting.page import seconds
from api.reporting.told import Picture
from registry.views.lineage import Edge

CLIP = "clip_0"


def edge(made: str, source: str, kind: str = "grounded-on") -> Edge:
    return Edge.model_validate(
        {"made": made, "source": source, "kind": kind, "evidence": "witnessed", "position": 1, "depth": 1}
    )


def lineage(chance: random.Random, things: int) -> list[Edge]:
    """Each thing made from some of the later ones, and everything reached from the first."""
    names = [CLIP, *(f"asset_{n}" for n in range(1, things))]
    found = [edge(names[chance.randrange(n)], name) for n, name in enumerate(names) if n]
    return found + [edge(*sorted(chance.sample(names, 2), key=names.index), "shows") for _ in range(things)]


def overlaps(drawing: Drawing) -> list[tuple[str, str]]:
    return [
        (one.id, other.id)
        for one, other in combinations(drawing.boxes, 2)
        if abs(one.x - other.x) < WIDTH and abs(one.y - other.y) < HEIGHT
    ]


def behind(drawing: Drawing) -> list[str]:
    """The boxes that some level line runs behind."""
    level = [line for line in drawing.lines if line.y1 == line.y2 and line.x2 - line.x1 == WIDTH]
    return [
        box.id
        for box in drawing.boxes
        for line in level
        if box.x == line.x1 and box.y < line.y1 < box.y + HEIGHT
    ]


def descent(chance: random.Random, things: int) -> list[Edge]:
    """Each thing made of some of the earlier ones, beginning with the first."""
    names = [CLIP, *(f"clip_{n}" for n in range(1, things))]
    return [edge(name, names[chance.randrange(n)], "continues") for n, name in enumerate(names) if n]


Area = tuple[float, float, float, float]


def areas(drawing: Drawing) -> list[Area]:
    """What every box and word covers: left, top, right, bottom."""
    words = []
    for word in drawing.words:
        wide = width_of(word.text, WORDS)
        left = word.x if word.anchor == "start" else word.x - wide
        words.append((left, word.y - 0.8 * WORDS, left + wide, word.y + 0.2 * WORDS))
    return [*((box.x, box.y, box.x + WIDTH, box.y + HEIGHT) for box in drawing.boxes), *words]


def meet(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("seed", range(12))
def test_no_box_is_hidden(seed: int) -> None:
    """Boxes stand apart and on the sheet, lines go to the right and behind no box; the same lineage is drawn the same."""
    chance = random.Random(seed)
    edges, later = lineage(chance, 5 + 2 * seed), descent(chance, 3 + 2 * seed)
    made = draw(CLIP, edges, {CLIP: "the clip"}, later)

    assert made == draw(CLIP, edges, {CLIP: "the clip"}, later)
    assert (overlaps(made), behind(made)) == ([], [])
    assert not any(meet(*pair) for pair in combinations(areas(made), 2))
    assert all(line.x1 <= line.x2 for line in made.lines)
    assert all(box.x + WIDTH <= made.width and box.y + HEIGHT <= made.height for box in made.boxes)
    assert len(made.boxes) == len({end for one in (*edges, *later) for end in (one.made, one.source)})


@pytest.mark.parametrize("seed", range(12))
def test_time_goes_to_the_right(seed: int) -> None:
    """Whatever something was made from stands left of it: ancestors left of the clip, descendants right."""
    chance = random.Random(seed)
    edges, later = lineage(chance, 20), descent(chance, 20)
    at = {box.id: box.x for box in draw(CLIP, edges, {}, later).boxes}

    assert all(at[one.source] < at[one.made] for one in (*edges, *later))


def test_a_huge_lineage_is_drawn_in_part() -> None:
    """At most so many boxes, as many of either side, and how many are left out."""
    chance = random.Random(1)
    made = draw(CLIP, lineage(chance, 3_000), {}, descent(chance, 3_000))
    assert (len(made.boxes), made.left_out) == (MOST, 5_999 - MOST)
    middle = next(box.x for box in made.boxes if box.id == CLIP)
    assert sum(box.x < middle for box in made.boxes) == MOST // 2
    assert len(draw(CLIP, [], {}).boxes) == 1


def test_ties_in_a_ring_are_drawn_once() -> None:
    """What leads back is a word on the line that leads there."""
    ring = [edge(CLIP, "clip_1"), edge("clip_1", "clip_2"), edge("clip_2", "clip_1", "shows")]
    made = draw(CLIP, ring, {})
    assert {box.id for box in made.boxes} == {CLIP, "clip_1", "clip_2"}
    assert len(made.lines) == 2
    assert "← shows" in {word.text for word in made.words}
    both = draw(CLIP, [edge(CLIP, "voice_1", "speaks-with")], {}, [edge("voice_1", CLIP, "voice-of")])
    assert [word.text for word in both.words] == ["speaks-with", "← voice-of"]


def test_words_that_come_in_at_one_place_have_rows() -> None:
    """Several ties between two things are not printed over each other, and each is said, cut or not."""
    kinds = ("grounded-on", "frame-of", "reference", "made-from", "supersedes", "shows")
    made = draw(CLIP, [edge(CLIP, "asset_1", kind) for kind in kinds], {})
    assert [word.whole for word in made.words] == [*kinds[:3], "made-from, supersedes, shows"]
    assert made.words[-1].text.endswith("…")
    assert len({word.y for word in made.words}) == 4


def test_a_long_name_is_cut_to_its_room() -> None:
    """Broad letters take more of it than narrow ones; what fits stays whole."""
    for text in ("W" * 40, "i" * 90, "여기제자리예요" * 5, "A quiet café in the rain, at dusk"):
        short = cut(text, 100, 11)
        assert short.endswith("…")
        assert width_of(short, 11) <= 100
        assert text.startswith(short[:-1])
    assert cut("Mina", 100, 11) == "Mina"


def test_markup_is_printed_as_words() -> None:
    """ReportLab's own markup in a name is escaped; each letter is in a font that has it, and one that none has is a box."""
    shown = pdf.marked_up("<b>&여기日Я\U0001f600\n")
    assert shown.startswith("&lt;b&gt;&amp;")
    assert '<font name="HYGothic-Medium">여기' in shown
    assert "□" in shown
    assert shown.endswith("<br/>")
    assert [pdf.font_of(letter) for letter in "aé여"] == ["Vera", "Vera", "HYGothic-Medium"]
    assert pdf._paragraph(shown * 3).wrap(200, 1_000)[1] > 0


def test_lengths_as_people_read_them() -> None:
    """Seconds, and minutes where there are any."""
    assert [seconds(us) for us in (5_041_667, 65_500_000)] == ["5.04 s", "1:05.50 min"]


def test_a_paper_has_every_picture_it_can() -> None:
    """A picture is fitted into its square; one that cannot be had is said in words, not left out."""
    out = io.BytesIO()
    Image.new("RGB", (300, 900)).save(out, "JPEG")

    assert pdf._picture(Picture(None, why="erased"), 100).text == "erased"
    assert pdf._picture(Picture("pictures/x.jpg", out.getvalue()), 90).wrap(500, 500) == (30, 90)
