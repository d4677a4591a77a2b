"""Characters: who recurs, and which pictures show them in which role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from registry.deciders.asset import Asset
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
from registry.deciders.looks import (
    DefineLook,
    Look,
    RetireLook,
    decide_look,
    evolve_looks,
    must_have_look,
)
from registry.deciders.portrayal import (
    BindVoice,
    Portrayal,
    Portraying,
    checked_depicts,
    decide_portrayal,
    decide_voice,
    evolve_portrayal,
)
from registry.errors import InvalidCommand, NotFound
from registry.events.character import (
    CharacterDescribed,
    CharacterErased,
    CharacterIntroduced,
    CharacterRenamed,
    CharacterRetired,
    LookDefined,
    LookRetired,
    ReferenceAssigned,
    ReferenceWithdrawn,
)
from registry.events.envelope import Event
from registry.events.personal import known
from registry.events.references import CharacterKind, Depicts, ReferenceRole


@dataclass(frozen=True, kw_only=True)
class IntroduceCharacter(Command):
    """Begin a character."""

    name: str
    aliases: tuple[str, ...] = ()
    kind: CharacterKind = "person"
    depicts: Depicts
    description: str = ""
    client_reference: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReviseCharacter(Command):
    """Change name, aliases or description; what is None stays."""

    name: str | None = None
    aliases: tuple[str, ...] | None = None
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class AssignReference(Command):
    """Let a picture stand for the character in a role, in a look (None: as introduced)."""

    asset: str
    role: ReferenceRole
    look: str | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.asset,)


@dataclass(frozen=True, kw_only=True)
class WithdrawReference(Command):
    """Let it stand for the character no longer."""

    asset: str
    role: ReferenceRole
    look: str | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class EraseCharacter(Command):
    """The person behind it is erased."""

    likeness: str


@dataclass(frozen=True, kw_only=True)
class RetireCharacter(Command):
    """Cast the character no more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture that shows the character in a role, in a look (None: as introduced)."""

    asset: str
    role: ReferenceRole
    look: str | None = None


@dataclass(frozen=True, slots=True)
class Character:
    """A character as it is; references in the order of assignment."""

    exists: bool = False
    name: str = ""
    aliases: tuple[str, ...] = ()
    kind: CharacterKind = "person"
    description: str = ""
    references: tuple[Reference, ...] = ()
    version: int = 0
    retired: bool = False
    portrayal: Portrayal = field(default_factory=Portrayal)
    looks: Mapping[str, Look] = field(default_factory=dict)
    erased: bool = False


def decide(command: Command, state: Character, reads: Reads) -> Sequence[Event]:
    if isinstance(command, IntroduceCharacter):
        return _introduce(command, state)
    must_exist(state.exists, command.stream)
    if isinstance(command, EraseCharacter):
        return [] if state.erased else [CharacterErased(likeness=command.likeness)]
    if isinstance(command, Portraying):
        return decide_portrayal(command, state.portrayal, state.kind, reads)
    must_be_live(state.retired, command.stream)
    match command:
        case ReviseCharacter():
            return _revise(command, state)
        case AssignReference():
            return _assign(command, state, reads)
        case WithdrawReference():
            return _withdraw(command, state)
        case DefineLook() | RetireLook():
            return decide_look(command, state.looks)
        case BindVoice():
            return decide_voice(command, state.portrayal, state.kind, reads)
        case RetireCharacter():
            return [CharacterRetired(reason=checked_text(command.reason, "reason"))]
        case _:
            raise unexpected(command)


def _introduce(command: IntroduceCharacter, state: Character) -> Sequence[Event]:
    must_be_new(state.exists, command.stream)
    name = checked_text(command.name, "name", most=NAME_LENGTH, least=1)
    return [
        CharacterIntroduced(
            name=name,
            aliases=_checked_aliases(command.aliases, name),
            kind=command.kind,
            depicts=checked_depicts(command.depicts, command.kind),
            description=checked_text(command.description, "description"),
            client_reference=command.client_reference,
        )
    ]


def _revise(command: ReviseCharacter, state: Character) -> Sequence[Event]:
    events: list[Event] = []
    name = (
        state.name if command.name is None else checked_text(command.name, "name", most=NAME_LENGTH, least=1)
    )
    aliases = _checked_aliases(state.aliases if command.aliases is None else command.aliases, name)
    if (name, aliases) != (state.name, state.aliases):
        events.append(CharacterRenamed(name=name, aliases=aliases))
    if command.description is not None:
        description = checked_text(command.description, "description")
        if description != state.description:
            events.append(CharacterDescribed(description=description))
    return events


def _assign(command: AssignReference, state: Character, reads: Reads) -> Sequence[Event]:
    asset = read(reads, command.asset, Asset)
    must_be_live(asset.retired, command.asset)
    if asset.kind != "picture":
        raise InvalidCommand(
            f"{command.asset} is a {asset.kind}; a reference is a picture",
            hint="assign a picture",
            path="asset",
        )
    if command.look is not None:
        must_have_look(state.looks, command.look, command.stream)
    if Reference(command.asset, command.role, command.look) in state.references:
        return []
    return [ReferenceAssigned(asset=command.asset, role=command.role, look=command.look)]


def _withdraw(command: WithdrawReference, state: Character) -> Sequence[Event]:
    if Reference(command.asset, command.role, command.look) not in state.references:
        look = f" in the look {command.look!r}" if command.look else ""
        raise NotFound(
            f"{command.asset} is not the {command.role} reference of {command.stream}{look}",
            hint="look at the character's references",
        )
    reason = checked_text(command.reason, "reason")
    return [ReferenceWithdrawn(asset=command.asset, role=command.role, look=command.look, reason=reason)]


def _checked_aliases(aliases: tuple[str, ...], name: str) -> tuple[str, ...]:
    checked = [checked_text(alias, "aliases", most=NAME_LENGTH, least=1) for alias in aliases]
    return tuple(alias for alias in dict.fromkeys(checked) if alias != name)


def evolve(state: Character, event: Event) -> Character:
    state = replace(state, version=state.version + 1)
    match event:
        case CharacterIntroduced():
            return replace(
                state,
                exists=True,
                name=known(event.name, ""),
                aliases=known(event.aliases, ()),
                kind=event.kind,
                portrayal=Portrayal(depicts=event.depicts),
                description=known(event.description, ""),
            )
        case CharacterRenamed():
            return replace(state, name=known(event.name, ""), aliases=known(event.aliases, ()))
        case CharacterDescribed():
            return replace(state, description=known(event.description, ""))
        case ReferenceAssigned():
            added = Reference(event.asset, event.role, event.look)
            return replace(state, references=(*state.references, added))
        case ReferenceWithdrawn():
            gone = Reference(event.asset, event.role, event.look)
            return replace(state, references=tuple(kept for kept in state.references if kept != gone))
        case LookDefined() | LookRetired():
            return replace(state, looks=evolve_looks(state.looks, event, version=state.version))
        case CharacterRetired():
            return replace(state, retired=True)
        case CharacterErased():
            return replace(state, retired=True, erased=True)
        case _:
            return replace(state, portrayal=evolve_portrayal(state.portrayal, event))


DECIDER = Decider(Character(), decide, evolve)
