"""What a report draws and prints: lineage without overlaps, whatever it is like, and anybody's text as words."""

from __future__ import annotations

import io
import random
from itertools import combinations

import pytest
from PIL import Image

from api.reporting import pdf
from api.reporting.drawing import HEIGHT, MOST, WIDTH, Drawing, draw
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


@pytest.mark.parametrize("seed", range(12))
def test_no_box_is_hidden(seed: int) -> None:
    """Boxes stand apart and on the sheet, lines go to the right and behind no box; the same lineage is drawn the same."""
    edges = lineage(random.Random(seed), 5 + 4 * seed)
    made = draw(CLIP, edges, {CLIP: "the clip"})

    assert made == draw(CLIP, edges, {CLIP: "the clip"})
    assert (overlaps(made), behind(made)) == ([], [])
    assert all(line.x1 <= line.x2 for line in made.lines)
    assert all(box.x + WIDTH <= made.width and box.y + HEIGHT <= made.height for box in made.boxes)
    assert len(made.boxes) == len({end for one in edges for end in (one.made, one.source)})


def test_a_huge_lineage_is_drawn_in_part() -> None:
    """At most so many boxes, and how many are left out; ties in a ring end as well."""
    made = draw(CLIP, lineage(random.Random(1), 3_000), {})
    assert (len(made.boxes), made.left_out) == (MOST, 3_000 - MOST)
    ring = [edge(CLIP, "clip_1"), edge("clip_1", "clip_2"), edge("clip_2", "clip_1")]
    assert {box.id for box in draw(CLIP, ring, {}).boxes} == {CLIP, "clip_1", "clip_2"}
    assert len(draw(CLIP, [], {}).boxes) == 1


def test_words_that_come_in_at_one_place_are_one() -> None:
    """Two ties to one thing are not printed over each other."""
    made = draw(CLIP, [edge(CLIP, "asset_1"), edge(CLIP, "asset_1", "frame-of")], {})
    assert [word.text for word in made.words] == ["grounded-on, frame-of"]


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
