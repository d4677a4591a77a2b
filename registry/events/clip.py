"""A stored result and its later life."""

from __future__ import annotations

from typing import ClassVar

from registry.events.envelope import Event
from registry.events.ids import ClipId, GenerationId, SceneId, ShotId, SubmissionId
from registry.events.references import StoredBytes


class ClipRecorded(Event):
    """A generation delivered this clip. `kling_url` is served by the provider until `kling_url_expires_at` (us).

    `kling_watermark_url` is the marked copy's address, empty when none was asked for.
    """

    NAME: ClassVar[str] = "ClipRecorded"

    generation: GenerationId
    submission: SubmissionId
    scene: SceneId
    shot: ShotId | None = None
    stored: StoredBytes
    duration_us: int
    width: int
    height: int
    has_audio: bool
    kling_video_id: str
    kling_url: str
    kling_url_expires_at: int
    kling_watermark_url: str = ""
    continues: ClipId | None = None
