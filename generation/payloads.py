"""The bodies that go over the wire, field for field as the vendor names them, and nothing else (contract sections 2 to 4).

They hold the shape only. Whether a value is allowed is for the rules to say, so that a wrong one becomes a finding with a source
and not a parse error. In a plan, a picture is `blob:asset_…` and `video_url` is `clip:clip_…`; bytes and addresses take their
place just before sending.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ImageEntry(_Wire):
    """A picture of an omni request; untyped it is a plain reference (contract R22, R23)."""

    image_url: str
    type: Literal["first_frame", "end_frame"] | None = None


class ElementEntry(_Wire):
    """A reusable element by its number on the account (contract R30)."""

    element_id: int


class VideoEntry(_Wire):
    """A reference clip by address (contract R17, R18; guide E)."""

    video_url: str
    refer_type: Literal["feature", "base"]
    keep_original_sound: Literal["yes", "no"]


class WatermarkInfo(_Wire):
    """The vendor's own watermark, beside the clean result (contract R42)."""

    enabled: bool


class ShotEntry(_Wire):
    """One shot among several: numbered from 1, its own prompt, whole seconds as text (contract R6, R9; guide D)."""

    index: int
    prompt: str
    duration: str


class _VideoBody(_Wire):
    """What the video endpoints share, in the guide's order. `sound` left out is off, on every endpoint.

    `duration` and `aspect_ratio` are absent only where a clip is edited, which keeps its own (contract R10, R13).
    """

    model_name: str
    prompt: str
    duration: str | None = None
    mode: str
    aspect_ratio: str | None = None
    sound: str | None = None
    multi_shot: bool | None = None
    shot_type: Literal["customize", "intelligence"] | None = None
    multi_prompt: tuple[ShotEntry, ...] | None = None

    def as_wire(self) -> dict[str, Any]:
        """The JSON object, without what was not said."""
        return self.model_dump(mode="json", exclude_none=True)


class TextToVideoBody(_VideoBody):
    """POST /v1/videos/text2video (contract section 3)."""

    watermark_info: WatermarkInfo | None = None
    callback_url: str | None = None
    external_task_id: str | None = None


class ImageToVideoBody(_VideoBody):
    """POST /v1/videos/image2video (contract section 4; guide C)."""

    image: str
    image_tail: str | None = None
    element_list: tuple[ElementEntry, ...] | None = None
    watermark_info: WatermarkInfo | None = None
    callback_url: str | None = None
    external_task_id: str | None = None


class OmniBody(_VideoBody):
    """POST /v1/videos/omni-video (contract section 2)."""

    image_list: tuple[ImageEntry, ...] | None = None
    element_list: tuple[ElementEntry, ...] | None = None
    video_list: tuple[VideoEntry, ...] | None = None
    watermark_info: WatermarkInfo | None = None
    callback_url: str | None = None
    external_task_id: str | None = None


Body = TextToVideoBody | ImageToVideoBody | OmniBody
