"""How many pictures and elements one omni request may carry, and which (contract R26–R30; guide 1.7, 1.8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generation.rules.rule import Problem, Rule, rule
from generation.rules.subject import Subject, as_element_id


def _count(s: Subject) -> str:
    return f"{len(s.images)} pictures and {len(s.elements)} elements"


@rule(
    "R26",
    "E",
    "Without a video, at most seven pictures and elements",
    cites="contract R26, guide 1.7",
    path="$.image_list",
    applies=lambda s: s.is_omni and not s.videos and bool(s.images or s.elements),
)
def seven_references(s: Subject) -> Iterator[Problem]:
    """Frames count too: every entry of image_list does."""
    total = len(s.images) + len(s.elements)
    if total > 7:
        yield Problem(f"{_count(s)} are {total} references and seven are allowed: leave out {total - 7}")


@rule(
    "R27",
    "E",
    "With a video, at most four pictures and elements",
    cites="contract R27, guide 1.8",
    path="$.image_list",
    applies=lambda s: s.is_omni and bool(s.videos) and bool(s.images or s.elements),
)
def four_references_with_video(s: Subject) -> Iterator[Problem]:
    total = len(s.images) + len(s.elements)
    if total > 4:
        yield Problem(
            f"{_count(s)} are {total} references beside a video and four are allowed: leave out {total - 4}"
        )


@rule(
    "R28",
    "E",
    "With a first frame, at most three elements",
    cites="contract R28",
    path="$.element_list",
    applies=lambda s: s.is_omni and s.has_first_frame and bool(s.elements),
)
def three_elements_with_frame(s: Subject) -> Iterator[Problem]:
    if len(s.elements) > 3:
        yield Problem(
            f"{len(s.elements)} elements go with a first frame and three are allowed: leave out {len(s.elements) - 3}"
        )


@rule(
    "R29",
    "E",
    "Elements made from video are fewer, and alone beside a video",
    cites="contract R29",
    path="$.element_list",
    applies=lambda s: s.is_omni and "video" in s.element_kinds,
)
def element_kinds_fit(s: Subject) -> Iterator[Problem]:
    """Judges only what is known: an element of unknown kind is counted as neither."""
    from_video, from_images = s.element_kinds.count("video"), s.element_kinds.count("image")
    company = len(s.images) + from_images
    if s.videos and (from_video > 1 or company):
        yield Problem(
            "beside a video an element made from video stands alone: leave out the other pictures and elements"
        )
    if not s.videos and from_video > 3:
        yield Problem(f"{from_video} elements made from video are sent and three are allowed")
    if not s.videos and company > 4:
        yield Problem(
            f"beside elements made from video at most four pictures and picture elements go, not {company}"
        )


@rule(
    "R30",
    "E",
    "Each element is a positive id, named once",
    cites="contract R30, contract K11",
    path="$.element_list",
    applies=lambda s: s.is_omni and bool(s.elements),
)
def element_ids_sound(s: Subject) -> Iterator[Problem]:
    seen: set[int] = set()
    for index, entry in enumerate(s.elements):
        value = entry.get("element_id") if isinstance(entry, dict) else None
        number, path = as_element_id(value), f"$.element_list[{index}].element_id"
        if number is None:
            yield Problem(f"element_id {value!r} is no positive 64-bit integer", path)
        elif number in seen:
            yield Problem(f"element_id {number} is named twice: one element stands for one person", path)
        else:
            seen.add(number)


RULES: Final[tuple[Rule, ...]] = (
    seven_references,
    four_references_with_video,
    three_elements_with_frame,
    element_kinds_fit,
    element_ids_sound,
)
