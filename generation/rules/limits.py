"""How many pictures and elements one omni request may carry, and which (contract R26–R30; guide 1.7, 1.8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generation.rules.rule import Problem, Rule, removing, rule, shown
from generation.rules.subject import IMAGE, Subject, as_element_id


def _without(s: Subject, over: int) -> tuple[str, ...]:
    """Leave out the last plain pictures; frames and elements stay. Nothing is proposed where they do not suffice."""
    plain = [
        index for index, entry in enumerate(s.images) if isinstance(entry, dict) and not entry.get("type")
    ]
    if not 0 < over <= min(len(plain), 20):
        return ()
    return tuple(removing(f"$.image_list[{index}]") for index in reversed(plain[-over:]))


def _fewer_elements(s: Subject, most: int) -> tuple[str, ...]:
    if len(s.elements) > most + 20:
        return ()
    return tuple(removing(f"$.element_list[{index}]") for index in reversed(range(most, len(s.elements))))


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
        message = f"{_count(s)} are {total} references and seven are allowed: leave out {total - 7}"
        yield Problem(message, change=_without(s, total - 7))


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
        message = (
            f"{_count(s)} are {total} references beside a video and four are allowed: leave out {total - 4}"
        )
        yield Problem(message, change=_without(s, total - 4))


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
        over = len(s.elements) - 3
        message = f"{over + 3} elements go with a first frame and three are allowed: leave out {over}"
        yield Problem(message, change=_fewer_elements(s, 3))


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
    "I314",
    "I",
    "Elements of unknown kind are counted as neither",
    cites="contract R29, contract D12",
    path="$.element_list",
    applies=lambda s: s.is_omni and bool(s.elements) and bool(s.videos or s.images),
)
def element_kinds_unknown(s: Subject) -> Iterator[Problem]:
    unknown = s.element_kinds.count(None)
    risky = len(s.images) + len(s.elements) > (1 if s.videos else 4)
    if unknown and risky:
        message = f"{unknown} elements are of a kind we do not know"
        yield Problem(f"{message}: made from video they may be too many beside these pictures or this video")


@rule(
    "R30",
    "E",
    "Each element is a positive id, named once",
    cites="contract R30, contract K11",
    path="$.element_list",
    applies=lambda s: (s.is_omni or s.endpoint == IMAGE) and bool(s.elements),
)
def element_ids_sound(s: Subject) -> Iterator[Problem]:
    seen: set[int] = set()
    for index, entry in enumerate(s.elements):
        value = entry.get("element_id") if isinstance(entry, dict) else None
        number, path = as_element_id(value), f"$.element_list[{index}].element_id"
        if number is None:
            yield Problem(f"element_id {shown(value)} is no positive 64-bit integer", path)
        elif number in seen:
            message = f"element_id {number} is named twice: one element stands for one person"
            yield Problem(message, path, (removing(f"$.element_list[{index}]"),))
        else:
            seen.add(number)


RULES: Final[tuple[Rule, ...]] = (
    seven_references,
    four_references_with_video,
    three_elements_with_frame,
    element_kinds_fit,
    element_kinds_unknown,
    element_ids_sound,
)
