"""Single fields of a video payload: model, prompt, duration, mode, aspect ratio, sound (contract R1–R3, R10–R14, R45)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generation.rules.prompts import MARKER, PROMPT_LIMIT, markers_in
from generation.rules.rule import Problem, Rule, removing, rule, setting, shown
from generation.rules.subject import IMAGE, OMNI, TEXT, Subject

MODELS: Final = {OMNI: ("kling-v3-omni", "kling-video-o1"), TEXT: ("kling-v3",), IMAGE: ("kling-v3",)}
ASPECT_RATIOS: Final = ("16:9", "9:16", "1:1")
MODES: Final = ("std", "pro", "4k")
_DURATIONS: Final = tuple(str(seconds) for seconds in range(3, 16))
_LISTS: Final = {"image": "image_list", "element": "element_list", "video": "video_list"}


def _video(s: Subject) -> bool:
    return s.is_video


@rule(
    "R1",
    "E",
    "The model is named and fits the endpoint",
    cites="contract R1",
    path="$.model_name",
    applies=_video,
)
def model_fits(s: Subject) -> Iterator[Problem]:
    model, known = s.body.get("model_name"), MODELS[s.endpoint]
    change = (setting("$.model_name", known[0]),)
    if model is None:
        message = "name the model: without one the vendor falls back to an older one"
        yield Problem(f"{message}; here {' or '.join(known)}", change=change)
    elif model not in known:
        yield Problem(f"{shown(model)} is no model of {s.endpoint}: send {' or '.join(known)}", change=change)


def _needs_prompt(s: Subject) -> bool:
    return s.is_video and (not s.is_multi_shot or s.body.get("shot_type") == "intelligence")


@rule(
    "R2",
    "E",
    "There is a prompt",
    cites="contract R2",
    path="$.prompt",
    applies=_needs_prompt,
    stands_on_parts=False,
)
def has_prompt(s: Subject) -> Iterator[Problem]:
    if not s.text("prompt").strip():
        yield Problem("the prompt is empty: say what happens in the clip")


@rule("R3", "E", "The prompt fits", cites="contract R3", path="$.prompt", applies=_video)
def prompt_fits(s: Subject) -> Iterator[Problem]:
    over = len(s.text("prompt")) - PROMPT_LIMIT
    if over > 0:
        yield Problem(
            f"the prompt has {over + PROMPT_LIMIT} characters, {over} more than the {PROMPT_LIMIT} allowed"
        )


@rule(
    "R10",
    "E",
    "A clip lasts 3 to 15 seconds",
    cites="contract R10, contract K2",
    path="$.duration",
    applies=lambda s: s.is_video and "duration" in s.body,
)
def duration_in_range(s: Subject) -> Iterator[Problem]:
    """Beside a base video the value has no effect, and its type is still read."""
    duration = s.body["duration"]
    if not isinstance(duration, str):
        nearest = duration if isinstance(duration, int) and not isinstance(duration, bool) else 5
        change = (setting("$.duration", str(min(15, max(3, nearest)))),)
        yield Problem(f'duration {shown(duration)} must be text, like "5"', change=change)
    elif duration not in _DURATIONS and not s.has_base_video:
        seconds = int(duration) if duration.isascii() and duration.isdigit() and len(duration) < 9 else 5
        change = (setting("$.duration", str(min(15, max(3, seconds)))),)
        message = f'duration {shown(duration)} is outside "3" to "15" (whole seconds)'
        yield Problem(f"{message}: shorten the shot or split the scene", change=change)


@rule(
    "R11",
    "E",
    "The mode is one the vendor knows, and always sent",
    cites="contract R11",
    path="$.mode",
    applies=_video,
)
def mode_known(s: Subject) -> Iterator[Problem]:
    mode = s.body.get("mode")
    if mode is None:
        message = "name the mode: the vendor's default differs per endpoint; std is ours"
        yield Problem(message, change=(setting("$.mode", "std"),))
    elif mode not in MODES:
        meant = {"professional": "pro"}.get(mode, "std") if isinstance(mode, str) else "std"
        message = f"{shown(mode)} is no mode: send std, pro or 4k"
        yield Problem(message, change=(setting("$.mode", meant),))


@rule(
    "R12",
    "E",
    "The aspect ratio is named and one the vendor knows",
    cites="contract R12, contract K5",
    path="$.aspect_ratio",
    applies=_video,
    stands_on_parts=False,
)
def aspect_ratio_known(s: Subject) -> Iterator[Problem]:
    ratio, change = s.body.get("aspect_ratio"), (setting("$.aspect_ratio", "16:9"),)
    if ratio is not None and ratio not in ASPECT_RATIOS:
        yield Problem(f"{shown(ratio)} is no aspect ratio: send 16:9, 9:16 or 1:1", change=change)
    free = s.has_first_frame or s.has_base_video
    if ratio is None and s.is_omni and not free:
        message = "name the aspect ratio (16:9, 9:16 or 1:1): without a first frame nothing else decides it"
        yield Problem(message, change=change)


@rule(
    "R13",
    "I",
    "The first frame decides the shape of the picture",
    cites="contract R13",
    path="$.aspect_ratio",
    applies=lambda s: s.is_omni and (s.has_first_frame or s.has_base_video),
)
def aspect_ratio_without_effect(s: Subject) -> Iterator[Problem]:
    ratio = s.body.get("aspect_ratio")
    if ratio is not None:
        message = f"aspect_ratio {shown(ratio)} has no effect here: the clip takes the shape of its first frame or video"
        yield Problem(message, change=(removing("$.aspect_ratio"),))


@rule(
    "R14",
    "E",
    "Sound is on or off",
    cites="contract R14, contract K4",
    path="$.sound",
    applies=lambda s: s.is_video and "sound" in s.body,
)
def sound_known(s: Subject) -> Iterator[Problem]:
    sound = s.body["sound"]
    if sound not in ("on", "off"):
        change = (setting("$.sound", "on" if sound is True else "off"),)
        yield Problem(f'sound {shown(sound)} must be the text "on" or "off"', change=change)


def _has_markers(s: Subject) -> bool:
    return s.is_video and any(markers_in(text) for _, text in s.prompts)


@rule(
    "R45",
    "E",
    "A marker points at something that is sent",
    cites="contract R45, contract section 12",
    path="$.prompt",
    applies=_has_markers,
    stands_on_parts=False,
)
def markers_point_somewhere(s: Subject) -> Iterator[Problem]:
    """`<<<voice_n>>>` has no list on these models and stays legal (guide A2, F2; contract R35)."""
    counts = {kind: len(s.listed(name)) for kind, name in _LISTS.items()}
    for path, text in s.prompts:
        for marker in markers_in(text):
            read = MARKER.fullmatch(marker)
            if read is None:
                message = f"{marker} is read as plain words: a marker is <<<image_1>>>, in small letters, counted from 1"
                yield Problem(message, path)
            elif (kind := read[1]) in counts and int(read[2]) > counts[kind]:
                yield Problem(f"{marker} points past the {counts[kind]} of {_LISTS[kind]}", path)


RULES: Final[tuple[Rule, ...]] = (
    model_fits,
    has_prompt,
    prompt_fits,
    duration_in_range,
    mode_known,
    aspect_ratio_known,
    aspect_ratio_without_effect,
    sound_known,
    markers_point_somewhere,
)
