"""Picture intake: what is accepted, and that renditions are upright, bare and without visible loss."""

from __future__ import annotations

import io
import math
import random
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageStat, JpegImagePlugin, PngImagePlugin

from registry.blobs.pictures import Picture, read_picture, render, thumbnail
from registry.errors import BlobError, NotAPicture, PictureTooLarge

GPS, ORIENTATION = 0x8825, 0x0112
CORNERS = {"red": (0, 0), "lime": (1, 0), "blue": (0, 1), "white": (1, 1)}
# EXIF orientation -> how the stored pixels were turned away from upright.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def scene(size: tuple[int, int] = (96, 64)) -> Image.Image:
    """A picture with four corners of known colours and soft shades between them."""
    image = Image.merge("RGB", [Image.linear_gradient("L").resize(size)] * 3)
    draw, (width, height) = ImageDraw.Draw(image), size
    for colour, (x, y) in CORNERS.items():
        left, top = x * width * 3 // 4, y * height * 3 // 4
        draw.rectangle((left, top, left + width // 4 - 1, top + height // 4 - 1), fill=colour)
    return image


def photograph(size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Shades and grain, as a camera gives."""
    bands = [Image.radial_gradient("L"), Image.linear_gradient("L"), Image.effect_noise((64, 64), 30)]
    return Image.merge("RGB", [band.resize(size, Image.Resampling.BICUBIC) for band in bands])


def saved(image: Image.Image, format: str = "JPEG", **how: Any) -> io.BytesIO:
    out = io.BytesIO()
    image.save(out, format, **how)
    return io.BytesIO(out.getvalue())


def rendered(file: BinaryIO) -> tuple[Image.Image, bytes]:
    with render(file) as rendition:
        data = b"".join(rendition.chunks())
        assert len(data) == rendition.size
    image = Image.open(io.BytesIO(data))
    image.load()
    assert (image.width, image.height) == (rendition.width, rendition.height)
    return image, data


def same_pixels(one: Image.Image, other: Image.Image) -> bool:
    return one.mode == other.mode and one.size == other.size and one.tobytes() == other.tobytes()


def decibels(one: Image.Image, other: Image.Image) -> float:
    """Peak signal-to-noise ratio; above 40 nobody sees a difference."""
    squares = ImageStat.Stat(ImageChops.difference(one, other)).sum2
    error = sum(squares) / (one.width * one.height * len(squares))
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_facts(format: str) -> None:
    """Format, size and absence of metadata are read from the content."""
    found = read_picture(saved(scene(), format))

    assert found == Picture(format.lower(), 96, 64, 96, 64, False, False, 1, False)  # type: ignore[arg-type]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_upright_and_without_gps(format: str, orientation: int) -> None:
    """However a camera was held, the rendition stands upright, and where it stood is gone."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[GPS] = {1: "N", 2: (48.0, 51.0, 29.6)}
    turn = STORED[orientation]
    stored = scene() if turn is None else scene().transpose(turn)
    file = saved(
        stored, format, exif=exif, **{"JPEG": {"quality": 95}, "PNG": {}, "WEBP": {"lossless": True}}[format]
    )

    facts, (image, data) = read_picture(file), rendered(file)

    assert (facts.orientation, facts.upright_width, facts.upright_height) == (orientation, 96, 64)
    assert facts.has_metadata
    assert not image.getexif()
    assert b"Exif" not in data
    assert b"eXIf" not in data
    assert decibels(image.convert("RGB"), scene()) > 28
    assert not read_picture(io.BytesIO(data)).has_metadata


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_comments_and_trailing_bytes_are_gone(format: str) -> None:
    """Nothing that is not pixels comes through: comments, XMP, texts, or another file stuck to the end."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "SECRET-IN-TEXT")
    how: dict[str, Any] = {
        "JPEG": {"comment": b"SECRET-IN-COMMENT", "xmp": b"SECRET-IN-XMP"},
        "PNG": {"pnginfo": texts},
        "WEBP": {"xmp": b"SECRET-IN-XMP"},
    }[format]
    file = io.BytesIO(saved(scene(), format, **how).getvalue() + b"PK\3\4SECRET-AT-THE-END")

    assert read_picture(file).has_metadata
    _, data = rendered(file)

    assert b"SECRET" not in data


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_png_pixels_stay(mode: str) -> None:
    """A PNG comes out with every pixel as it was, in the mode it was."""
    if mode == "I;16":
        source = Image.frombytes("I;16", (16, 16), bytes(range(256)) * 2)
    elif mode in ("LA", "RGBA"):
        source = scene().convert(mode)
        source.putalpha(Image.linear_gradient("L").resize(source.size))
    else:
        source = scene().convert(mode)
    file = saved(source, "PNG")

    image, _ = rendered(file)

    assert same_pixels(image, Image.open(file))
    assert read_picture(file).has_alpha == (mode in ("LA", "RGBA"))


def test_transparent_colour_stays() -> None:
    """A palette's transparent entry is pixels, not metadata."""
    file = saved(scene().convert("P"), "PNG", transparency=0)

    image, _ = rendered(file)

    assert read_picture(file).has_alpha
    assert same_pixels(image.convert("RGBA"), Image.open(file).convert("RGBA"))


@pytest.mark.parametrize("lossless", [True, False])
def test_webp_becomes_png_without_loss(lossless: bool) -> None:
    """Providers take no WebP, so its decoded pixels go out as PNG."""
    file = saved(photograph(), "WEBP", lossless=lossless)

    image, _ = rendered(file)

    assert image.format == "PNG"
    assert same_pixels(image, Image.open(file))


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_keeps_its_tables(subsampling: int, progressive: bool) -> None:
    """A JPEG is written with its own quantisation and sampling, and looks the same."""
    file = saved(photograph(), quality=88, subsampling=subsampling, progressive=progressive)
    source = Image.open(file)

    image, data = rendered(file)

    assert isinstance(image, JpegImagePlugin.JpegImageFile)
    assert image.quantization == source.quantization  # type: ignore[attr-defined]
    assert JpegImagePlugin.get_sampling(image) == subsampling
    assert ("progressive" in image.info) == progressive
    assert decibels(image, source.convert("RGB")) > 44
    assert len(data) < len(file.getvalue()) * 1.05


@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_a_turned_jpeg_turns_its_tables(subsampling: int) -> None:
    """Turned by a quarter, blocks meet the tables they were made with, so nothing is lost twice."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    table = [row + 3 * column + 1 for row in range(8) for column in range(8)]
    turned = [row + 3 * column + 1 for column in range(8) for row in range(8)]
    file = saved(photograph(), qtables=[table, table], subsampling=subsampling, exif=exif)

    image, _ = rendered(file)

    assert image.quantization[0] == turned  # type: ignore[attr-defined]
    assert decibels(image, Image.open(file).convert("RGB").transpose(Image.Transpose.ROTATE_270)) > 40


def test_the_finest_jpeg_has_room() -> None:
    """Noise at the highest quality needs more than a byte a pixel, and is written all the same."""
    noise = Image.frombytes("RGB", (400, 400), random.Random(1).randbytes(480_000))
    file = saved(noise, quality=100, subsampling=0)

    image, _ = rendered(file)

    assert decibels(image, Image.open(file).convert("RGB")) > 44


def test_the_same_bytes_give_the_same_rendition() -> None:
    """A rendition can be made again and is known by its digest."""
    for format_ in ("JPEG", "PNG", "WEBP"):
        file = saved(photograph(), format_)
        with render(file) as one, render(file) as other:
            assert one.sha256 == other.sha256


def swapped_profile() -> bytes:
    """An RGB profile whose red is sRGB's green and the other way round."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"----").replace(b"gXYZ", b"rXYZ").replace(b"----", b"gXYZ")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_other_colours_become_srgb(format: str) -> None:
    """Colours that need a profile to be understood are converted, as the profile goes."""
    file = saved(Image.new("RGB", (32, 32), (255, 0, 0)), format, icc_profile=swapped_profile())

    with render(file) as rendition:
        image = Image.open(rendition.file)
        red, green, blue = image.convert("RGB").getpixel((16, 16))  # type: ignore[misc]

        assert rendition.colour == "converted"
        assert "icc_profile" not in image.info
        assert green > 240
        assert max(red, blue) < 40


def test_srgb_under_its_own_profile_stays() -> None:
    """A profile that changes nothing costs no pixel."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    file = saved(photograph(), "PNG", icc_profile=profile)

    with render(file) as rendition:
        assert rendition.colour == "kept"
        assert same_pixels(Image.open(rendition.file), Image.open(file))


def test_a_broken_profile_is_ignored() -> None:
    """A profile nobody can read costs no picture."""
    with render(saved(scene(), icc_profile=b"nonsense")) as rendition:
        assert rendition.colour == "profile ignored"


def test_print_colours_become_rgb() -> None:
    """A CMYK JPEG goes out as RGB, which is all that providers read."""
    image, _ = rendered(saved(scene().convert("CMYK"), quality=95))

    assert image.mode == "RGB"
    assert decibels(image, scene()) > 25


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_cut_short(format: str, share: float) -> None:
    """A file that lost its end is refused, however good its header looks."""
    data = saved(photograph(), format).getvalue()

    with pytest.raises(NotAPicture, match=format):
        read_picture(io.BytesIO(data[: int(len(data) * share)]))


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "0 bytes"),
        (b"Dear Kling, here is Mina.", "Dear Kling"),
        (b"\xff\xd8\xff\xe0 and so on", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"RIFF\4\0\0\0WEBP", "WEBP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "<svg"),
        (saved(scene(), "GIF").getvalue(), "GIF8"),
        (saved(scene(), "TIFF").getvalue(), "II"),
        (saved(scene(), "BMP").getvalue(), "BM"),
    ],
)
def test_no_picture(data: bytes, named: str) -> None:
    """What is no JPEG, PNG or WebP is refused by everybody, with its first bytes and a hint."""
    for use in (read_picture, render, thumbnail):
        with pytest.raises(NotAPicture, match=named) as caught:
            use(io.BytesIO(data))  # type: ignore[operator]
        assert "JPEG, PNG or WebP" in caught.value.hint


def huge_webp(width: int, height: int) -> bytes:
    """An extended WebP header that announces a canvas and holds nothing (RFC 9649, section 2.7)."""
    canvas = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + (22).to_bytes(4, "little") + b"WEBPVP8X" + (10).to_bytes(4, "little") + canvas


@pytest.mark.parametrize(
    ("file", "size"),
    [
        (saved(Image.new("1", (8000, 5001)), "PNG"), "8000 x 5001"),
        (saved(Image.new("1", (20001, 1)), "PNG"), "20001 x 1"),
        (saved(Image.new("L", (1, 20001)), "JPEG"), "1 x 20001"),
        (io.BytesIO(huge_webp(16000, 16000)), "16000 x 16000"),
    ],
)
def test_bombs(file: io.BytesIO, size: str) -> None:
    """A small file that would unfold into too many pixels is refused by its header, with its size."""
    with pytest.raises(PictureTooLarge, match=f"too large a picture, or a bomb: {size}") as caught:
        read_picture(file)
    assert (caught.value.code, "smaller" in caught.value.hint) == ("picture-too-large", True)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.data())
def test_damage_never_crashes(format: str, data: st.DataObject) -> None:
    """Whatever is done to the bytes, the answer is a rendition or a refusal."""
    broken = bytearray(saved(scene((24, 16)), format).getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        render(io.BytesIO(bytes(broken))).file.close()
    except NotAPicture as error:
        assert error.message  # noqa: PT017 - either answer is right


def test_the_name_does_not_matter(tmp_path: Path) -> None:
    """A PNG called portrait.jpg is a PNG."""
    (tmp_path / "portrait.jpg").write_bytes(saved(scene(), "PNG").getvalue())

    assert read_picture(tmp_path / "portrait.jpg").format == "png"


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    """A missing file is named."""
    with pytest.raises(BlobError, match=r"absent\.jpg"):
        read_picture(tmp_path / "absent.jpg")


def test_any_open_file_at_any_position(tmp_path: Path) -> None:
    """Uploads arrive as files in memory, spooled or on disk; their position neither matters nor moves."""
    data = saved(scene()).getvalue()
    (tmp_path / "p").write_bytes(data)
    with tempfile.SpooledTemporaryFile() as spooled, (tmp_path / "p").open("rb") as opened:
        spooled.write(data)
        opened.seek(7)

        assert read_picture(spooled) == read_picture(opened) == read_picture(io.BytesIO(data))  # type: ignore[arg-type]
        assert opened.read() == data[7:]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "I;16", "CMYK"])
def test_thumbnails(format: str, mode: str) -> None:
    """Any picture has a thumbnail that fits the square, upright, without metadata."""
    if (format, mode) in {("JPEG", "RGBA"), ("JPEG", "P"), ("JPEG", "I;16"), ("PNG", "CMYK")} or (
        format == "WEBP" and mode in ("I;16", "CMYK", "P", "L")
    ):
        mode = "RGB"
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    file = saved(
        photograph((640, 400)).convert("L" if mode == "I;16" else mode).convert(mode), format, exif=exif
    )

    small = Image.open(io.BytesIO(thumbnail(file, side=100)))

    assert (small.format, small.mode, small.size) == ("JPEG", "RGB", (63, 100))
    assert not small.getexif()


@pytest.mark.parametrize("side", [0, 15, 2049])
def test_thumbnail_sides(side: int) -> None:
    """A side outside the range is refused before anything is decoded."""
    with pytest.raises(BlobError, match=str(side)):
        thumbnail(saved(scene()), side=side)
