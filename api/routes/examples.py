"""Requests that work, for the OpenAPI document; a test sends every one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.bodies import ASSET, CLIP, PRODUCTION, SCENE

_CONVERSATION: Final = {
    "scene": SCENE,
    "cast": [{"character": "mina"}, {"character": "jun"}],
    "action": "They argue over the last seat.",
    "framing": "medium close shot",
    "dialogue": {
        "language": "Korean",
        "turns": [
            {"speaker": "mina", "line": "여기는 제 자리예요."},
            {"speaker": "jun", "line": "제가 먼저 왔는데요."},
        ],
    },
    "duration": 5,
}
_OPENING: Final = {
    "scene": SCENE,
    "cast": [],
    "action": "Steam rises from the cups.",
    "opening": ASSET,
    "duration": 5,
    "client_reference": "ep3-s12-t4",
}
_SEVERAL: Final = {
    "scene": SCENE,
    "cast": [],
    "shots": [
        {"action": "Rain runs down the window.", "duration": 5, "framing": "close-up"},
        {"action": "The street lights up.", "duration": 5, "framing": "wide shot"},
    ],
}
_CONTINUED: Final = {
    "scene": SCENE,
    "cast": [],
    "action": "They leave the café.",
    "continue_from": CLIP,
    "keep_original_sound": False,
    "duration": 5,
}
_VERBATIM: Final = {
    "production": PRODUCTION,
    "prompt": "Rain on empty tables, a street café at night.",
    "duration": 5,
    "aspect_ratio": "9:16",
    "mode": "pro",
    "mode_reason": "the std take was too soft",
}

Named = Mapping[str, Mapping[str, Any]]

_SHOTS: Final[Named] = {
    "conversation": {"summary": "Two people talk (F2, or A2 from pictures)", "value": _CONVERSATION},
    "opening": {"summary": "From an exact first frame (A)", "value": _OPENING},
    "shots": {"summary": "Several shots in one clip (D)", "value": _SEVERAL},
    "continued": {"summary": "Going on from a clip (E)", "value": _CONTINUED},
    "verbatim": {"summary": "A prompt of your own, without a scene", "value": _VERBATIM},
}
_PAYLOADS: Final[Named] = {
    "legal": {
        "summary": "Nothing stands against it",
        "value": {
            "endpoint": "text2video",
            "body": {
                "model_name": "kling-v3",
                "prompt": "Rain on empty tables.",
                "duration": "5",
                "mode": "std",
                "aspect_ratio": "16:9",
            },
        },
    },
    "refused": {
        "summary": "Too short (R10), and a picture under the wrong key (R22)",
        "value": {
            "endpoint": "POST /v1/videos/omni-video",
            "body": {
                "model_name": "kling-v3-omni",
                "prompt": "<<<image_1>>> waits.",
                "image_list": [{"image": "https://cdn.example.com/mina.png"}],
                "duration": "2",
                "mode": "std",
                "aspect_ratio": "16:9",
            },
        },
    },
}
EXAMPLES: Final[Mapping[str, Named]] = {"ShotRequest": _SHOTS, "PayloadToCheck": _PAYLOADS}
"""Model -> name -> `{summary, value}`; bodies that are not here have the one example of their model."""

ADOPTION: Final[Named] = {
    "stock": {
        "summary": "Bought footage; `file` is the bytes themselves",
        "value": {
            "file": "(the bytes of harbour.mp4)",
            "source": "Northlight Stock, licence 4711",
            "ai_generated": "no",
            "depicts_real_person": "no",
            "scene": SCENE,
            "label": "Harbour, wide",
        },
    }
}
"""Footage that was not made here, with what is said of it."""

UPLOAD: Final[Named] = {
    "picture": {
        "summary": "A picture and what it is called; `file` is the bytes themselves",
        "value": {"file": "(the bytes of mina.png)", "label": "Mina, frontal", "kind": "picture"},
    }
}
