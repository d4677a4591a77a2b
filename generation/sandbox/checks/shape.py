"""JSON types and defaults: a raw body becomes a VideoRequest, or the complaint that it cannot be read.

Strict where the vendor was seen to be strict (a boolean `sound` K4, an int `duration` K2), lenient where its own
samples are (`multi_shot` as "true", `element_id` as digits K11). Unknown keys are ignored (R46).
"""

from __future__ import annotations

import re
from typing import Any

from generation.sandbox.checks.reader import Reader
from generation.sandbox.envelope import Problem
from generation.sandbox.requests import Picture, Product, Reference, Shot, VideoRequest

_DEFAULT_MODEL: dict[Product, str] = {
    "omni-video": "kling-video-o1",
    "text2video": "kling-v1",
    "image2video": "kling-v1",
}
_DEFAULT_MODE: dict[Product, str] = {"omni-video": "pro", "text2video": "std", "image2video": "std"}
_DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)


def read_request(product: Product, body: dict[str, Any]) -> tuple[VideoRequest | None, list[Problem]]:
    """The typed request, or None with the shape problems."""
    reader = Reader(body)
    omni, still = product == "omni-video", product == "image2video"
    request = VideoRequest(
        product=product,
        model=reader.text("model_name", _DEFAULT_MODEL[product]),
        prompt=reader.text("prompt"),
        multi_shot=reader.flag("multi_shot"),
        shot_type=reader.text("shot_type"),
        shots=_shots(reader),
        negative_prompt="" if omni else reader.text("negative_prompt"),
        images=_omni_images(reader) if omni else _still_images(reader) if still else (),
        elements=() if product == "text2video" else _elements(reader),
        videos=_videos(reader) if omni else (),
        voices=len(reader.items("voice_list") or ()) if still else 0,
        sound=reader.text("sound", "off"),
        mode=reader.text("mode", _DEFAULT_MODE[product]),
        aspect_ratio=_aspect_ratio(reader, product),
        duration=reader.text("duration", "5"),
        cfg_scale=None if omni else reader.number("cfg_scale"),
        camera=None if omni else reader.record("camera_control"),
        masks=still and bool(body.get("static_mask") or body.get("dynamic_masks")),
        watermark=_watermark(reader),
        callback_url=reader.text("callback_url"),
        external_task_id=reader.text("external_task_id"),
    )
    return (None, reader.problems) if reader.problems else (request, [])


def _aspect_ratio(reader: Reader, product: Product) -> str:
    # image2video documents no aspect_ratio: whatever is sent is ignored (D3).
    if product == "image2video":
        return ""
    return reader.text("aspect_ratio", "" if product == "omni-video" else "16:9")


def _shots(reader: Reader) -> tuple[Shot, ...] | None:
    items = reader.items("multi_prompt")
    if items is None:
        return None
    return tuple(Shot(i.integer("index"), i.text("prompt"), i.text("duration")) for i in items)


def _omni_images(reader: Reader) -> tuple[Picture, ...]:
    return tuple(
        Picture(item.text("image_url"), item.text("type"), f"image_list[{n}].image_url", item.has("image"))
        for n, item in enumerate(reader.items("image_list") or ())
    )


def _still_images(reader: Reader) -> tuple[Picture, ...]:
    roles = {"image": "first_frame", "image_tail": "end_frame"}
    found = ((key, role, reader.text(key)) for key, role in roles.items())
    return tuple(Picture(source, role, key) for key, role, source in found if source)


def _elements(reader: Reader) -> tuple[int, ...]:
    return tuple(_element_id(item) for item in reader.items("element_list") or ())


def _element_id(item: Reader) -> int:
    value = item.value("element_id")
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return item.integer("element_id")


def _videos(reader: Reader) -> tuple[Reference, ...]:
    return tuple(
        Reference(item.text("video_url"), item.text("refer_type") or "base", item.text("keep_original_sound"))
        for item in reader.items("video_list") or ()
    )


def _watermark(reader: Reader) -> bool:
    info = reader.record("watermark_info")
    if info is None:
        return False
    return reader.inside(info).strict_flag("enabled")
