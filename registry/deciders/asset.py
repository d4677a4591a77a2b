"""Assets: bytes that were handed in, what they show, and whether anything new may stand on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from registry.deciders.clip import Clip
from registry.deciders.command import (
    NAME_LENGTH,
    Command,
    Decider,
    Reads,
    checked_text,
    must_be_live,
    must_be_new,
    must_exist,
    read,
    unexpected,
)
from registry.errors import InvalidCommand
from registry.events.asset import (
    AssetDescribed,
    AssetErased,
    AssetRegistered,
    AssetRetired,
    AssetSuperseded,
    FrameOf,
)
from registry.events.envelope import Event
from registry.events.personal import known
from registry.events.references import (
    AssetKind,
    FootageFacts,
    FootagePrint,
    PictureFacts,
    SoundFacts,
    StoredBytes,
)


@dataclass(frozen=True, kw_only=True)
class RegisterAsset(Command):
    """Keep these bytes. They are in the blob store already; `fingerprint` is their studio-keyed digest.

    `perceptual` is what the rendition looks like, where that can be told, `rendition_fingerprint` its keyed digest;
    `recognised_by` is by what footage is recognised in another file.
    """

    kind: AssetKind
    label: str
    original: StoredBytes
    rendition: StoredBytes | None = None
    picture: PictureFacts | None = None
    footage: FootageFacts | None = None
    sound: SoundFacts | None = None
    fingerprint: str
    perceptual: str | None = None
    rendition_fingerprint: str | None = None
    recognised_by: FootagePrint | None = None
    derived_from: FrameOf | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.derived_from.clip,) if self.derived_from else ()


@dataclass(frozen=True, kw_only=True)
class DescribeAsset(Command):
    """Say what it shows."""

    label: str | None = None
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class SupersedeAsset(Command):
    """Put another asset in this one's place."""

    by: str
    reason: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.by,)


@dataclass(frozen=True, kw_only=True)
class RetireAsset(Command):
    """Let nothing new stand on it."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class EraseAsset(Command):
    """It shows a person who is erased."""

    likeness: str


@dataclass(frozen=True, slots=True)
class Asset:
    """An asset as it is. An asset that exists without an `original` was erased."""

    exists: bool = False
    kind: AssetKind = "picture"
    label: str = ""
    description: str = ""
    retired: bool = False
    superseded_by: str | None = None
    original: StoredBytes | None = None
    rendition: StoredBytes | None = None
    picture: PictureFacts | None = None
    footage: FootageFacts | None = None
    sound: SoundFacts | None = None
    derived_from: FrameOf | None = None
    erased: bool = False


def decide(command: Command, state: Asset, reads: Reads) -> Sequence[Event]:
    if isinstance(command, RegisterAsset):
        return _register(command, state, reads)
    must_exist(state.exists, command.stream)
    match command:
        case DescribeAsset():
            return _describe(command, state)
        case SupersedeAsset():
            return _supersede(command, state, reads)
        case EraseAsset():
            return [] if state.erased else [AssetErased(likeness=command.likeness)]
        case RetireAsset():
            must_be_live(state.retired, command.stream)
            return [AssetRetired(reason=checked_text(command.reason, "reason"))]
        case _:
            raise unexpected(command)


def _register(command: RegisterAsset, state: Asset, reads: Reads) -> Sequence[Event]:
    must_be_new(state.exists, command.stream)
    if command.derived_from is not None:
        read(reads, command.derived_from.clip, Clip)
    return [
        AssetRegistered(
            kind=command.kind,
            label=checked_text(command.label, "label", most=NAME_LENGTH),
            original=command.original,
            rendition=command.rendition,
            picture=command.picture,
            footage=command.footage,
            sound=command.sound,
            fingerprint=command.fingerprint,
            perceptual=command.perceptual,
            rendition_fingerprint=command.rendition_fingerprint,
            recognised_by=command.recognised_by,
            derived_from=command.derived_from,
        )
    ]


def _supersede(command: SupersedeAsset, state: Asset, reads: Reads) -> Sequence[Event]:
    must_be_live(state.retired, command.stream)
    successor = read(reads, command.by, Asset)
    must_be_live(successor.retired, command.by)
    if command.by == command.stream:
        raise InvalidCommand(
            f"{command.stream} cannot supersede itself", hint="name another asset", path="by"
        )
    if successor.kind != state.kind:
        raise InvalidCommand(
            f"{command.by} is of kind {successor.kind}, and {command.stream} of kind {state.kind}",
            hint="name an asset of the same kind",
            path="by",
        )
    return [AssetSuperseded(by=command.by, reason=checked_text(command.reason, "reason"))]


def _describe(command: DescribeAsset, state: Asset) -> Sequence[Event]:
    label = state.label if command.label is None else checked_text(command.label, "label", most=NAME_LENGTH)
    description = state.description
    if command.description is not None:
        description = checked_text(command.description, "description")
    if (label, description) == (state.label, state.description):
        return []
    return [AssetDescribed(label=label, description=description)]


def evolve(state: Asset, event: Event) -> Asset:
    match event:
        case AssetRegistered():
            return Asset(
                exists=True,
                kind=event.kind,
                label=known(event.label, ""),
                original=known(event.original, None),
                rendition=known(event.rendition, None),
                picture=event.picture,
                footage=event.footage,
                sound=event.sound,
                derived_from=event.derived_from,
            )
        case AssetDescribed():
            return replace(state, label=known(event.label, ""), description=known(event.description, ""))
        case AssetSuperseded():
            return replace(state, superseded_by=event.by, retired=True)
        case AssetRetired():
            return replace(state, retired=True)
        case AssetErased():
            return replace(state, retired=True, erased=True, original=None, rendition=None)
        case _:
            raise unexpected(event)


DECIDER = Decider(Asset(), decide, evolve)
