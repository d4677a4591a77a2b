"""Small values that several events share: bytes under a key, and what a character or a clip stood on."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from registry.events.ids import AssetId, CharacterId, ConsentId, ElementId, LikenessId, VoiceId

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Perceptual = Annotated[str, StringConstraints(pattern=r"^dhash12:[0-9a-f]{72}$")]
"""What a picture looks like, and how that was taken: those of one kind are compared bit by bit."""
Units = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$")]
"""Kling billing units as an exact decimal, e.g. `1.8` (contract section 5.1, `final_unit_deduction`)."""


def plain(amount: Decimal) -> str:
    """The shortest decimal, without an exponent: `3`, `1.8`, `0.252`."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


ReferenceRole = Literal["frontal", "three_quarter", "profile", "full_body", "wardrobe", "other"]
CharacterKind = Literal["person", "creature", "product", "place", "prop"]
AssetKind = Literal["picture", "video", "audio", "document"]
Depicts = Literal["fictional", "real_person"]
"""Whether a real person is behind a character. Nobody is presumed fictional: whoever introduces a character says so."""
LookName = Annotated[
    str, StringConstraints(pattern=r"^[^\s\x00-\x1f/]([^\x00-\x1f/]{0,58}[^\s\x00-\x1f/])?$")
]
"""What a look is called within its character, e.g. `winter`: 1 to 60 characters without a slash, compared exactly."""
ClientReference = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""What a thing is called elsewhere, e.g. in a production tracker: compared exactly, of no meaning here."""
Territory = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""A country by its ISO 3166-1 alpha-2 code."""
Purpose = Literal["draft", "final"]
"""What a clip is made for, as a shot request says it."""
Ending = Literal["delivered", "failed", "refused", "lost", "cancelled", "abandoned"]
"""How a request ends, a generation's or a mint's."""


class Value(BaseModel):
    """Base of frozen values inside events."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FootagePrint(Value):
    """By what footage is recognised, whatever file holds it. It identifies whom the footage shows, so it is personal.

    `pictures`, `sound` and `poster` are studio-keyed digests: of what the tracks hold without their container, and of the first
    frame as a JPEG. `frames` are what it looks like at its beginning, its quarters and its end, None where it has a single tone;
    empty where no frame could be looked at.
    """

    pictures: Sha256
    sound: Sha256 | None = None
    poster: Sha256 | None = None
    frames: tuple[Perceptual | None, ...] = ()


class StoredBytes(Value):
    """Bytes in the blob store: opaque key, length, digest, media type."""

    key: str
    bytes: int = Field(ge=0)
    sha256: Sha256
    media_type: str


class PictureFacts(Value):
    """A picture as the vendor will see it (upright), in pixels."""

    format: Literal["jpeg", "png", "webp"]
    width: int = Field(gt=0)
    height: int = Field(gt=0)


Checked = Literal["decoded", "structure"]
"""How far the bytes were read: into pictures and sound, or only as far as their tables say."""


class FootageFacts(Value):
    """A clip that was handed in: its length in microseconds, its size in pixels."""

    format: Literal["mp4", "mov"]
    duration_us: int = Field(gt=0)
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    has_audio: bool
    checked: Checked


class SoundFacts(Value):
    """A recording that was handed in: its length in microseconds, samples a second."""

    format: Literal["mp3", "wav"]
    duration_us: int = Field(gt=0)
    channels: int = Field(gt=0)
    sample_rate: int = Field(gt=0)
    checked: Checked


class CastMember(Value):
    """A character as a clip used it: which version of it, under which look, on which references, by whose consent."""

    character: CharacterId
    version: int
    look: str | None = None
    element: ElementId | None = None
    element_id: int | None = None
    assets: tuple[AssetId, ...] = ()
    voice: int | None = None
    """The `<<<voice_n>>>` number the character speaks under in this clip."""
    speaks_with: VoiceId | None = None
    """The voice that is heard, where its element was made with one of ours, and Kling's id of it."""
    voice_id: str | None = None
    likeness: LikenessId | None = None
    consent: ConsentId | None = None
