"""Elements: whom an `element_id` of one Kling account shows, on whose word or from which recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from registry.deciders.account import Account
from registry.deciders.asset import Asset
from registry.deciders.binding import noted, orders_deletion
from registry.deciders.character import Character
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
from registry.deciders.looks import must_have_look
from registry.deciders.minting import (
    EndMint,
    Mint,
    OpenMint,
    ended,
    must_end,
    must_pay,
    open_mint,
    submitted,
)
from registry.deciders.voice import Voice, must_be_usable_on
from registry.errors import InvalidCommand
from registry.events.element import (
    ElementAdopted,
    ElementDeleted,
    ElementInputs,
    ElementLost,
    ElementMinted,
    ElementMintFailed,
    ElementMintRequested,
    ElementRecovered,
    ElementRetired,
    LostCause,
)
from registry.events.envelope import Event
from registry.events.generation import SubmissionOpened
from registry.events.ids import is_id

INT64 = range(1, 2**63)


@dataclass(frozen=True, kw_only=True)
class AdoptElement(Command):
    """Take over an element that exists at Kling, attested to show a character in a look (contract R30)."""

    element_id: int
    account: str
    character: str
    look: str | None = None
    made_from: Literal["image", "video"] | None = None
    attested_by: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.account, self.character)


@dataclass(frozen=True, kw_only=True)
class MintElement(Command):
    """Make an element from a recipe. The plan in it is compiled and checked."""

    requested: ElementMintRequested

    @property
    def reads(self) -> tuple[str, ...]:
        wanted, inputs = self.requested, self.requested.inputs
        named = (
            wanted.account,
            inputs.character,
            wanted.production,
            wanted.remint_of,
            inputs.voice,
            *assets_of(inputs),
        )
        return tuple(name for name in named if name is not None)


@dataclass(frozen=True, kw_only=True)
class RetireElement(Command):
    """Let nothing new stand on it; with `delete` the provider is asked to delete it too, also one that was retired before."""

    reason: str
    delete: bool = False


@dataclass(frozen=True, kw_only=True)
class NoteOnElement(Command):
    """What a census saw, or that the provider has deleted it."""

    event: ElementLost | ElementRecovered | ElementDeleted


@dataclass(frozen=True, slots=True)
class Element:
    """An element binding as it is. `element_id` is None until it is made; `mint` how it came about, if we made it."""

    exists: bool = False
    element_id: int | None = None
    account: str = ""
    character: str = ""
    look: str | None = None
    made_from: Literal["image", "video"] | None = None
    mint: Mint[ElementMintRequested] | None = None
    retired: bool = False
    lost: LostCause | None = None
    deleted: bool = False
    doomed: bool = False
    """Its deletion at the provider was asked for; done once it is `deleted`."""

    @property
    def live(self) -> bool:
        """Whether something new may stand on it."""
        return self.element_id is not None and not (self.retired or self.lost or self.deleted)

    @property
    def unfit(self) -> str | None:
        """Why nothing can stand on it at the provider, in words that go on from its id; None while something can."""
        if self.deleted:
            return "is deleted at Kling"
        return None if self.lost is None else f"is lost: {self.lost} at Kling"


def assets_of(inputs: ElementInputs) -> tuple[str, ...]:
    """The assets an element is made from, the frontal picture first."""
    named = (inputs.frontal, *inputs.views, inputs.video)
    return tuple(name for name in named if name is not None and is_id(name, "asset"))


def decide(command: Command, state: Element, reads: Reads) -> Sequence[Event]:
    match command:
        case AdoptElement():
            return _adopt(command, state, reads)
        case MintElement():
            return _mint(command, state, reads)
    must_exist(state.exists, command.stream)
    match command:
        case OpenMint():
            return open_mint(command, state.mint, reads)
        case EndMint():
            return _end(command, state, reads)
        case NoteOnElement():
            return noted(command.event, state, vendor_id=state.element_id, stream=command.stream)
        case RetireElement():
            delete = orders_deletion(state, delete=command.delete, stream=command.stream)
            return [ElementRetired(reason=checked_text(command.reason, "reason"), delete=delete)]
        case _:
            raise unexpected(command)


def _adopt(command: AdoptElement, state: Element, reads: Reads) -> Sequence[Event]:
    must_be_new(state.exists, command.stream)
    read(reads, command.account, Account)
    _must_show(command.character, command.look, reads)
    if command.element_id not in INT64:
        raise InvalidCommand(
            f"element_id {command.element_id} is not a positive 64-bit integer",
            hint="copy the id as Kling lists it",
            path="element_id",
        )
    return [
        ElementAdopted(
            element_id=command.element_id,
            account=command.account,
            character=command.character,
            look=command.look,
            made_from=command.made_from,
            attested_by=checked_text(command.attested_by, "attested_by", most=NAME_LENGTH, least=1),
        )
    ]


def _must_show(character: str, look: str | None, reads: Reads) -> Character:
    shown = read(reads, character, Character)
    must_be_live(shown.retired, character)
    if look is not None:
        must_have_look(shown.looks, look, character)
    return shown


def _mint(command: MintElement, state: Element, reads: Reads) -> Sequence[Event]:
    must_be_new(state.exists, command.stream)
    wanted, inputs = command.requested, command.requested.inputs
    read(reads, wanted.account, Account)
    _must_show(inputs.character, inputs.look, reads)
    for asset in assets_of(inputs):
        must_be_live(read(reads, asset, Asset).retired, asset)
    if inputs.voice is not None:
        must_be_usable_on(wanted.account, read(reads, inputs.voice, Voice), inputs.voice)
    if wanted.remint_of is not None:
        before = read(reads, wanted.remint_of, Element)
        if before.character != inputs.character:
            raise InvalidCommand(
                f"{wanted.remint_of} shows {before.character}, not {inputs.character}",
                hint="mint anew instead",
                path="remint_of",
            )
    must_pay(wanted.production, wanted.estimate_units, reads)
    return [wanted]


def _end(command: EndMint, state: Element, reads: Reads) -> Sequence[Event]:
    if not must_end(command, state.mint, reads):
        return []
    if command.outcome != "delivered":
        return [ElementMintFailed(outcome=command.outcome, reason=command.reason)]
    return [
        ElementMinted(
            element_id=int(command.made_id),
            voice_id=command.voice_id,
            task_id=command.task_id,
            units=command.units,
        )
    ]


def evolve(state: Element, event: Event) -> Element:
    match event:
        case ElementAdopted():
            return Element(
                True, event.element_id, event.account, event.character, event.look, event.made_from
            )
        case ElementMintRequested(inputs=inputs):
            made_from: Literal["image", "video"] = "video" if inputs.video else "image"
            return Element(True, None, event.account, inputs.character, inputs.look, made_from, Mint(event))
        case ElementRetired():
            return replace(state, retired=True, doomed=state.doomed or event.delete)
        case ElementLost():
            return replace(state, lost=event.cause)
        case ElementRecovered():
            return replace(state, lost=None)
        case ElementDeleted():
            return replace(state, deleted=True)
        case _:
            return _minted(state, event)


def _minted(state: Element, event: Event) -> Element:
    match event:
        case SubmissionOpened():
            return replace(state, mint=submitted(state.mint, event.submission))
        case ElementMinted():
            return replace(state, element_id=event.element_id, mint=ended(state.mint, "delivered"))
        case ElementMintFailed():
            return replace(state, mint=ended(state.mint, event.outcome))
        case _:
            raise unexpected(event)


DECIDER = Decider(Element(), decide, evolve)
