"""Single fields of a video payload: model, prompt, duration, mode, aspect ratio, sound (contract R1–R3, R10–R14, R45)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generation.rules.prompts import MARKER, PROMPT_LIMIT
from generation.rules.rule import Problem, Rule, rule
from generation.rules.subject import IMAGE, OMNI, TEXT, VIDEO_ENDPOINTS, Subject

MODELS: Final = {OMNI: ("kling-v3-omni", "kling-video-o1"), TEXT: ("kling-v3",), IMAGE: ("kling-v3",)}
_DURATIONS: Final = tuple(str(seconds) for seconds in range(3, 16))
_LISTS: Final = {"image": "image_list", "element": "element_list", "video": "video_list"}


def _video(s: Subject) -> bool:
    return s.endpoint in VIDEO_ENDPOINTS


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
    if model is None:
        yield Problem(
            f"name the model: without one the vendor falls back to an older one; here {' or '.join(known)}"
        )
    elif model not in known:
        yield Problem(f"{model!r} is no model of {s.endpoint}: send {' or '.join(known)}")


def _needs_prompt(s: Subject) -> bool:
    return _video(s) and (not s.is_multi_shot or s.body.get("shot_type") == "intelligence")


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
    length = len(s.text("prompt"))
    if length > PROMPT_LIMIT:
        yield Problem(
            f"the prompt has {length} characters, {length - PROMPT_LIMIT} more than the {PROMPT_LIMIT} allowed"
        )


def _has_own_length(s: Subject) -> bool:
    return _video(s) and "duration" in s.body and not s.has_base_video


@rule(
    "R10",
    "E",
    "A clip lasts 3 to 15 seconds",
    cites="contract R10, contract K2",
    path="$.duration",
    applies=_has_own_length,
)
def duration_in_range(s: Subject) -> Iterator[Problem]:
    duration = s.body["duration"]
    if not isinstance(duration, str):
        yield Problem(f'duration {duration!r} must be text: send "{duration}"')
    elif duration not in _DURATIONS:
        yield Problem(
            f'duration "{duration}" is outside "3" to "15" (whole seconds): shorten the shot or split the scene'
        )


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
        yield Problem("name the mode: the vendor's default differs per endpoint; std is ours")
    elif mode not in ("std", "pro", "4k"):
        yield Problem(f"{mode!r} is no mode: send std, pro or 4k")


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
    ratio = s.body.get("aspect_ratio")
    if ratio is not None and ratio not in ("16:9", "9:16", "1:1"):
        yield Problem(f"{ratio!r} is no aspect ratio: send 16:9, 9:16 or 1:1")
    free = s.has_first_frame or s.has_base_video
    if ratio is None and s.is_omni and not free:
        yield Problem(
            "name the aspect ratio (16:9, 9:16 or 1:1): without a first frame nothing else decides it"
        )


def _frame_decides(s: Subject) -> bool:
    return s.is_omni and (s.has_first_frame or s.has_base_video)


@rule(
    "R13",
    "I",
    "The first frame decides the shape of the picture",
    cites="contract R13",
    path="$.aspect_ratio",
    applies=_frame_decides,
)
def aspect_ratio_without_effect(s: Subject) -> Iterator[Problem]:
    if s.body.get("aspect_ratio") is not None:
        yield Problem(
            f"aspect_ratio {s.body['aspect_ratio']} has no effect here: the clip takes the shape of its first frame or video"
        )


def _says_sound(s: Subject) -> bool:
    return _video(s) and "sound" in s.body


@rule(
    "R14", "E", "Sound is on or off", cites="contract R14, contract K4", path="$.sound", applies=_says_sound
)
def sound_known(s: Subject) -> Iterator[Problem]:
    if s.body["sound"] not in ("on", "off"):
        yield Problem(f'sound {s.body["sound"]!r} must be the text "on" or "off"')


def _has_markers(s: Subject) -> bool:
    return _video(s) and MARKER.search(s.text("prompt")) is not None


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
    pointers = dict.fromkeys(found.groups() for found in MARKER.finditer(s.text("prompt")))
    for kind, number in pointers:
        count = len(s.listed(_LISTS[kind])) if kind in _LISTS else None
        if count is not None and int(number) > count:
            yield Problem(f"<<<{kind}_{number}>>> points past the {count} of {_LISTS[kind]}")


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
