"""What open clients of the vendor's API say a request is made of, as data: field names, types and words, stated anew.

Only facts are kept here, none of their code. `source` names repository and file, as they stood in 2026:

- ComfyUI declares one pydantic model per use of omni and one per kling-v3 endpoint; a model names only what its nodes send.
- The Vercel AI SDK writes the two non-omni bodies from a zod schema that enumerates words.
- new-api relays both non-omni routes through one struct.
- Griptape Nodes writes the omni body field by field. Its number for `duration` is left out: it goes to Griptape's own proxy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.generation.open_clients.shapes import Many, Of, Parts, Shape, Text

WORD, TRUTH, WHOLE = Text(), Of(bool), Of(int)
SWITCH, SHAPES, MODES = Text(("on", "off")), Text(("16:9", "9:16", "1:1")), Text(("std", "pro"))
FRAMES, SHOT_TYPES = Text(("first_frame", "end_frame")), Text(("customize", "intelligence"))
SHOTS = Many(Parts({"index": WHOLE, "prompt": WORD, "duration": WORD}, ("index", "prompt", "duration")))
IMAGE = Parts({"image_url": WORD, "type": FRAMES}, ("image_url",))
VIDEO = Parts(
    {"video_url": WORD, "refer_type": Text(("base", "feature")), "keep_original_sound": Text(("yes", "no"))},
    ("video_url", "refer_type", "keep_original_sound"),
)
ELEMENTS = Many(Parts({"element_id": WHOLE}, ("element_id",)))
WATERMARK = Parts({"enabled": TRUTH}, ("enabled",))


@dataclass(frozen=True)
class Client:
    """One project's models of one endpoint: a body fits when one of them takes it."""

    source: str
    endpoint: str
    models: tuple[Parts, ...]

    @property
    def known(self) -> frozenset[str]:
        return frozenset(name for model in self.models for name in model.fields)


def _open(
    fields: Mapping[str, Shape], needed: tuple[str, ...] = (), may_be_null: tuple[str, ...] = ()
) -> Parts:
    """A body whose further names the client neither reads nor refuses."""
    return Parts(fields, needed, may_be_null, closed=False)


_COMFY: Final[dict[str, Shape]] = {
    "model_name": WORD,
    "prompt": WORD,
    "mode": WORD,
    "duration": WORD,
    "sound": SWITCH,
    "multi_shot": TRUTH,
    "multi_prompt": SHOTS,
    "shot_type": WORD,
}
_COMFY_FILE: Final = "comfyanonymous/ComfyUI: comfy_api_nodes/apis/kling.py"
_COMFY_OMNI: Final = (
    _open({**_COMFY, "aspect_ratio": SHAPES}, ("model_name", "aspect_ratio", "duration", "prompt", "sound")),
    _open(
        {**_COMFY, "image_list": Many(IMAGE, 1, 7)},
        ("model_name", "image_list", "duration", "prompt"),
    ),
    _open(
        {
            **_COMFY,
            "aspect_ratio": SHAPES,
            "image_list": Many(IMAGE, 0, 7),
            "video_list": Many(VIDEO, 0, 1),
        },
        ("model_name", "aspect_ratio", "duration", "prompt"),
        ("aspect_ratio", "duration"),
    ),
)
_VERCEL: Final[dict[str, Shape]] = {
    "model_name": WORD,
    "prompt": WORD,
    "negative_prompt": WORD,
    "sound": SWITCH,
    "mode": MODES,
    "duration": WORD,
    "multi_shot": TRUTH,
    "shot_type": SHOT_TYPES,
    "multi_prompt": SHOTS,
    "watermark_info": WATERMARK,
}
_VERCEL_FILE: Final = "vercel/ai: packages/klingai/src/klingai-video-model.ts, klingai-video-model-options.ts"
_RELAYED: Final[dict[str, Shape]] = {
    **dict.fromkeys(
        ("model_name", "prompt", "negative_prompt", "image", "image_tail", "sound", "mode"), WORD
    ),
    **dict.fromkeys(("duration", "aspect_ratio", "callback_url", "external_task_id"), WORD),
    "watermark_info": WATERMARK,
}
_RELAY_FILE: Final = "QuantumNous/new-api: relay/channel/task/kling/adaptor.go"
_GRIPTAPE: Final[dict[str, Shape]] = {
    "model_name": WORD,
    "prompt": WORD,
    "mode": MODES,
    "aspect_ratio": SHAPES,
    "image_list": Many(IMAGE, 1, 7),
    "element_list": ELEMENTS,
    "video_list": Many(VIDEO, 1, 1),
}
_GRIPTAPE_FILE: Final = (
    "griptape-ai/griptape-nodes: libraries/griptape_nodes_library/griptape_nodes_library/video/"
    "kling_omni_video_generation.py"
)
_SOUNDED: Final = ("model_name", "duration", "prompt", "sound")

CLIENTS: Final = (
    Client(_COMFY_FILE, "omni-video", _COMFY_OMNI),
    Client(
        _COMFY_FILE, "text2video", (_open({**_COMFY, "aspect_ratio": SHAPES}, (*_SOUNDED, "aspect_ratio")),)
    ),
    Client(
        _COMFY_FILE,
        "image2video",
        (_open({**_COMFY, "image": WORD, "image_tail": WORD}, (*_SOUNDED, "image")),),
    ),
    Client(_VERCEL_FILE, "text2video", (_open({**_VERCEL, "aspect_ratio": SHAPES}, ("model_name",)),)),
    Client(
        _VERCEL_FILE,
        "image2video",
        (_open({**_VERCEL, "image": WORD, "image_tail": WORD, "element_list": ELEMENTS}, ("model_name",)),),
    ),
    Client(_RELAY_FILE, "text2video", (_open(_RELAYED),)),
    Client(_RELAY_FILE, "image2video", (_open(_RELAYED),)),
    Client(_GRIPTAPE_FILE, "omni-video", (_open(_GRIPTAPE, ("model_name", "prompt", "mode")),)),
)
ALL_ENDPOINTS: Final = frozenset({"watermark_info", "callback_url", "external_task_id"})
"""Written down by these clients for some endpoints, and the same on all of them."""
