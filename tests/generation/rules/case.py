"""What the case tables of the rules are made of: bodies, facts, and the shape of a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generation.rules.examples import LEGAL_BODIES, PLACEHOLDERS
from generation.rules.subject import (
    IMAGE,
    OMNI,
    TEXT,
    Facts,
    Picture,
    Subject,
)
from tests.generation.film import KOREAN, shot

IMAGES = [{"image_url": f"blob:asset_{index}"} for index in range(8)]
ELEMENTS = [{"element_id": index} for index in range(1, 9)]
FIRST, LAST = (
    {"image_url": "blob:first", "type": "first_frame"},
    {"image_url": "blob:last", "type": "end_frame"},
)
FEATURE = {
    "video_url": "https://cdn.example.com/a.mp4",
    "refer_type": "feature",
    "keep_original_sound": "yes",
}
BASE = {**FEATURE, "refer_type": "base"}
VIDEO_ELEMENTS = Facts(element_kinds={1: "video", 2: "video", 3: "video", 4: "video", 5: "image"})


def omni(*, facts: Facts | None = None, **fields: Any) -> Subject:
    """An omni payload that every rule passes, changed by the fields; None drops one."""
    body = {
        "model_name": "kling-v3-omni",
        "prompt": "Rain.",
        "duration": "5",
        "mode": "std",
        "aspect_ratio": "16:9",
        **fields,
    }
    return Subject(OMNI, {key: value for key, value in body.items() if value is not None}, facts or Facts())


def text(*, facts: Facts | None = None, **fields: Any) -> Subject:
    return Subject(TEXT, {**omni().body, "model_name": "kling-v3", **fields}, facts or Facts())


def asking(**fields: Any) -> Facts:
    return Facts(request=shot(**{"action": "Rain.", **fields}))


def picture(width: int = 1024, height: int = 1024, size: int = 1000, *, format: str = "jpeg") -> Facts:
    return Facts(pictures={"blob:asset_0": Picture(width, height, size, format)})


ELEMENT_ROUTE = Subject("advanced-custom-elements", {"element_name": "Mina"})
TALK = asking(dialogue=KOREAN)


@dataclass(frozen=True)
class Case:
    """`path` is where the failing payload is expected to be faulted."""

    passes: Subject
    fails: Subject
    silent: Subject
    path: str


SHOTS = {
    "multi_shot": True,
    "shot_type": "customize",
    "multi_prompt": [{"index": n, "prompt": f"Shot {n}.", "duration": d} for n, d in ((1, "2"), (2, "3"))],
}
LINE = '<<<voice_1>>> said: "The seat is mine."'


def still(*, facts: Facts | None = None, **fields: Any) -> Subject:
    """An image2video payload that every rule passes, changed by the fields."""
    body = {**text().body, "image": "blob:asset_cafe", **fields}
    given = facts or Facts(references=PLACEHOLDERS)
    return Subject(IMAGE, {key: value for key, value in body.items() if value is not None}, given)


def of(endpoint: str, **fields: Any) -> Subject:
    return Subject(endpoint, {**LEGAL_BODIES[endpoint], **fields}, Facts(references=PLACEHOLDERS))


def heard(prompt: str, **fields: Any) -> Subject:
    return omni(sound="on", prompt=prompt, **fields)


# rule -> a payload that passes, one it has nothing to say about, and where the published example is faulted
