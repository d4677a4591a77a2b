"""What the team's guide decides or disallows: models, one clip per scene, no refused or guessed fields (guide 1, 3, 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generation.rules.rule import Problem, Rule, removing, rule, setting, shown
from generation.rules.subject import IMAGE, OMNI, TEXT, Subject

PRODUCTION_MODELS: Final = {OMNI: "kling-v3-omni", TEXT: "kling-v3", IMAGE: "kling-v3"}
ONE_SCENE_SECONDS: Final = 15


def seconds_said(s: Subject) -> int | None:
    """The clip's length in whole seconds, as far as it is readable."""
    duration = s.text("duration")
    return int(duration) if duration.isascii() and duration.isdigit() and len(duration) < 6 else None


@rule(
    "E101",
    "E",
    "Production uses the two current models",
    cites="guide 1.1",
    path="$.model_name",
    applies=lambda s: s.is_video and "model_name" in s.body,
)
def production_model(s: Subject) -> Iterator[Problem]:
    wanted = PRODUCTION_MODELS[s.endpoint]
    if s.body["model_name"] != wanted:
        message = f"{shown(s.body['model_name'])} is not the production model of {s.endpoint}: send {wanted}"
        yield Problem(message, change=(setting("$.model_name", wanted),))


@rule(
    "E102",
    "E",
    "One scene fits one clip of at most 15 seconds",
    cites="guide 4.1, guide A",
    path="$.duration",
    applies=lambda s: s.is_video and seconds_said(s) is not None and not s.has_base_video,
)
def one_scene_one_clip(s: Subject) -> Iterator[Problem]:
    seconds = seconds_said(s) or 0
    if seconds > ONE_SCENE_SECONDS:
        message = f"{seconds} seconds do not fit one clip"
        yield Problem(
            f"{message}: keep the scene within {ONE_SCENE_SECONDS}, or make separate scenes of it",
            change=(setting("$.duration", str(ONE_SCENE_SECONDS)),),
        )


def _first_frames(s: Subject) -> list[tuple[str, str]]:
    """The picture a clip starts on: its path and its text."""
    if s.endpoint == IMAGE:
        return [("$.image", s.text("image"))] if s.text("image") else []
    return [
        (f"$.image_list[{index}].image_url", entry["image_url"])
        for index, entry in enumerate(s.images)
        if isinstance(entry, dict)
        and entry.get("type") == "first_frame"
        and isinstance(entry.get("image_url"), str)
    ]


@rule(
    "E103",
    "E",
    "A scene is not chained from its own frames",
    cites="guide 3D",
    path="$.image_list",
    applies=lambda s: bool(s.facts.cut_from_scene),
)
def no_chained_frames(s: Subject) -> Iterator[Problem]:
    for path, text in _first_frames(s):
        if text in s.facts.cut_from_scene:
            clip = s.facts.cut_from_scene[text]
            message = f"{text} was cut from {clip} of the same scene, and quality is lost from link to link"
            yield Problem(f"{message}: keep the scene in one clip, or continue from {clip} itself (E)", path)


@rule(
    "E104",
    "E",
    "A guessed video_url is not sent",
    cites="guide 3C, contract R46",
    path="$.video_url",
    applies=lambda s: s.is_omni,
)
def no_guessed_video(s: Subject) -> Iterator[Problem]:
    if "video_url" in s.body:
        message = "a top-level video_url is ignored in silence: send the address in video_list"
        yield Problem(message, change=(removing("$.video_url"),))


@rule(
    "I301",
    "I",
    "Approved durations",
    cites="guide 1, contract D2",
    path="$.duration",
    applies=lambda s: bool(s.facts.durations),
)
def duration_approved(s: Subject) -> Iterator[Problem]:
    if seconds_said(s) not in s.facts.durations:
        named = ", ".join(str(seconds) for seconds in s.facts.durations)
        said = f"{s.text('duration')} is legal and less tried"
        yield Problem(f"pattern {s.facts.pattern} was approved at {named} seconds; {said}")


@rule(
    "I303",
    "I",
    "A prompt of your own is sent as it stands",
    cites="guide F3",
    path="request.prompt",
    applies=lambda s: s.facts.request is not None and s.facts.request.prompt is not None,
)
def verbatim_loses_wishes(s: Subject) -> Iterator[Problem]:
    request = s.facts.request
    lost = [field for field in ("framing", "adapt_wardrobe") if getattr(request, field) is not None]
    if lost:
        yield Problem(f"{' and '.join(lost)} is recorded but not added to the prompt: say it there yourself")


@rule(
    "W209",
    "W",
    "A portrait as the opening frame of a new scene",
    cites="guide A2.6, guide F3.6",
    path="request.opening",
    applies=lambda s: bool(s.facts.portraits) and s.facts.setting is not None,
)
def portrait_over_anchors(s: Subject) -> Iterator[Problem]:
    """Where no setting is told the portrait is the scene, and starting on it is what pattern A is for."""
    for _, text in _first_frames(s):
        if text in s.facts.portraits:
            message = f"{text} shows a character, and the scene is another: the opening would look like a moving portrait"
            yield Problem(f"{message}; cast the character instead, or say why exactly this frame is wanted")


RULES: Final[tuple[Rule, ...]] = (
    production_model,
    one_scene_one_clip,
    no_chained_frames,
    no_guessed_video,
    portrait_over_anchors,
    duration_approved,
    verbatim_loses_wishes,
)
