"""The pictures the demo draws: within the vendor's limits, always the same, and clearly different people."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from api.demo.pictures import draw_story_pictures, write_story_pictures

NAMES = ["mina-frontal", "mina-three-quarter", "jun-frontal", "jun-three-quarter", "cafe"]


@pytest.fixture(scope="module")
def pictures() -> dict[str, Image.Image]:
    return draw_story_pictures()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_story_pictures(tmp_path_factory.mktemp("pictures"))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference per channel, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def digests(files: dict[str, Path]) -> dict[str, str]:
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def test_every_picture_is_within_the_vendors_limits(
    pictures: dict[str, Image.Image], written: dict[str, Path]
) -> None:
    """Contract R40: sides of 300 px and more (ours 720), ratio within 1:2.5, at most 10 MB."""
    assert list(pictures) == list(written) == NAMES
    for name, path in written.items():
        with Image.open(path) as picture:
            picture.load()
            assert picture.mode == "RGB"
            assert min(picture.size) >= 720
            assert max(picture.size) / min(picture.size) <= 2.5
            assert picture.size == pictures[name].size
        assert 20_000 < path.stat().st_size < 10_000_000


def test_both_formats_occur_and_names_say_which(written: dict[str, Path]) -> None:
    """The demo registers PNG and JPEG files alike, each with the suffix of what it holds."""
    formats = {}
    for name, path in written.items():
        with Image.open(path) as picture:
            formats[name] = (picture.format, path.suffix)
    assert set(formats.values()) == {("PNG", ".png"), ("JPEG", ".jpg")}


def test_drawing_twice_gives_the_same_bytes_in_another_process_too(
    written: dict[str, Path], tmp_path: Path
) -> None:
    """A repeated demo must meet the assets of the first one: same bytes in any process."""
    code = "import pathlib, sys; from api.demo import pictures as p; "
    code += "p.write_story_pictures(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
    mine, theirs = digests(written), digests({path.stem: path for path in tmp_path.iterdir()})
    assert mine == theirs
    assert len(set(mine.values())) == len(NAMES)


def test_the_two_people_and_the_two_views_are_distinct(pictures: dict[str, Image.Image]) -> None:
    """Two people differ more than two views of one of them, and two views differ visibly."""
    for name in ("mina", "jun"):
        assert difference(pictures[f"{name}-frontal"], pictures[f"{name}-three-quarter"]) > 5
    across = difference(pictures["mina-frontal"], pictures["jun-frontal"])
    for name in ("mina", "jun"):
        assert across > 1.5 * difference(pictures[f"{name}-frontal"], pictures[f"{name}-three-quarter"])


@pytest.mark.parametrize("name", NAMES)
def test_no_picture_is_an_empty_sheet(pictures: dict[str, Image.Image], name: str) -> None:
    """Given a drawn picture, when its colours are counted, then it holds a scene and not a backdrop."""
    small = pictures[name].resize((160, 160)).quantize(64)
    assert len(small.getcolors() or []) > 48
    assert max(ImageStat.Stat(pictures[name]).stddev) > 35


def test_drawing_all_five_stays_quick() -> None:
    """Given a warm demo of 20 s, when drawing, then it takes about 1 s of processor time (6 when busy)."""
    before = time.process_time()
    draw_story_pictures()
    assert time.process_time() - before < 6
