"""From a picture's own colour profile to sRGB, which is what a picture without a profile is taken for."""

from __future__ import annotations

import io
from typing import Literal

from PIL import Image, ImageChops, ImageCms

Colour = Literal["kept", "converted", "profile ignored"]

# A profile that moves no sample colour further than this is sRGB under another name: the pixels stay untouched.
TOLERANCE = 2

_STEPS = [*range(0, 256, 17)]
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION


def to_srgb(image: Image.Image) -> tuple[Image.Image, Colour]:
    """The picture in sRGB and what was done. A broken profile is ignored, as viewers do."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode.startswith("I"):
        return (image.convert("RGB"), "converted") if image.mode == "CMYK" else (image, "kept")
    work = _spread(image)
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = "RGBA" if work.mode == "RGBA" else "RGB"
        if work.mode != "CMYK" and _moves_nothing(source, "L" if work.mode == "L" else "RGB"):
            return image, "kept"
        converted = _transform(source, work, target)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return (image.convert("RGB"), "converted") if image.mode == "CMYK" else (image, "profile ignored")
    return (converted.convert("L") if work.mode == "L" else converted), "converted"


def _spread(image: Image.Image) -> Image.Image:
    """The picture in a mode that profiles speak about."""
    if image.mode in ("RGB", "RGBA", "L", "CMYK"):
        return image
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA" if "A" in image.mode or "transparency" in image.info else "RGB")


def _transform(source: ImageCms.ImageCmsProfile, image: Image.Image, target: str) -> Image.Image:
    how = ImageCms.buildTransform(
        source, ImageCms.createProfile("sRGB"), image.mode, target, renderingIntent=_INTENT, flags=_FLAGS
    )
    converted = ImageCms.applyTransform(image, how)
    if converted is None:
        raise ValueError("no picture came out of the colour transform")
    return converted


def _moves_nothing(source: ImageCms.ImageCmsProfile, mode: str) -> bool:
    if mode == "L":
        sample = Image.frombytes("L", (256, 1), bytes(range(256)))
    else:
        cube = bytes(
            level for red in _STEPS for green in _STEPS for blue in _STEPS for level in (red, green, blue)
        )
        sample = Image.frombytes("RGB", (len(_STEPS), len(_STEPS) ** 2), cube)
    moved = ImageChops.difference(_transform(source, sample, "RGB"), sample.convert("RGB")).histogram()
    return not any(count for level, count in enumerate(moved) if level % 256 > TOLERANCE)
