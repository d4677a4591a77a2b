"""Optional fields, and fields that an endpoint does not read (contract R36–R38, R42–R44, R46, R61, R62)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from generation.addresses import is_web_address
from generation.rules.prompts import PROMPT_LIMIT
from generation.rules.rule import Problem, Rule, removing, rule, setting, shown
from generation.rules.subject import CREATE_ENDPOINTS, ELEMENT, IMAGE, OMNI, TEXT, VOICE, Subject

_SHARED: Final = frozenset(
    [
        "model_name",
        "prompt",
        "multi_shot",
        "shot_type",
        "multi_prompt",
        "sound",
        "mode",
        "aspect_ratio",
        "duration",
        "watermark_info",
        "callback_url",
        "external_task_id",
    ]
)
_TUNING: Final = frozenset({"negative_prompt", "cfg_scale", "camera_control"})
_TASK: Final = frozenset({"callback_url", "external_task_id"})
NO_TEXT_FIELDS: Final = ("image", "image_tail", "image_list", "element_list", "video_list", "voice_list")
NO_OMNI_FIELDS: Final = ("negative_prompt", "cfg_scale", "camera_control")
FIELDS: Final = {
    OMNI: _SHARED | {"image_list", "element_list", "video_list"},
    TEXT: _SHARED | _TUNING,
    IMAGE: _SHARED
    | _TUNING
    | {"image", "image_tail", "element_list", "voice_list", "static_mask", "dynamic_masks"},
    ELEMENT: _TASK
    | {
        "element_name",
        "element_description",
        "reference_type",
        "element_image_list",
        "element_video_list",
        "element_voice_id",
        "tag_list",
    },
    VOICE: _TASK | {"voice_name", "voice_url", "video_id"},
}
"""What each endpoint reads (contract sections 2 to 4, 6 and 7)."""
_OWNED: Final = {
    OMNI: {"image", "image_tail", "video_url", "voice_list", *NO_OMNI_FIELDS},
    TEXT: set(NO_TEXT_FIELDS),
    IMAGE: {"image_list", "video_list"},
}
"""Fields another rule speaks about."""
CAMERA_MOVES: Final = ("simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward")
CAMERA_AXES: Final = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")


def _tunes(s: Subject) -> bool:
    return s.endpoint in (TEXT, IMAGE)


def _creates(s: Subject) -> bool:
    return s.endpoint in CREATE_ENDPOINTS


@rule(
    "R36",
    "E",
    "The negative prompt fits",
    cites="contract R36",
    path="$.negative_prompt",
    applies=lambda s: _tunes(s) and "negative_prompt" in s.body,
)
def negative_prompt_fits(s: Subject) -> Iterator[Problem]:
    text = s.body["negative_prompt"]
    if not isinstance(text, str):
        yield Problem(f"{shown(text)} is no text", change=(removing("$.negative_prompt"),))
    elif len(text) > PROMPT_LIMIT:
        yield Problem(f"the negative prompt has {len(text)} characters and {PROMPT_LIMIT} are allowed")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@rule(
    "R37",
    "E",
    "cfg_scale is from 0 to 1",
    cites="contract R37",
    path="$.cfg_scale",
    applies=lambda s: _tunes(s) and "cfg_scale" in s.body,
)
def cfg_scale_in_range(s: Subject) -> Iterator[Problem]:
    value = s.body["cfg_scale"]
    if not _is_number(value) or not 0 <= value <= 1:
        meant = 1 if _is_number(value) and value > 1 else 0 if _is_number(value) and value < 0 else 0.5
        message = f"cfg_scale {shown(value)} must be a number from 0 to 1"
        yield Problem(message, change=(setting("$.cfg_scale", meant),))


@rule(
    "R38",
    "E",
    "A camera move is complete",
    cites="contract R38, contract section 4",
    path="$.camera_control",
    applies=lambda s: _tunes(s) and "camera_control" in s.body,
)
def camera_complete(s: Subject) -> Iterator[Problem]:
    camera = s.body["camera_control"]
    kind = camera.get("type") if isinstance(camera, dict) else None
    if not isinstance(camera, dict) or kind not in CAMERA_MOVES:
        message = f"{shown(kind)} is no camera move: send {', '.join(CAMERA_MOVES)}"
        yield Problem(message, "$.camera_control.type", (removing("$.camera_control"),))
    elif kind != "simple":
        if camera.get("config") is not None:
            message = f"config goes with type simple and not with {kind}"
            yield Problem(message, "$.camera_control.config", (removing("$.camera_control.config"),))
    else:
        yield from _camera_config(camera.get("config"))


def _camera_config(config: Any) -> Iterator[Problem]:
    path = "$.camera_control.config"
    if not isinstance(config, dict):
        yield Problem("type simple needs its config", path)
        return
    wrong = [axis for axis in CAMERA_AXES if not _is_axis(config.get(axis, 0))]
    for axis in wrong:
        yield Problem(f"{axis} {shown(config[axis])} must be a number from -10 to 10", f"{path}.{axis}")
    unknown = [key for key in config if key not in CAMERA_AXES]
    if unknown:
        yield Problem(f"{shown(unknown[0])} is no axis: {', '.join(CAMERA_AXES)}", path)
    moving = sum(1 for axis in CAMERA_AXES if not wrong and config.get(axis, 0) != 0)
    if not wrong and moving != 1:
        yield Problem(f"{moving} axes move and exactly one must", path)


def _is_axis(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -10 <= value <= 10


@rule(
    "I311",
    "I",
    "Camera moves and motion brushes are of older models",
    cites="contract R38, contract section 4",
    path="$.camera_control",
    applies=_tunes,
)
def motion_of_older_models(s: Subject) -> Iterator[Problem]:
    for key in ("camera_control", "static_mask", "dynamic_masks"):
        if s.body.get(key):
            yield Problem(f"{key} is not in the capability map of kling-v3: say it in the prompt", f"$.{key}")


@rule(
    "R42",
    "E",
    "The watermark is switched by a real boolean",
    cites="contract R42",
    path="$.watermark_info",
    applies=lambda s: s.is_video and "watermark_info" in s.body,
)
def watermark_sound(s: Subject) -> Iterator[Problem]:
    info = s.body["watermark_info"]
    if not isinstance(info, dict) or not isinstance(info.get("enabled"), bool):
        message = f'watermark_info {shown(info)} must be {{"enabled": true}} or false'
        yield Problem(message, change=(setting("$.watermark_info", {"enabled": bool(info)}),))


@rule(
    "R43",
    "E",
    "The external id is text, and new to the account",
    cites="contract R43, contract K1",
    path="$.external_task_id",
    applies=lambda s: _creates(s) and "external_task_id" in s.body,
)
def external_id_new(s: Subject) -> Iterator[Problem]:
    value = s.body["external_task_id"]
    if not isinstance(value, str):
        yield Problem(
            f"external_task_id {shown(value)} must be text", change=(removing("$.external_task_id"),)
        )
    elif value in s.facts.external_ids:
        yield Problem(f"external_task_id {shown(value)} was used before: the vendor refuses it")


@rule(
    "R44",
    "E",
    "The callback is an address",
    cites="contract R44",
    path="$.callback_url",
    applies=lambda s: _creates(s) and s.body.get("callback_url") not in (None, ""),
)
def callback_is_address(s: Subject) -> Iterator[Problem]:
    url = s.body["callback_url"]
    if not isinstance(url, str) or not is_web_address(url):
        message = f"callback_url {shown(url)} is no absolute http(s) address"
        yield Problem(message, change=(removing("$.callback_url"),))


@rule(
    "R46",
    "E",
    "Only fields that the endpoint reads are sent",
    cites="contract R46, guide 6.2",
    path="$",
    applies=_creates,
)
def no_unknown_fields(s: Subject) -> Iterator[Problem]:
    """The vendor ignores what it does not know, so that acceptance proves nothing."""
    known = FIELDS[s.endpoint] | _OWNED.get(s.endpoint, set())
    for key in sorted(key for key in s.body if key not in known):
        path = f"$.{key}" if key.isidentifier() else "$"
        change = (removing(path),) if path != "$" else ()
        yield Problem(
            f"{shown(key)} is no field of {s.endpoint}: it would be ignored in silence", path, change
        )


@rule(
    "R61",
    "E",
    "text2video takes words alone",
    cites="contract R61",
    path="$",
    applies=lambda s: s.endpoint == TEXT,
)
def words_alone(s: Subject) -> Iterator[Problem]:
    for key in (key for key in NO_TEXT_FIELDS if key in s.body):
        message = f"text2video does not read {key}: send it to omni-video, or drop it"
        yield Problem(message, f"$.{key}", (removing(f"$.{key}"),))


@rule(
    "R62",
    "E",
    "omni has no tuning fields",
    cites="contract R62",
    path="$",
    applies=lambda s: s.is_omni,
)
def no_tuning_on_omni(s: Subject) -> Iterator[Problem]:
    for key in (key for key in NO_OMNI_FIELDS if key in s.body):
        message = f"omni-video does not read {key}: say it in the prompt, or drop it"
        yield Problem(message, f"$.{key}", (removing(f"$.{key}"),))


RULES: Final[tuple[Rule, ...]] = (
    negative_prompt_fits,
    cfg_scale_in_range,
    camera_complete,
    motion_of_older_models,
    watermark_sound,
    external_id_new,
    callback_is_address,
    no_unknown_fields,
    words_alone,
    no_tuning_on_omni,
)
