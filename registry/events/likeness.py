"""The rights of a real person behind characters: who it is, what they allowed, and that they took it back."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import AssetId, CharacterId, ClipId, ConsentId, LikenessId, ProductionId
from registry.events.personal import Personal
from registry.events.references import Purpose, Territory

ErasureBasis = Literal["request", "consent_withdrawn", "retention", "law"]
"""Why personal data is erased (GDPR Article 17(1)): the person asks, takes consent back, a term is over, a law says so."""


class LikenessRegistered(Event):
    """A real person whose face or voice may be used as far as they allow. A minor has a `guardian`, who signs."""

    NAME: ClassVar[str] = "LikenessRegistered"

    name: Personal[str]
    minor: bool
    guardian: Personal[str] = ""


class ConsentGranted(Event):
    """What the person allowed. An empty tuple of productions or purposes is all of them, of territories the whole world.

    `starts_at` and `ends_at` are microseconds since 1970, the end exclusive, None is no end. `evidence` is the signed document.
    """

    NAME: ClassVar[str] = "ConsentGranted"

    consent: ConsentId
    productions: tuple[ProductionId, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    territories: tuple[Territory, ...] = ()
    voice: bool = False
    starts_at: int = Field(ge=0)
    ends_at: int | None = Field(default=None, ge=0)
    evidence: AssetId
    signed_by: Personal[str]


class ConsentRevoked(Event):
    """They took it back: nothing more is sent on it from here on."""

    NAME: ClassVar[str] = "ConsentRevoked"

    consent: ConsentId
    reason: Personal[str]


class LikenessUseRefused(Event):
    """Somebody asked for the likeness without a consent that covers it. `subject` is what was asked for, when it has an id."""

    NAME: ClassVar[str] = "LikenessUseRefused"

    character: CharacterId
    production: ProductionId | None = None
    subject: str | None = None
    reason: Personal[str]


class ErasureOrdered(Event):
    """Everything that speaks of the person is to go; no use is allowed any more. What follows can be taken up again."""

    NAME: ClassVar[str] = "ErasureOrdered"

    basis: ErasureBasis


class LikenessErased(Event):
    """The record of an erasure: the streams whose keys are destroyed, and every clip that carries the likeness."""

    NAME: ClassVar[str] = "LikenessErased"

    likeness: LikenessId
    streams: tuple[str, ...]
    clips: tuple[ClipId, ...]
    blobs: int = Field(ge=0)
    """How many stored objects were deleted, all their versions counted as one."""
