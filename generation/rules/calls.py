"""Deleting and listing calls, and the JSON types every endpoint reads (contract R59, R60, sections 2 to 7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generation.rules.rule import Problem, Rule, removing, rule, setting, shown
from generation.rules.subject import (
    DELETE_ELEMENT,
    DELETE_VOICE,
    IMAGE,
    LIST_ENDPOINTS,
    Subject,
    as_element_id,
)

_DELETED: Final = {DELETE_ELEMENT: "element_id", DELETE_VOICE: "voice_id"}
_VOICE_PAGES: Final = ("GET custom-voices", "GET presets-voices")
_LISTS: Final = ("image_list", "element_list", "video_list", "multi_prompt", "voice_list")


@rule(
    "R59",
    "E",
    "A deletion names what to delete",
    cites="contract R59, contract section 6, contract section 7",
    path="$",
    applies=lambda s: s.endpoint in _DELETED,
)
def deletion_names_one(s: Subject) -> Iterator[Problem]:
    """Whether it is the account's own, and no preset, only the vendor can say."""
    key = _DELETED[s.endpoint]
    value = s.body.get(key)
    path = f"$.{key}"
    if not isinstance(value, str):
        change = (setting(path, str(value)),) if as_element_id(value) is not None else ()
        yield Problem(f"{key} {shown(value)} must be the id as text", path, change)
    elif not (value.isascii() and value.isdigit()):
        yield Problem(f"{key} {shown(value)} is no id: ids are digits", path)
    for extra in sorted(s.body.keys() - {key}):
        if extra.isidentifier():
            yield Problem(f"{extra} is not read here", f"$.{extra}", (removing(f"$.{extra}"),))


@rule(
    "R60",
    "E",
    "Pages stay in range",
    cites="contract R60, contract section 5, contract section 7",
    path="$",
    applies=lambda s: s.endpoint in LIST_ENDPOINTS,
)
def pages_in_range(s: Subject) -> Iterator[Problem]:
    for key, most in (("pageNum", 1000), ("pageSize", 1000 if s.endpoint in _VOICE_PAGES else 500)):
        value = s.body.get(key)
        number = (
            int(value)
            if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9
            else value
        )
        if value is None or (
            isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= most
        ):
            continue
        nearest = most if isinstance(number, int) and not isinstance(number, bool) and number > most else 1
        message = f"{key} {shown(value)} is outside 1 to {most}"
        yield Problem(message, f"$.{key}", (setting(f"$.{key}", nearest),))


@rule(
    "E107",
    "E",
    "Fields have the type the vendor reads",
    cites="contract section 2, contract section 4",
    path="$",
    applies=lambda s: s.is_video,
)
def types_readable(s: Subject) -> Iterator[Problem]:
    """Where no rule of its own speaks about the field: lists, texts, and the switch of several shots."""
    for key in (key for key in _LISTS if key in s.body):
        value = s.body[key]
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            yield Problem(f"{key} must be a list of objects", f"$.{key}")
    texts = ("prompt", "image", "image_tail") if s.endpoint == IMAGE else ("prompt",)
    for key in (*texts, "shot_type"):
        if not isinstance(s.body.get(key, ""), str):
            yield Problem(f"{key} {shown(s.body[key])} must be text", f"$.{key}")
    several = s.body.get("multi_shot", False)
    if not isinstance(several, bool) and several not in ("true", "false"):
        meant = isinstance(several, int) and several == 1
        yield Problem(
            f"multi_shot {shown(several)} must be true or false",
            "$.multi_shot",
            (setting("$.multi_shot", meant),),
        )
    for index, entry in enumerate(s.images):
        if isinstance(entry, dict) and "image" in entry and not isinstance(entry.get("image_url", ""), str):
            yield Problem("image_url must be text", f"$.image_list[{index}].image_url")


RULES: Final[tuple[Rule, ...]] = (types_readable, deletion_names_one, pages_in_range)
