"""What a picture looks like: the same for copies that were changed a little, another for somebody else in the same place."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageEnhance

from api.demo.pictures import draw_story_pictures
from registry.blobs.pictures import render
from registry.views.near import NEAR

Changed = Callable[[Image.Image], bytes]


def _bytes(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def _cropped(image: Image.Image, share: float) -> Image.Image:
    across, down = int(image.width * share), int(image.height * share)
    return image.crop((across, down, image.width - across, image.height - down))


def _turned(image: Image.Image) -> bytes:
    """Stored on its side, with the note that turns it upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return _bytes(image.transpose(Image.Transpose.ROTATE_90), exif=exif)


CHANGES: dict[str, Changed] = {
    "rescaled": lambda image: _bytes(image.resize((image.width // 3, image.height // 3))),
    "re-encoded": lambda image: _bytes(image.convert("RGB"), "JPEG", quality=20),
    "as WebP": lambda image: _bytes(image, "WEBP", quality=50),
    "cropped": lambda image: _bytes(_cropped(image, 0.02)),
    "brighter": lambda image: _bytes(ImageEnhance.Brightness(image).enhance(1.1)),
    "in grey": lambda image: _bytes(image.convert("L")),
    "with alpha": lambda image: _bytes(image.convert("RGBA")),
    "on its side": _turned,
}


@cache
def story() -> dict[str, Image.Image]:
    return draw_story_pictures()


def looks(content: bytes) -> str | None:
    with render(io.BytesIO(content)) as made:
        return made.perceptual


@cache
def looks_of(name: str) -> str:
    found = looks(_bytes(story()[name]))
    assert found is not None
    return found


def apart(one: str, other: str | None) -> int:
    assert other is not None
    return (int(one.partition(":")[2], 16) ^ int(other.partition(":")[2], 16)).bit_count()


@pytest.mark.parametrize("name", ["mina-frontal", "jun-three-quarter", "cafe"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_copy_is_near(name: str, change: Changed) -> None:
    """Scaled, re-encoded, narrowly cropped, brightened or turned upright, a picture stays within the threshold."""
    assert apart(looks_of(name), looks(change(story()[name]))) <= NEAR


@pytest.mark.parametrize(
    ("one", "other"),
    [("mina-frontal", "jun-frontal"), ("mina-three-quarter", "jun-three-quarter"), ("mina-frontal", "cafe")],
)
def test_somebody_else_in_the_same_place_is_not(one: str, other: str) -> None:
    """Two people drawn with one layout and one posture are well apart, and so are a person and a place."""
    assert apart(looks_of(one), looks_of(other)) > NEAR + 20


def test_a_wide_crop_is_another_picture() -> None:
    """What is left when a tenth is cut off all around is not called near: the threshold is for copies."""
    assert apart(looks_of("mina-frontal"), looks(_bytes(_cropped(story()["mina-frontal"], 0.1)))) > NEAR


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGB", "RGBA"])
def test_one_tone_looks_like_nothing(mode: str) -> None:
    """A plain picture of any coding has no fingerprint: it would look like every other plain one."""
    assert looks(_bytes(Image.new(mode, (320, 320)))) is None


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_coding_has_a_fingerprint(mode: str) -> None:
    """Whatever a picture is coded as, what it looks like can be told, and is near the original."""
    image = story()["cafe"]
    if mode == "I;16":
        image, mode = image.convert("L").convert("I").point(lambda level: level * 257), "I;16"
    coded = image.convert(mode)

    assert apart(looks_of("cafe"), looks(_bytes(coded))) <= NEAR


def test_what_is_transparent_counts_as_white(tmp_path: Path) -> None:
    """Colours hidden behind full transparency do not tell two pictures apart."""
    white = Image.new("RGB", (320, 320), "white")
    white.paste("black", (80, 80, 240, 300))
    clear = Image.new("RGBA", (320, 320), (0, 200, 0, 0))
    clear.paste((0, 0, 0, 255), (80, 80, 240, 300))
    first = looks(_bytes(white))

    assert first is not None
    assert apart(first, looks(_bytes(clear))) <= 12
