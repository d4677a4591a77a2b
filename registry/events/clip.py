"""A stored result and its later life."""

from __future__ import annotations

from typing import ClassVar, Literal

from registry.events.envelope import Event
from registry.events.ids import ClipId, GenerationId, LikenessId, SceneId, ShotId, SubmissionId
from registry.events.personal import Personal
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


class ClipKept(Event):
    """A person decided that the clip stays in use, although a likeness in it was revoked or erased."""

    NAME: ClassVar[str] = "ClipKept"

    likeness: LikenessId
    reason: Personal[str]


class ClipWithdrawn(Event):
    """The clip is not to be used any more; its bytes stay."""

    NAME: ClassVar[str] = "ClipWithdrawn"

    likeness: LikenessId | None = None
    reason: Personal[str]


class ClipErased(Event):
    """The clip's bytes are deleted in every store; that it was made, and from what, stays on record."""

    NAME: ClassVar[str] = "ClipErased"

    likeness: LikenessId | None = None
    reason: Personal[str]


ClipDecision = Literal["keep", "withdraw", "erase"]
"""What a person decides about a clip that carries a revoked or erased likeness."""
