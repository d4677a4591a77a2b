"""What gathering asks of the registry, whichever way it answers: the views as they are, or the log as it was then."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from generation.grounds import (
    AccountGround,
    AssetGround,
    CharacterGround,
    ElementGround,
    ParentGround,
    ReferenceGround,
    SceneGround,
    TakeGround,
    VoiceGround,
)
from registry.deciders.character import Character
from registry.deciders.element import Element
from registry.deciders.pins import Pins
from registry.deciders.voice import Voice
from registry.events.asset import FrameOf
from registry.events.element import LostCause
from registry.events.references import AssetKind, FootageFacts, PictureFacts, StoredBytes


@dataclass(frozen=True, slots=True)
class FoundScene:
    """A scene, the production it belongs to, and the characters it pins."""

    ground: SceneGround
    production: str
    pins: Pins = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundProduction:
    """A production: the account that pays, if one was chosen, the scene for requests that name none, and whom it pins."""

    id: str
    account: str | None
    unplaced: str
    pins: Pins = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundCharacter:
    """A character, still without elements and voices, what else it is called, and the voice that was bound to it."""

    ground: CharacterGround
    aliases: tuple[str, ...]
    voice: str | None = None

    def is_called(self, word: str) -> bool:
        """Whether `word` is its name or an alias, in any case."""
        return word.casefold() in {name.casefold() for name in (self.ground.name, *self.aliases)}


def adopted_ground(clip: str, scene: str, stored: StoredBytes, footage: FootageFacts) -> ParentGround:
    """Footage that was not made here: only we can serve it."""
    return ParentGround(
        clip=clip,
        generation="",
        task_id=None,
        url=None,
        url_expires_at_us=None,
        duration_seconds=footage.duration_us / 1_000_000,
        scene=scene,
        sha256=stored.sha256,
        adopted=True,
        bytes=stored.bytes,
        width=footage.width,
        height=footage.height,
    )


@dataclass(frozen=True, slots=True)
class FoundGeneration:
    """The scene a generation is for, its clip once there is one, and whether it has not come to its end."""

    scene: str
    clip: str | None
    running: bool


class Source(Protocol):
    """The registry as of one position. What is asked for by id raises NotFound when it does not exist (then).

    `now_us` is the time a request is judged at, in microseconds: by it the address of a clip has expired or not.
    """

    @property
    def position(self) -> int: ...

    @property
    def now_us(self) -> int: ...

    def scene(self, scene: str) -> FoundScene: ...

    def production(self, production: str) -> FoundProduction: ...

    def account(self, account: str) -> AccountGround: ...

    def characters(self, words: Collection[str], *, aside: Collection[str] = ()) -> list[FoundCharacter]:
        """Everybody whose id, name or alias is among `words`, in order of introduction.

        Of those `aside` nothing is asked but that they were there: whoever of them was erased makes nothing unknown.
        """
        ...

    def versions(self, versions: Mapping[str, int]) -> dict[str, Character]:
        """Characters as of older versions of theirs."""
        ...

    def elements(self, characters: Sequence[str]) -> list[tuple[str, ElementGround]]:
        """These characters' elements, each with its character, in order of adoption or mint: also those nothing may stand on."""
        ...

    def voices(self, characters: Sequence[str]) -> list[tuple[str, VoiceGround]]:
        """These characters' voices, each with its character, in the order they came to be: also those nobody may use."""
        ...

    def portraits(self, assets: Sequence[str]) -> frozenset[str]:
        """Those of `assets` that stand for a character, whoever that is."""
        ...

    def assets(self, ids: Sequence[str]) -> dict[str, AssetGround]:
        """Those of `ids` that exist."""
        ...

    def generation(self, generation: str) -> FoundGeneration: ...

    def clip(self, clip: str) -> ParentGround: ...

    def take(self, clip: str) -> TakeGround:
        """A clip with the mode its plan asked for."""
        ...


