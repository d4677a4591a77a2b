"""Source bytes: pictures, footage, sound and documents as they were handed in, immutable and under a digest."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import AssetId, ClipId, LikenessId
from registry.events.personal import Personal
from registry.events.references import (
    AssetKind,
    FootageFacts,
    FootagePrint,
    Perceptual,
    PictureFacts,
    SoundFacts,
    StoredBytes,
    Value,
)


class FrameOf(Value):
    """The moment of a clip an asset was taken from, in microseconds from the clip's start."""

    clip: ClipId
    at_us: int = Field(ge=0)


class AssetRegistered(Event):
    """Bytes are kept from here on. `rendition` is what Kling and pages get of a picture: upright, without metadata.

    `picture`, `footage` or `sound` says what is known of the kind; of documents nothing is.

    `fingerprint` is the studio-keyed digest by which a second registration of the same bytes is recognised, `perceptual` what
    the rendition looks like, None where there is nothing to tell it by; both identify a portrait as digests do, and are personal.
    `rendition_fingerprint` is the keyed digest of the rendition, `recognised_by` what footage is recognised by in another file.
    """

    NAME: ClassVar[str] = "AssetRegistered"

    kind: AssetKind
    label: Personal[str]
    original: Personal[StoredBytes]
    rendition: Personal[StoredBytes | None] = None
    picture: PictureFacts | None = None
    footage: FootageFacts | None = None
    sound: SoundFacts | None = None
    fingerprint: Personal[str]
    perceptual: Personal[Perceptual | None] = None
    rendition_fingerprint: Personal[str | None] = None
    recognised_by: Personal[FootagePrint | None] = None
    derived_from: FrameOf | None = None


class AssetDescribed(Event):
    """A person said what the asset shows."""

    NAME: ClassVar[str] = "AssetDescribed"

    label: Personal[str]
    description: Personal[str]


class AssetSuperseded(Event):
    """Another asset takes this one's place; what was made from this one keeps pointing at it."""

    NAME: ClassVar[str] = "AssetSuperseded"

    by: AssetId
    reason: Personal[str]


class AssetRetired(Event):
    """Nothing new may stand on this asset."""

    NAME: ClassVar[str] = "AssetRetired"

    reason: Personal[str]


class AssetErased(Event):
    """Its bytes are deleted in every store, its texts and digests can be read no more."""

    NAME: ClassVar[str] = "AssetErased"

    likeness: LikenessId
