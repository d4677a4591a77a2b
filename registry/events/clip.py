"""A stored result and its later life."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import (
    ClipId,
    ConsentId,
    DeliveryId,
    GenerationId,
    LikenessId,
    SceneId,
    ShotId,
    SubmissionId,
)
from registry.events.marks import Depiction, DisclosureBasis, DisclosureRole, Marks
from registry.events.personal import Personal
from registry.events.references import CastMember, FootageFacts, FootagePrint, Purpose, StoredBytes


class ClipRecorded(Event):
    """A generation delivered this clip. `kling_url` is served by the provider until `kling_url_expires_at` (us).

    `kling_watermark_url` is the marked copy's address, empty when none was asked for. `ai_generated` is true of whatever a
    generation made; `depicts_real_person` is what its plan knew (what is known later, views say); `marks` are the provider's.
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
    ai_generated: bool = True
    depicts_real_person: Depiction = "unknown"
    marks: Marks = Field(default_factory=Marks)


class ClipAdopted(Event):
    """Footage that we did not make is kept as a clip from here on. Where it is from and who is in it stands on the actor's word.

    `source` says in words where it is from, `ai_generated` whether a machine made it (None: they do not know). `cast` are the
    characters that are seen in it, as of which version, in which look, and who was behind them then; `likenesses` are real people
    whom no character shows. `footage` and `marks` were read out of the file, by `recognised_by` it is known in another one.
    """

    NAME: ClassVar[str] = "ClipAdopted"

    scene: SceneId
    shot: ShotId | None = None
    label: Personal[str]
    source: Personal[str]
    ai_generated: bool | None = None
    depicts_real_person: Depiction = "unknown"
    cast: tuple[CastMember, ...] = ()
    likenesses: tuple[LikenessId, ...] = ()
    stored: StoredBytes
    footage: FootageFacts
    marks: Marks = Field(default_factory=Marks)
    recognised_by: Personal[FootagePrint | None] = None

    def sealed_under(self) -> tuple[str, ...]:
        """Everybody who is in it: its words speak of them, and go when one of them is erased."""
        return tuple(sorted({*(member.character for member in self.cast), *self.likenesses}))


RejectionCause = Literal[
    "sync_failure",
    "speech_unreadable",
    "identity_drift",
    "portrait_clothing",
    "reference_ignored",
    "motion",
    "other",
]
"""Why a take is no good. Sync that really failed and speech that cannot be read at this shot scale are kept apart (guide F3.19);
`portrait_clothing` persisted, a `reference_ignored` was given and not followed."""


class ClipApproved(Event):
    """A person took the clip as a take that goes into the film. `note` is what they said of it."""

    NAME: ClassVar[str] = "ClipApproved"

    note: Personal[str]


class ClipRejected(Event):
    """A person turned the take down. `framing` is the one that its record names, None where it names none.

    `scale_ruled_out` says why sync failed and not the shot scale, where the framing was too wide to read lips (guide F3.18).
    """

    NAME: ClassVar[str] = "ClipRejected"

    cause: RejectionCause
    reason: Personal[str]
    framing: str | None = None
    scale_ruled_out: Personal[str] = ""


class ApprovalWithdrawn(Event):
    """The take does not go into the film after all."""

    NAME: ClassVar[str] = "ApprovalWithdrawn"

    reason: Personal[str]


class ClipNoted(Event):
    """Somebody remarked on the clip, at a time code (microseconds from its beginning) or on the whole of it (None)."""

    NAME: ClassVar[str] = "ClipNoted"

    text: Personal[str]
    at_us: int | None = Field(default=None, ge=0)
    subjects: tuple[str, ...] = ()
    """Who is in the clip: the remark speaks of them, and goes when one of them is erased."""

    def sealed_under(self) -> tuple[str, ...]:
        return self.subjects


class ClipFingerprinted(Event):
    """A clip that had been kept without being looked at was looked at since: by this it is recognised in another file."""

    NAME: ClassVar[str] = "ClipFingerprinted"

    recognised_by: Personal[FootagePrint]
    subjects: tuple[str, ...] = ()
    """Who is in the clip: it identifies them, and goes when one of them is erased."""

    def sealed_under(self) -> tuple[str, ...]:
        return self.subjects


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


class ClipDelivered(Event):
    """The disclosure record of one delivery: the clip was handed to somebody, in this role and on this ground, by this reviewer.

    `delivered` are the very bytes that were handed over: the clip's own, or a copy with a C2PA manifest of ours (its label).
    `ai_generated` is what the clip says of itself, None where nobody knows; `depicts_real_person` is what the log knew then, or
    where it did not, what the reviewer answered for; `consents` cover the use for `purpose`. `accepted` holds the reasons for
    cautions, by their ids.
    """

    NAME: ClassVar[str] = "ClipDelivered"

    delivery: DeliveryId
    to: Personal[str]
    role: DisclosureRole
    basis: DisclosureBasis
    reviewer: Personal[str]
    note: Personal[str] = ""
    purpose: Purpose
    ai_generated: bool | None
    depicts_real_person: Depiction
    consents: tuple[ConsentId, ...] = ()
    delivered: StoredBytes
    manifest: str | None = None
    accepted: Personal[dict[str, str]] = Field(default_factory=dict)


ClipDecision = Literal["keep", "withdraw", "erase"]
"""What a person decides about a clip that carries a revoked or erased likeness."""
