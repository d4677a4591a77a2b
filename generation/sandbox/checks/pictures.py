"""The bytes of the pictures: raw base64, format, weight, sides and ratio (R39, R40, K8; limits of contract 10).

Only headers are read. Pictures behind a URL are not fetched: this Kling has no way out.
"""

from __future__ import annotations

import binascii
from typing import Protocol

import pybase64

from generation.sandbox.checks.context import CheckContext
from generation.sandbox.envelope import Problem, bad_value
from generation.sandbox.raster import open_raster
from generation.sandbox.requests import Picture

HEAVIEST_BYTES = 10 * 1024 * 1024
SHORTEST_SIDE = 300
WIDEST_RATIO = 2.5
NOT_BASE64 = "File is not in a valid base64 format"
BAD_PIXELS = "Image pixel is invalid"
BAD_RATIO = "The resolution or aspect ratio of the input image is invalid"


class Pictured(Protocol):
    """A request that holds pictures, of a video or of an element."""

    @property
    def images(self) -> tuple[Picture, ...]: ...


def check_pictures(request: Pictured, context: CheckContext) -> list[Problem]:
    """R39 always; R40 only when wrong pictures are refused at once (else see `late_failure`)."""
    problems = []
    for picture in request.images:
        if picture.remote or not picture.source:
            continue
        content = decode(picture)
        if content is None:
            problems.append(bad_value(NOT_BASE64))
        elif context.refuse_bad_pictures and (why := weigh(content)):
            problems.append(bad_value(why))
    return problems


def late_failure(request: Pictured) -> str:
    """The failure message a task with a wrong picture ends with, or "" (K8)."""
    contents = (decode(picture) for picture in request.images if not picture.remote)
    return next((why for content in contents if content is not None and (why := weigh(content))), "")


def decode(picture: Picture) -> bytes | None:
    """The picture's bytes, or None when its text is not clean, raw base64."""
    try:
        return pybase64.b64decode(picture.source, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def weigh(content: bytes) -> str:
    """What R40 has against these bytes, or ""."""
    if len(content) > HEAVIEST_BYTES:
        return "Image size can not exceed 10MB"
    raster = open_raster(content)
    if raster is None:
        return "Image format is not supported, use jpg, jpeg or png"
    size = raster.size
    if min(size) < SHORTEST_SIDE:
        return BAD_PIXELS
    if max(size) > WIDEST_RATIO * min(size):
        return BAD_RATIO
    return ""
