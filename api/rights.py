"""What callers send and read about people: likenesses, consents, who is behind a character, and what becomes of clips."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, model_validator

from api.bodies import Body, Label, Name, Reason, Why
from generation.moments import microseconds
from registry.events.clip import ClipDecision
from registry.events.ids import AssetId, LikenessId, ProductionId
from registry.events.likeness import ErasureBasis
from registry.events.references import Depicts, Purpose, Territory

LIKENESS = "likeness_01jd0k4m5vf2s8m1q3x7w9y2ab"
EVIDENCE = "asset_01jd0k4m5vf2s8m1q3x7w9y2ab"


def _example(**said: Any) -> ConfigDict:
    return ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [said]})


def _moment(text: str) -> str:
    microseconds(text)
    return text


Moment = Annotated[str, AfterValidator(_moment)]
"""RFC 3339 with its offset, e.g. `2026-03-01T00:00:00Z`."""
Territories = Annotated[tuple[Territory, ...], Field(max_length=249)]


class NewLikeness(Body):
    """A real person whose face or voice may be used as far as they allow. A minor needs a guardian, who signs."""

    model_config = _example(name="Mina Park", minor=False)

    name: Name
    minor: StrictBool
    guardian: Label = ""

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        if self.minor and not self.guardian:
            raise ValueError("a minor needs a guardian")
        return self


class NewConsent(Body):
    """What the person allowed. Left out, productions and purposes are all of them, territories the whole world.

    `starts_at` is now unless it is named; `ends_at` is exclusive, null is no end. `evidence` is the signed document, an asset.
    """

    model_config = _example(
        evidence=EVIDENCE,
        signed_by="Mina Park",
        purposes=["draft", "final"],
        territories=["KR", "DE"],
        voice=True,
        starts_at="2026-01-01T00:00:00Z",
        ends_at="2100-01-01T00:00:00Z",
    )

    evidence: AssetId
    signed_by: Name
    productions: tuple[ProductionId, ...] = Field(default=(), max_length=100)
    purposes: tuple[Purpose, ...] = Field(default=(), max_length=2)
    territories: Territories = ()
    voice: StrictBool = False
    starts_at: Moment | None = None
    ends_at: Moment | None = None


class LikenessOf(Body):
    """The real person behind a character."""

    model_config = _example(likeness=LIKENESS)

    likeness: LikenessId


class Declaration(Body):
    """Whether a real person is behind the character, and why that is said now."""

    model_config = _example(depicts="real_person", reason="cast from life")

    depicts: Depicts
    reason: Reason


class ReleasedIn(Body):
    """Where a show is released, as ISO 3166-1 alpha-2 codes; empty is the whole world."""

    model_config = _example(territories=["DE", "KR"])

    territories: Territories


class Decided(Body):
    """What becomes of a clip, and why. `likeness` is whose revocation or erasure it is about; to keep needs it."""

    model_config = _example(decision="withdraw", reason="she took her consent back")

    decision: ClipDecision
    likeness: LikenessId | None = None
    reason: Why


class ErasureOrder(Body):
    """On whose word a person is erased (GDPR, Article 17(1))."""

    model_config = _example(basis="request")

    basis: ErasureBasis
