"""What is asked for when an element or a voice is to be made, and what that stands on. Shapes only; `minting` decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from generation.grounds import AssetGround
from generation.policies import GUIDE, Policies
from registry.deciders.asset import Asset
from registry.deciders.character import Character
from registry.deciders.voice import Voice
from registry.events.canonical import NotStorable, canonical
from registry.events.ids import AccountId, AssetId, CharacterId, ClipId, ProductionId, VoiceId
from registry.events.references import LookName, StoredBytes

MOST_LISTED = 20
"""Pictures or tags a body may list; what is too many for the vendor is a finding, what is too many to read is malformed."""


def _storable(text: str) -> str:
    """The log keeps text exactly: no NUL, no lone surrogates."""
    try:
        canonical(text)
    except NotStorable as refused:
        raise ValueError(refused.why) from None
    return text


Said = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_storable)]


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    character: CharacterId
    account: AccountId | None = None
    production: ProductionId | None = None
    name: Said | None = None


class ElementRecipeRequest(_Asked):
    """A recipe for an element: whom it shows, in which look (none: as introduced), and what it is made from.

    Without pictures the character's references of that look are taken: the frontal one and up to three other views; `video` (a
    clip or a recorded video of ours) stands in their place. Without a name the character's is taken, cut to 20 characters;
    without a description what is known of the character. Without `voice` the character speaks with its own, if that is
    usable on the account; "none" leaves it out. The account is the production's where none is named; `production` is whose
    budget it takes.
    """

    look: LookName | None = None
    frontal: AssetId | None = None
    views: Annotated[tuple[AssetId, ...], Field(max_length=MOST_LISTED)] | None = None
    video: AssetId | ClipId | None = None
    description: Said | None = None
    voice: VoiceId | Literal["none"] | None = None
    tags: Annotated[tuple[Said, ...], Field(max_length=MOST_LISTED)] = ()


class VoiceRequest(_Asked):
    """A voice to be made: whose it is, and one recording of it.

    One of `recording` (sound or video of ours), `clip` (one of ours, 5 to 30 s) and `url` (anybody's address).
    """

    recording: AssetId | None = None
    clip: ClipId | None = None
    url: Said | None = None


@dataclass(frozen=True, slots=True)
class Footage:
    """A clip or a recording of ours: what it is, and where Kling may fetch it. Seconds and pixels are 0 where unknown.

    `url` is Kling's own address while that is good; `stored` our copy, which our relay could serve. `gone` says why it cannot
    be used.
    """

    id: str
    kind: Literal["clip", "video", "audio", "picture", "document"]
    stored: StoredBytes | None = None
    seconds: float = 0.0
    width: int = 0
    height: int = 0
    url: str | None = None
    gone: str = ""


@dataclass(frozen=True, slots=True)
class VoiceOf:
    """A voice and the id of its stream."""

    id: str
    voice: Voice


@dataclass(frozen=True, slots=True)
class MintGrounds:
    """The world of one mint at `now_us` (microseconds). What does not exist is None, or absent.

    `account` is who pays, `production` whose budget it takes; `asked_account` and `asked_production` are what was named, where
    it does not exist. `voice` is the one asked for, or the character's own. `relay` says whether we can serve bytes.
    """

    now_us: int
    character: Character | None
    version: int = 0
    account: str | None = None
    unknown_account: str | None = None
    unknown_production: str | None = None
    assets: Mapping[str, AssetGround] = field(default_factory=dict)
    footage: Footage | None = None
    voice: VoiceOf | None = None
    relay: bool = False
    policies: Policies = GUIDE


def handed_in(asset: str, kept: Asset) -> Footage:
    """Footage or sound that was handed in; its length is what was measured then."""
    lasting = kept.footage or kept.sound
    return Footage(
        asset,
        kept.kind,
        stored=kept.original,
        seconds=lasting.duration_us / 1_000_000 if lasting else 0.0,
        width=kept.footage.width if kept.footage else 0,
        height=kept.footage.height if kept.footage else 0,
        gone="retired" if kept.retired else "",
    )
