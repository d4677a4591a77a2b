"""Rules about a reference video on the omni endpoint (contract R15–R21, R41; guide E, V)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generation.addresses import is_web_address
from generation.rules.rule import Problem, Rule, removing, rule, setting, shown
from generation.rules.subject import Subject, Video

MIN_SECONDS: Final = 3.0
MAX_SECONDS: Final = 15.5
MIN_SIDE: Final = 700
MAX_SIDE: Final = 4553
MAX_AREA: Final = 8_294_400
MAX_BYTES: Final = 200 * 1024 * 1024


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
        message = f"sound {shown(s.body['sound'])} cannot go with a reference video"
        change = (setting("$.sound", "off"),)
        yield Problem(f"{message}: leave sound off, or continue without the video", change=change)


@rule(
    "R16", "E", "At most one reference video", cites="contract R16", path="$.video_list", applies=_has_video
)
def one_video(s: Subject) -> Iterator[Problem]:
    if len(s.videos) > 1:
        message = f"{len(s.videos)} reference videos are named, one is allowed: keep the one to continue from"
        yield Problem(message, change=(setting("$.video_list", s.videos[:1]),) if len(s.videos) < 9 else ())


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
        if not isinstance(url, str) or not (url in s.facts.references or is_web_address(url)):
            yield Problem(
                f"video_url {shown(url)} is no http(s) address: the vendor takes videos by address only",
                f"$.video_list[{index}].video_url",
            )


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
                path = f"$.video_list[{index}].{key}"
                message = f"{key} {shown(entry[key])} is not allowed: send {' or '.join(words)}"
                meant = words[1] if entry[key] is False else words[0]
                yield Problem(message, path, (setting(path, meant),))


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
        message = f"{' and '.join(s.frames)} cannot go with a base video"
        typed = [
            index for index, entry in enumerate(s.images) if isinstance(entry, dict) and entry.get("type")
        ]
        change = tuple(removing(f"$.image_list[{index}].type") for index in typed)
        yield Problem(f"{message}: send the pictures untyped, or refer_type feature", change=change)


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
        void = [key for key in ("multi_shot", "shot_type", "multi_prompt") if key in s.body]
        change = tuple(removing(f"$.{key}") for key in void)
        yield Problem("multi_shot cannot go with a base video: leave it out", change=change)


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
        message = f"shot_type {shown(s.body.get('shot_type'))} cannot go with a feature video"
        void = ("multi_prompt",) if "multi_prompt" in s.body else ()
        change = (setting("$.shot_type", "intelligence"), *(removing(f"$.{key}") for key in void))
        yield Problem(f"{message}: send intelligence, with the shots told in the prompt", change=change)


# The contract leaves this one to the server ("trust, surface task failure"): we may be behind its limits, so it informs.
@rule(
    "R41",
    "I",
    "A reference video is within the vendor's limits",
    cites="contract R41, contract section 10, contract D9",
    path="$.video_list",
    applies=lambda s: _has_video(s) and bool(s.facts.videos),
)
def video_within_limits(s: Subject) -> Iterator[Problem]:
    """Judges only what is known of the video; the vendor fetches it and has the last word."""
    for index, entry in enumerate(s.videos):
        url = entry.get("video_url") if isinstance(entry, dict) else None
        video = s.facts.videos.get(url) if isinstance(url, str) else None
        for message in _video_problems(video) if video else ():
            yield Problem(message, f"$.video_list[{index}].video_url")


def _video_problems(video: Video) -> Iterator[str]:
    width, height = video.width, video.height
    if video.seconds and not MIN_SECONDS <= video.seconds <= MAX_SECONDS:
        yield f"the video lasts {video.seconds:g} s and must last {MIN_SECONDS:g} to {MAX_SECONDS:g} s"
    if video.bytes > MAX_BYTES:
        yield f"the video has {video.bytes} bytes and {MAX_BYTES} are allowed"
    if width and height:
        if not (min(width, height) >= MIN_SIDE and max(width, height) <= MAX_SIDE):
            yield f"{width} x {height} pixels: each side must be {MIN_SIDE} to {MAX_SIDE}"
        if width * height > MAX_AREA:
            yield f"{width} x {height} pixels are more than the {MAX_AREA} allowed"
        if not 0.4 <= width / height <= 2:
            yield f"{width} x {height} pixels: width over height must be 0.4 to 2"


@rule(
    "I313",
    "I",
    "A clip that is edited keeps its length",
    cites="contract R10, contract section 2, guide V.1",
    path="request.duration",
    applies=lambda s: _has_base_video(s) and s.facts.request is not None,
)
def edit_keeps_length(s: Subject) -> Iterator[Problem]:
    known = [video.seconds for video in s.facts.videos.values() if video.seconds]
    asked = s.facts.request.duration if s.facts.request else 0
    if known and round(known[0]) != asked:
        yield Problem(f"{asked} s are asked for, and the edit will last {known[0]:g} s like its clip")


RULES: Final[tuple[Rule, ...]] = (
    silent_with_video,
    one_video,
    video_by_address,
    video_words,
    no_frames_on_edit,
    no_shots_on_edit,
    shots_in_prompt_on_feature,
    video_within_limits,
    edit_keeps_length,
)
