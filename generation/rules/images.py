"""Rules about pictures: their key and frame types on omni, their bytes wherever they stand (contract R22–R25, R39, R40)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from generation.addresses import is_web_address, looks_remote
from generation.rules.finding import Finding
from generation.rules.rule import Problem, Rule, removing, renaming, rule, setting, shown
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
            message = f"the vendor rejects {' and '.join(extra)} here: put the picture under image_url alone"
            yield Problem(message, path, tuple(_under_image_url(entry, path)))
        url = entry.get("image_url")
        if "image" not in extra and (not isinstance(url, str) or not url.strip()):
            yield Problem("image_url is missing or empty", f"{path}.image_url")


def _under_image_url(entry: dict[str, Any], path: str) -> Iterator[str]:
    if "image" in entry:
        yield removing(f"{path}.image") if entry.get("image_url") else renaming(f"{path}.image", "image_url")
    if "index" in entry:
        yield removing(f"{path}.index")


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
            path = f"$.image_list[{index}].type"
            message = f"type {shown(kind)} is unknown: send first_frame or end_frame, or leave it out"
            yield Problem(message, path, (removing(path),))
    for kind in ("first_frame", "end_frame"):
        places = [f"$.image_list[{index}].type" for index in _of_type(s, kind)]
        if len(places) > 1:
            change = tuple(removing(path) for path in places[1:]) if len(places) < 9 else ()
            yield Problem(f"{len(places)} pictures are {kind}, one is allowed", change=change)


def _of_type(s: Subject, kind: str | None) -> list[int]:
    return [
        index for index, entry in enumerate(s.images) if isinstance(entry, dict) and entry.get("type") == kind
    ]


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
        change = (setting(f"$.image_list[{_of_type(s, 'end_frame')[0]}].type", "first_frame"),)
        message = "the end frame stands alone: name the first frame too, or make the picture the first frame"
        yield Problem(message, change=change)


@rule(
    "R25",
    "E",
    "No end frame with more than two pictures",
    cites="contract R25, contract D1, guide 1.9",
    path="$.image_list",
    applies=lambda s: s.is_omni and "end_frame" in s.frames and s.facts.policies.end_frame == "refuse",
)
def end_frame_with_few_pictures(s: Subject) -> Iterator[Problem]:
    if len(s.images) > 2:
        message = f"an end frame goes with at most two pictures and {len(s.images)} are sent"
        change = tuple(removing(f"$.image_list[{index}]") for index in reversed(_of_type(s, "end_frame")))
        few = change if len(change) < 9 else ()
        yield Problem(f"{message}: drop the others, or the end frame", change=few)


@rule(
    "R39",
    "E",
    "A picture is raw base64, or an address",
    cites="contract R39, guide 1.3",
    path="$.image_list",
    applies=lambda s: bool(s.sources),
)
def pictures_readable(s: Subject) -> Iterator[Problem]:
    for path, text, embedded in s.embedded:
        if not embedded.clean:
            prefix = text[:80].partition(",")[0]
            is_data = text.startswith("data:") and len(prefix) < 80
            message = (
                f"the text begins with {prefix!r}: send what follows it"
                if is_data
                else "it is no clean base64"
            )
            yield Problem(message, path)
    for path, text in s.sources:
        if looks_remote(text) and text not in s.facts.references and not is_web_address(text):
            yield Problem(f"{shown(text)} is no complete address", path)


@rule(
    "R40",
    "E",
    "Each picture is within the vendor's limits",
    cites="contract R40, contract section 10",
    path="$.image_list",
    applies=lambda s: bool(s.sources) and bool(s.facts.pictures or s.embedded),
)
def pictures_within_limits(s: Subject) -> Iterator[Problem]:
    """Our own pictures by what is on record, anybody's by the bytes that stand there."""
    for path, text in s.sources:
        picture = s.facts.pictures.get(text)
        for message in _picture_problems(picture) if picture else ():
            yield Problem(f"{text}: {message}", path)
    for path, text, read in s.embedded:
        if read.clean and text not in s.facts.pictures:
            picture = Picture(read.width, read.height, read.bytes, read.format or "unknown")
            for message in _picture_problems(picture) if read.format else ("it is no JPEG or PNG picture",):
                yield Problem(message, path)


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
        long = round(max(width, height) / min(width, height), 2)
        shape = (
            f"{long:g}:1, wider than {MAX_RATIO}:1"
            if width > height
            else f"1:{long:g}, taller than 1:{MAX_RATIO}"
        )
        yield f"{width} x {height} pixels is a ratio of {shape}: crop the picture"


RULES: Final[tuple[Rule, ...]] = (
    picture_under_its_key,
    frame_types,
    end_frame_needs_first,
    end_frame_with_few_pictures,
    pictures_readable,
    pictures_within_limits,
)
