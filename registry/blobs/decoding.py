"""What a confined child does with pictures: look, check, turn upright, clean, shrink. Pure but for the files given.

Only JPEG, PNG and WebP, told by their first bytes; size is checked from the header before a pixel is decoded; every
picture is decoded to its end, as a header says nothing about a file cut short.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image, ImageFile, JpegImagePlugin, UnidentifiedImageError

from registry.errors import BlobError, NotAPicture, PictureTooLarge

from .colour import to_srgb
from .confinement import Job, reading, writing
from .perceptual import perceptual
from .whole_png import check_whole

MAX_PIXELS = 40_000_000
MAX_SIDE = 20_000
THUMBNAIL_QUALITY = 82

# Our own limits are checked on the header, and lower.
Image.MAX_IMAGE_PIXELS = None

_ORIENTATION = 0x0112  # EXIF 2.3, section 4.6.4
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow reports about the coding itself; anything else in `info` came with the file as metadata.
_CODING = {
    *("jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "adobe", "adobe_transform"),
    *("progressive", "progression", "transparency", "gamma", "chromaticity", "srgb", "aspect", "interlace"),
    *("loop", "background", "timestamp", "duration", "default_image", "blend", "disposal"),
}


def read(source: int) -> dict[str, Any]:
    """The facts about a picture, after decoding all of it."""
    return _facts(_decoded(source))


def render(source: int, target: int) -> dict[str, Any]:
    """Write the picture upright, in sRGB, without metadata or trailing bytes."""
    image = _decoded(source)
    facts = _facts(image)
    pixels, colour = to_srgb(_upright(image, facts["orientation"]))
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        kind, how = "jpeg", _jpeg_coding(image, pixels, turned=facts["orientation"] >= 5)
    else:
        kind, how = "png", {}
    # Writers take comments and profiles from `info` unasked; only what pixels mean may stay.
    meaning = {"transparency"} if pixels.mode == image.mode else set()
    pixels.info = {name: value for name, value in pixels.info.items() if name in meaning}
    with writing(target) as out:
        pixels.save(out, kind, **how)
    looks = perceptual(pixels if pixels.mode in ("L", "LA", "RGB", "RGBA") else _eight_bit(pixels))
    return {"picture": facts, "rendition": {"format": kind, "colour": colour}, "perceptual": looks}


def thumbnail(source: int, target: int, *, side: int) -> dict[str, Any]:
    """Write a small upright sRGB JPEG that fits a square; what is transparent becomes white."""
    image = _opened(source)
    orientation = _orientation(image)
    with _decoding(image.format):
        image.draft("RGB", (side * 2, side * 2))
        image.load()
    small = _eight_bit(image)
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    upright, _ = to_srgb(_upright(small, orientation))
    with writing(target) as out:
        on_white(upright).save(out, "JPEG", quality=THUMBNAIL_QUALITY, optimize=True)
    return {}


def on_white(image: Image.Image) -> Image.Image:
    if "transparency" not in image.info and "A" not in image.mode:
        return _bare(image.convert("RGB"))
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


JOBS: dict[str, Job] = {"picture.read": read, "picture.render": render, "picture.thumbnail": thumbnail}


# -- opening


def _decoded(source: int) -> ImageFile.ImageFile:
    image = _opened(source)
    with _decoding(image.format):
        image.load()
        if image.format == "PNG":
            check_whole(reading(source), image)
    return image


def _opened(source: int) -> ImageFile.ImageFile:
    """The picture with its header read and its size accepted; no pixel is decoded yet."""
    stream = reading(source)
    head = stream.read(64)
    stream.seek(0)
    kind = _kind(head)
    if kind == "WEBP":
        # Opening a WebP already reserves its canvas, so its size is read here first.
        _check_size(*_webp_size(head))
    with _decoding(kind):
        image = Image.open(stream, formats=[kind])
    _check_size(*image.size)
    return image


def _kind(head: bytes) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if not head:
        raise NotAPicture("the file is empty (0 bytes)")
    raise NotAPicture(f"the file begins with {head[:12]!r}, which is no JPEG, PNG or WebP")


def _webp_size(head: bytes) -> tuple[int, int]:
    """Width and height from the first chunk (RFC 9649, sections 2.5 to 2.7); (1, 1) leaves it to the decoder."""
    kind, body = head[12:16], head[20:30].ljust(10, b"\0")
    if kind == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    return 1, 1


def _check_size(width: int, height: int) -> None:
    if width > MAX_SIDE or height > MAX_SIDE:
        raise PictureTooLarge(f"{width} x {height} pixels: no side may be longer than {MAX_SIDE}")
    if width * height > MAX_PIXELS:
        raise PictureTooLarge(f"{width} x {height} pixels: more than {MAX_PIXELS} are not decoded")


@contextmanager
def _decoding(kind: str | None) -> Iterator[None]:
    try:
        yield
    except (BlobError, MemoryError):
        raise
    except UnidentifiedImageError as error:
        raise NotAPicture(f"it begins like {kind} but its header is damaged") from error
    except Exception as error:
        raise NotAPicture(f"it begins like {kind} but cannot be decoded: {error}") from error


# -- looking


def _facts(image: ImageFile.ImageFile) -> dict[str, Any]:
    orientation = _orientation(image)
    width, height = image.size
    turned = orientation >= 5
    return {
        "format": "jpeg" if image.format == "MPO" else str(image.format).lower(),
        "width": width,
        "height": height,
        "upright_width": height if turned else width,
        "upright_height": width if turned else height,
        "has_alpha": "A" in image.mode or "transparency" in image.info,
        "has_metadata": bool(image.info.keys() - _CODING),
        "orientation": orientation,
        "animated": image.format != "MPO" and getattr(image, "n_frames", 1) > 1,
    }


def _orientation(image: Image.Image) -> int:
    """1 to 8; a value outside, or an EXIF block nobody can read, means as stored."""
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - broken metadata must not cost the picture
        return 1
    return found if isinstance(found, int) and found in _TURNS else 1


# -- changing


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def _eight_bit(image: Image.Image) -> Image.Image:
    """A copy whose pixels can be resized: 16-bit greys scaled down, palettes and bits spread out."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda level: level / 257).convert("L")
    if image.mode in ("1", "P", "PA"):
        return image.convert("RGBA" if "A" in image.mode or "transparency" in image.info else "RGB")
    return image.copy()


def _bare(image: Image.Image) -> Image.Image:
    image.info = {}
    return image


def _jpeg_coding(
    source: JpegImagePlugin.JpegImageFile, pixels: Image.Image, *, turned: bool
) -> dict[str, Any]:
    """The source's own quantisation and sampling, so that nothing is lost that was not lost before."""
    # libjpeg's optimising pass needs the whole result in one buffer.
    ImageFile.MAXBLOCK = max(1 << 16, pixels.width * pixels.height * 4)
    how: dict[str, Any] = {"optimize": True, "progressive": "progressive" in source.info}
    if pixels.mode != source.mode:
        return {**how, "quality": 95, "subsampling": 0}
    tables = [source.quantization[number] for number in sorted(source.quantization)]
    sampling = JpegImagePlugin.get_sampling(source)
    # Turned by a quarter, columns become rows: of the tables too, and 4:2:2 becomes what no encoder here writes.
    return {
        **how,
        "qtables": [_transposed(table) if turned else list(table) for table in tables],
        "subsampling": sampling if sampling in (0, 2) or (sampling == 1 and not turned) else 0,
    }


def _transposed(table: Any) -> list[int]:
    return [table[8 * (at % 8) + at // 8] for at in range(64)]
