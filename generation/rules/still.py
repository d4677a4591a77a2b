"""Rules of the image2video endpoint, and of voices on any (contract R31–R35; guide C)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generation.rules.rule import Problem, Rule, removing, renaming, rule, setting
from generation.rules.subject import IMAGE, OMNI, Subject


def _still(s: Subject) -> bool:
    return s.endpoint == IMAGE


def _given(s: Subject, *keys: str) -> list[str]:
    return [key for key in keys if s.body.get(key) not in (None, "", [], {})]


@rule(
    "R31",
    "E",
    "image2video needs a picture to start from",
    cites="contract R31, contract K7, guide C",
    path="$.image",
    applies=_still,
    stands_on_parts=False,
)
def has_image(s: Subject) -> Iterator[Problem]:
    image = s.body.get("image")
    if not isinstance(image, str) or not image.strip():
        tail = s.text("image_tail").strip() and image in (None, "")
        change = (renaming("$.image_tail", "image"),) if tail else ()
        yield Problem("image is missing: image_tail alone is not supported", change=change)


@rule(
    "R32",
    "E",
    "A closing picture, masks and camera moves exclude each other",
    cites="contract R32",
    path="$.image_tail",
    applies=_still,
)
def one_way_to_guide(s: Subject) -> Iterator[Problem]:
    masks = _given(s, "static_mask", "dynamic_masks")
    groups = [group for group in (_given(s, "image_tail"), masks, _given(s, "camera_control")) if group]
    if len(groups) > 1:
        named = " and ".join(key for group in groups for key in group)
        change = tuple(removing(f"$.{key}") for group in groups[1:] for key in group)
        yield Problem(f"{named} cannot go together: keep one", change=change)


@rule(
    "R33",
    "E",
    "image2video takes at most three elements",
    cites="contract R33",
    path="$.element_list",
    applies=lambda s: _still(s) and bool(s.elements),
)
def three_elements(s: Subject) -> Iterator[Problem]:
    count = len(s.elements)
    if count > 3:
        cut = reversed(range(3, count)) if count <= 23 else ()
        change = tuple(removing(f"$.element_list[{index}]") for index in cut)
        yield Problem(
            f"{count} elements are sent and three are allowed: leave out {count - 3}", change=change
        )


@rule(
    "R34",
    "E",
    "Elements and voices exclude each other",
    cites="contract R34",
    path="$.voice_list",
    applies=lambda s: _still(s) and bool(s.elements),
)
def elements_or_voices(s: Subject) -> Iterator[Problem]:
    if _given(s, "voice_list"):
        message = "voice_list cannot go with element_list: bind the voice to the element instead"
        yield Problem(message, change=(removing("$.voice_list"),))


@rule(
    "R35",
    "E",
    "The production models take no voice list",
    cites="contract R35, contract K10",
    path="$.voice_list",
    applies=lambda s: s.endpoint in (OMNI, IMAGE),
)
def no_voice_list(s: Subject) -> Iterator[Problem]:
    """`<<<voice_n>>>` in an omni prompt stays legal (guide A2, F2)."""
    if "voice_list" in s.body:
        message = "voice_list is not supported: bind the voice to an element, or write voice markers into an omni prompt"
        yield Problem(message, change=(removing("$.voice_list"),))


@rule(
    "W206",
    "W",
    "A closing picture of image2video is a caution",
    cites="guide C.4, guide C.5",
    path="$.image_tail",
    applies=_still,
)
def tail_is_a_caution(s: Subject) -> Iterator[Problem]:
    if s.text("image_tail"):
        message = "image_tail looks more like guiding a transition than like binding a second picture into the scene"
        yield Problem(
            f"{message}: say why, or use both frames by omni (B)", change=(removing("$.image_tail"),)
        )


@rule(
    "E108",
    "E",
    "Each endpoint has its own picture fields",
    cites="guide 1.5, guide 1.6",
    path="$",
    applies=lambda s: s.endpoint in (OMNI, IMAGE),
)
def own_picture_fields(s: Subject) -> Iterator[Problem]:
    if s.is_omni and "image_tail" in s.body:
        message = "omni takes its last frame as an image_list entry of type end_frame, not as image_tail"
        yield Problem(message, "$.image_tail", (removing("$.image_tail"),))
    foreign = () if s.is_omni else ("image_list", "video_list")
    for key in (key for key in foreign if key in s.body):
        message = f"image2video takes its pictures as image and image_tail, not as {key}"
        only = s.entries(key)[0].get("image_url") if len(s.entries(key)) == 1 else None
        moved = (
            (setting("$.image", only),)
            if isinstance(only, str) and len(only) < 200 and not s.body.get("image")
            else ()
        )
        yield Problem(message, f"$.{key}", (removing(f"$.{key}"), *moved))


RULES: Final[tuple[Rule, ...]] = (
    has_image,
    one_way_to_guide,
    three_elements,
    elements_or_voices,
    no_voice_list,
    tail_is_a_caution,
    own_picture_fields,
)
