"""A place in the story with a cast; its stream is the continuity log that a person reads."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import (
    AssetId,
    CharacterId,
    ClipId,
    ElementId,
    GenerationId,
    ProductionId,
    SceneId,
    ShotId,
    SubmissionId,
)
from registry.events.personal import Personal
from registry.events.references import CastMember, ClientReference, Ending, LookName, Sha256, Units, Value


class SceneOpened(Event):
    """The scene exists. `episode` and `number` order scenes within a production."""

    NAME: ClassVar[str] = "SceneOpened"

    production: ProductionId
    name: str
    episode: int = Field(default=1, ge=0)
    number: int = Field(default=0, ge=0)
    setting: Personal[str]
    client_reference: ClientReference | None = None
    """What the scene is called elsewhere, e.g. in a production tracker."""


class SceneDescribed(Event):
    """Name and setting as they are from here on."""

    NAME: ClassVar[str] = "SceneDescribed"

    name: str
    setting: Personal[str]


class CharacterCast(Event):
    """A character plays in the scene. `character_version` is what the character was then; a pin says what it stays."""

    NAME: ClassVar[str] = "CharacterCast"

    character: CharacterId
    character_version: int


class CastReleased(Event):
    """The character no longer plays in the scene; what was made keeps it."""

    NAME: ClassVar[str] = "CastReleased"

    character: CharacterId
    reason: Personal[str]

    def sealed_under(self) -> tuple[str, ...]:
        return (self.character,)


class SceneContinuedFrom(Event):
    """The scene takes up where another scene's clip left off (guide E)."""

    NAME: ClassVar[str] = "SceneContinuedFrom"

    scene: SceneId
    clip: ClipId


class ShotPlanned(Event):
    """A moment of the scene that is to be filmed; its clips will be its takes."""

    NAME: ClassVar[str] = "ShotPlanned"

    shot: ShotId
    number: int = Field(ge=0)
    action: Personal[str]
    framing: str | None = None
    subjects: tuple[CharacterId, ...] = ()
    """Who was cast then: the text speaks of them."""
    client_reference: ClientReference | None = None

    def sealed_under(self) -> tuple[str, ...]:
        return self.subjects


class ShotDropped(Event):
    """The shot is not to be filmed."""

    NAME: ClassVar[str] = "ShotDropped"

    shot: ShotId
    reason: Personal[str]


class ContinuityRecorded(Event):
    """How a request ended, what the result was made from and what it carries over. Repeats facts on purpose: people read this.

    Every generation's end is appended together with one of these (invariant I11). Digests are hexadecimal SHA-256; `units` is
    what the provider says it deducted; `duration_us` is the stored clip's measured length.
    """

    NAME: ClassVar[str] = "ContinuityRecorded"

    generation: GenerationId
    submission: SubmissionId | None = None
    outcome: Ending
    reason: Personal[str] = ""
    shot: ShotId | None = None
    clip: ClipId | None = None
    clip_sha256: Sha256 | None = None
    duration_us: int | None = None
    pattern: str | None = None
    """None when the request ended before it was compiled."""
    prompt: Personal[str]
    cast: tuple[CastMember, ...] = ()
    elements: tuple[ElementId, ...] = ()
    assets: tuple[AssetId, ...] = ()
    parents: tuple[ClipId, ...] = ()
    parent_from: Literal["provider", "relay"] | None = None
    """Who served the parent clip: the provider its own copy, or we ours. None without a parent, and when nothing was sent."""
    parent_sha256: Sha256 | None = None
    """Digest of what the relay serves; None for the provider's copy, of which we see no bytes then."""
    edited: ClipId | None = None
    """Of the parents the one that was changed, not continued."""
    opening: AssetId | None = None
    closing: AssetId | None = None
    """Of the assets those that are its exact first and last frame."""
    framing: str | None = None
    plan_digest: Sha256 | None = None
    wire_digest: Personal[Sha256 | None] = None
    """Personal, as the bytes it speaks of hold a person's picture."""
    task_id: str | None = None
    units: Units | None = None
    subjects: tuple[str, ...] = ()

    def sealed_under(self) -> tuple[str, ...]:
        return self.subjects


class LookWorn(Value):
    """The look that a member of the cast wears in truth; None: as introduced."""

    character: CharacterId
    look: LookName | None = None


class ContinuityCorrected(Event):
    """A person set right what a record says; the record itself stays as it was written. What is None or empty stands.

    `shot` is the moment that the clip is a take of, `framing` how the camera sees it, `looks` what the cast wears.
    """

    NAME: ClassVar[str] = "ContinuityCorrected"

    generation: GenerationId
    """Whose record it is."""
    shot: ShotId | None = None
    framing: str | None = None
    looks: tuple[LookWorn, ...] = ()
    reason: Personal[str]
    subjects: tuple[str, ...] = ()
    """Whom the record speaks of; so does the reason."""

    def sealed_under(self) -> tuple[str, ...]:
        return self.subjects


class SceneClosed(Event):
    """No further requests for this scene."""

    NAME: ClassVar[str] = "SceneClosed"

    reason: str