class KeptAsset(Protocol):
    """What a view's card and a folded state both say of an asset."""

    @property
    def kind(self) -> AssetKind: ...
    @property
    def original(self) -> StoredBytes | None: ...
    @property
    def rendition(self) -> StoredBytes | None: ...
    @property
    def picture(self) -> PictureFacts | None: ...
    @property
    def derived_from(self) -> FrameOf | None: ...
    @property
    def retired(self) -> bool: ...
    @property
    def superseded_by(self) -> str | None: ...


def references_of(character: Character) -> tuple[ReferenceGround, ...]:
    """A folded character's pictures, in the order of assignment."""
    return tuple(ReferenceGround(one.role, one.asset, one.look) for one in character.references)


def asset_ground(asset: str, kept: KeptAsset, *, scene: str | None) -> AssetGround:
    """`scene` is that of the clip it was cut from, if it was."""
    original, rendition, picture = kept.original, kept.rendition, kept.picture
    return AssetGround(
        id=asset,
        kind=kept.kind,
        digest=original.sha256 if original else "",
        rendition_key=rendition.key if rendition else None,
        rendition_digest=rendition.sha256 if rendition else None,
        rendition_bytes=rendition.bytes if rendition else 0,
        width=picture.width if picture else 0,
        height=picture.height if picture else 0,
        format=rendition.media_type.removeprefix("image/") if rendition else "",
        retired=kept.retired,
        superseded_by=kept.superseded_by,
        made_from_clip=kept.derived_from.clip if kept.derived_from else None,
        made_from_scene=scene,
    )


def element_ground(element: str, state: Element) -> ElementGround:
    """A folded element: its recipe, if we made it, and what keeps anything new from standing on it."""
    return ElementGround(
        id=element,
        element_id=state.element_id or 0,
        account=state.account,
        kind=state.made_from,
        retired=not state.live,
        look=state.look,
        lost=state.lost,
        made_of=None if state.mint is None else state.mint.requested.inputs,
        cause=_why_not(state),
    )


def _why_not(state: Element) -> str:
    if state.element_id is None:
        ended = state.mint is not None and state.mint.stage == "failed"
        return "could not be minted" if ended else "is still being minted"
    if state.deleted:
        return "was deleted at Kling on our word"
    if state.retired:
        return "is retired"
    return "" if state.lost is None else _LOST[state.lost]


_LOST: Final[Mapping[LostCause, str]] = {
    "missing": "is lost: Kling no longer lists it",
    "deleted": "is lost: it was deleted at Kling",
    "foreign": "is lost: Kling lists it as somebody else's",
}


def voice_ground(voice: str, state: Voice) -> VoiceGround:
    """A folded voice, and what keeps anybody from speaking with it."""
    return VoiceGround(
        id=voice,
        voice_id=state.voice_id or "",
        account=state.account,
        live=state.live,
        retired=state.retired or state.deleted,
        remint_of=state.mint.requested.remint_of if state.mint else None,
        cause=_why_silent(state),
    )


def _why_silent(state: Voice) -> str:
    if state.voice_id is None:
        ended = state.mint is not None and state.mint.stage == "failed"
        return "could not be minted" if ended else "is still being minted"
    if state.deleted:
        return "was deleted at Kling on our word"
    if state.retired:
        return "is retired"
    return "" if state.lost is None else _LOST[state.lost]


def voice_in_use(bound: str | None, voices: Sequence[VoiceGround], account: str | None) -> VoiceGround | None:
    """What a character speaks with on an account: the voice that is bound, or the newest one that took its place there.

    Ids never cross accounts, so that one identity has a voice on each: those which were minted in one another's place are one
    family. Where none of it can be used, the bound voice is told, with what is wrong with it.
    """
    by_id = {voice.id: voice for voice in voices}
    own = by_id.get(bound or "")
    if own is None or _usable(own, account):
        return own
    root = _first_of(own, by_id)
    family = [voice for voice in voices if _first_of(voice, by_id) == root and _usable(voice, account)]
    return family[-1] if family else own


def _usable(voice: VoiceGround, account: str | None) -> bool:
    return voice.live and voice.account in (None, account)


def _first_of(voice: VoiceGround, by_id: Mapping[str, VoiceGround]) -> str:
    """The id of the voice that all of its family took the place of."""
    while (before := by_id.get(voice.remint_of or "")) is not None:
        voice = before
    return voice.id
