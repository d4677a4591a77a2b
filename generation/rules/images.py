"""Rules about the pictures of an omni request: their key, their frame types, and what each looks like (contract R22–R25, R40)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generation.rules.finding import Finding
from generation.rules.rule import Problem, Rule, rule
from generation.rules.subject import Picture, Subject

MAX_BYTES: Final = 10 * 1024 * 1024
MIN_SIDE: Final = 300
MAX_RATIO: Final = 2.5
FORMATS: Final = ("jpeg", "jpg", "png")


def _has_images(s: Subject) -> bool:
    return s.is_omni and bool(s.images)


@rule(
    "R22",
    "E",
    "A picture stands under image_url",
    cites="contract R22, guide 3A, guide 3B",
    path="$.image_list",
    applies=_has_images,
)
def picture_under_its_key(s: Subject) -> Iterator[Problem]:
    for index, entry in enumerate(s.images):
        path = f"$.image_list[{index}]"
        if not isinstance(entry, dict):
            yield Problem("each picture is an object with image_url", path)
            continue
        extra = sorted(str(key) for key in entry.keys() & {"image", "index"})
        if extra:
            yield Problem(
                f"the vendor rejects {' and '.join(extra)} here: put the picture under image_url alone", path
            )
        if not isinstance(entry.get("image_url"), str) or not entry["image_url"].strip():
            yield Problem("image_url is missing or empty", f"{path}.image_url")


@rule(
    "R23",
    "E",
    "A frame type is first_frame or end_frame, each at most once",
    cites="contract R23",
    path="$.image_list",
    applies=_has_images,
)
def frame_types(s: Subject) -> Iterator[Problem]:
    for index, entry in enumerate(s.images):
        kind = entry.get("type") if isinstance(entry, dict) else None
        if kind not in (None, "first_frame", "end_frame"):
            yield Problem(
                f"type {kind!r} is unknown: send first_frame or end_frame, or leave it out",
                f"$.image_list[{index}].type",
            )
    for kind in ("first_frame", "end_frame"):
        if s.frames.count(kind) > 1:
            yield Problem(f"{s.frames.count(kind)} pictures are {kind}, one is allowed")


@rule(
    "R24",
    "E",
    "An end frame needs a first frame",
    cites="contract R24, guide B",
    path="$.image_list",
    applies=lambda s: s.is_omni and "end_frame" in s.frames,
    stands_on_parts=False,
)
def end_frame_needs_first(s: Subject) -> Iterator[Problem]:
    if not s.has_first_frame:
        yield Problem("the end frame stands alone: name the first frame too, or send the picture untyped")


@rule(
    "R25",
    "E",
    "No end frame with more than two pictures",
    cites="contract R25, contract D1, guide 1.9",
    path="$.image_list",
    applies=lambda s: s.is_omni and "end_frame" in s.frames and s.facts.end_frame_policy,
)
def end_frame_with_few_pictures(s: Subject) -> Iterator[Problem]:
    if len(s.images) > 2:
        yield Problem(
            f"an end frame goes with at most two pictures and {len(s.images)} are sent: drop the others, or the end frame"
        )


@rule(
    "R40",
    "E",
    "Each picture is within the vendor's limits",
    cites="contract R40, contract section 10",
    path="$.image_list",
    applies=lambda s: _has_images(s) and bool(s.facts.pictures),
)
def pictures_within_limits(s: Subject) -> Iterator[Problem]:
    for index, entry in enumerate(s.images):
        url = entry.get("image_url") if isinstance(entry, dict) else None
        picture = s.facts.pictures.get(url) if isinstance(url, str) else None
        for message in _picture_problems(picture) if picture else ():
            yield Problem(f"{url}: {message}", f"$.image_list[{index}].image_url")


def picture_findings(width: int, height: int, *, bytes: int, format: str) -> tuple[Finding, ...]:
    """R40 on one picture as it would be sent: upright pixels, decoded bytes, format name in any case."""
    path = {"pixels": "$", "bytes": "$.bytes", "format": "$.format"}
    problems = _picture_problems(Picture(width, height, bytes, format))
    return tuple(
        pictures_within_limits.finding(Problem(message)).model_copy(
            update={"about": "picture", "path": path[next(key for key in path if key in message)]}
        )
        for message in problems
    )


def _picture_problems(picture: Picture) -> Iterator[str]:
    """Decoded bytes are counted, in MiB: the vendor says 10 MB and not of which."""
    width, height = picture.width, picture.height
    if picture.format.lower() not in FORMATS:
        yield f"format {picture.format!r} is not taken: send JPEG or PNG"
    if picture.bytes > MAX_BYTES:
        yield f"{picture.bytes} bytes are more than the {MAX_BYTES} allowed: send a smaller rendition"
    if min(width, height) < MIN_SIDE:
        yield f"{width} x {height} pixels: each side needs at least {MIN_SIDE}"
    if min(width, height) > 0 and max(width, height) > MAX_RATIO * min(width, height):
        yield f"{width} x {height} pixels is narrower than 1:{MAX_RATIO}: crop the picture"


RULES: Final[tuple[Rule, ...]] = (
    picture_under_its_key,
    frame_types,
    end_frame_needs_first,
    end_frame_with_few_pictures,
    pictures_within_limits,
)
