"""Rules about a reference video on the omni endpoint (contract R15–R21)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generation.rules.rule import Problem, Rule, rule
from generation.rules.subject import Subject


def _has_video(s: Subject) -> bool:
    return s.is_omni and bool(s.videos)


def _has_base_video(s: Subject) -> bool:
    return s.is_omni and s.has_base_video


@rule(
    "R15",
    "E",
    "With a reference video, sound is off",
    cites="contract R15, contract K6, guide E.8",
    path="$.sound",
    applies=_has_video,
)
def silent_with_video(s: Subject) -> Iterator[Problem]:
    if s.body.get("sound", "off") != "off":
        yield Problem(
            f"sound {s.body['sound']!r} cannot go with a reference video: leave sound off, or continue without the video"
        )


@rule(
    "R16", "E", "At most one reference video", cites="contract R16", path="$.video_list", applies=_has_video
)
def one_video(s: Subject) -> Iterator[Problem]:
    if len(s.videos) > 1:
        yield Problem(
            f"{len(s.videos)} reference videos are named, one is allowed: keep the one to continue from"
        )


@rule(
    "R17",
    "E",
    "A reference video is an address",
    cites="contract R17, guide E.5",
    path="$.video_list",
    applies=_has_video,
)
def video_by_address(s: Subject) -> Iterator[Problem]:
    for index, entry in enumerate(s.videos):
        url = entry.get("video_url") if isinstance(entry, dict) else None
        if not isinstance(url, str) or not (_is_address(url) or url in s.facts.references):
            shown = repr(url)[:80]
            yield Problem(
                f"video_url {shown} is no http(s) address: the vendor takes videos by address only",
                f"$.video_list[{index}].video_url",
            )


def _is_address(url: str) -> bool:
    scheme, _, rest = url.partition("://")
    return scheme.lower() in ("http", "https") and bool(rest.strip("/ "))


@rule(
    "R18",
    "E",
    "How a reference video is used is said in the vendor's words",
    cites="contract R18, guide V.3",
    path="$.video_list",
    applies=_has_video,
)
def video_words(s: Subject) -> Iterator[Problem]:
    allowed = {"refer_type": ("feature", "base"), "keep_original_sound": ("yes", "no")}
    for index, entry in enumerate(s.videos):
        for key, words in allowed.items():
            if isinstance(entry, dict) and key in entry and entry[key] not in words:
                message = f"{key} {entry[key]!r} is not allowed: send {' or '.join(words)}"
                yield Problem(message, f"$.video_list[{index}].{key}")


@rule(
    "R19",
    "E",
    "A video that is edited takes no first or end frame",
    cites="contract R19",
    path="$.image_list",
    applies=_has_base_video,
)
def no_frames_on_edit(s: Subject) -> Iterator[Problem]:
    if s.frames:
        yield Problem(
            f"{' and '.join(s.frames)} cannot go with a base video: send the pictures untyped, or refer_type feature"
        )


@rule(
    "R20",
    "E",
    "A video that is edited is one shot",
    cites="contract R20",
    path="$.multi_shot",
    applies=_has_base_video,
)
def no_shots_on_edit(s: Subject) -> Iterator[Problem]:
    if s.is_multi_shot:
        yield Problem("multi_shot cannot go with a base video: leave it out")


@rule(
    "R21",
    "E",
    "Several shots on a feature video are told in the prompt",
    cites="contract R21",
    path="$.shot_type",
    applies=lambda s: s.is_omni and s.has_feature_video and s.is_multi_shot,
)
def shots_in_prompt_on_feature(s: Subject) -> Iterator[Problem]:
    if s.body.get("shot_type") != "intelligence":
        yield Problem(
            f"shot_type {s.body.get('shot_type')!r} cannot go with a feature video: send intelligence, shots told in the prompt"
        )


RULES: Final[tuple[Rule, ...]] = (
    silent_with_video,
    one_video,
    video_by_address,
    video_words,
    no_frames_on_edit,
    no_shots_on_edit,
    shots_in_prompt_on_feature,
)
