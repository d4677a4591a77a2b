"""Scenes: a place in the story with a cast; the stream people read to see what carries over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from registry.deciders.character import Character
from registry.deciders.clip import Clip
from registry.deciders.command import (
    NAME_LENGTH,
    AlreadyClosed,
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
from registry.deciders.pins import MovePin, PinCharacter, Pins, ReleasePin, decide_pin, evolve_pins
from registry.deciders.production import Production
from registry.deciders.production import must_be_open as production_must_be_open
from registry.deciders.records import CorrectContinuity, Records, decide_correction, evolve_records
from registry.errors import InvalidCommand, NotFound
from registry.events.envelope import Event
from registry.events.personal import known
from registry.events.pins import CharacterPinned, PinReleased
from registry.events.scene import (
    CastReleased,
    CharacterCast,
    ContinuityCorrected,
    ContinuityRecorded,
    SceneClosed,
    SceneContinuedFrom,
    SceneDescribed,
    SceneOpened,
    ShotDropped,
    ShotPlanned,
)


@dataclass(frozen=True, kw_only=True)
class OpenScene(Command):
    """Begin a scene of a production."""

    production: str
    name: str
    episode: int = 1
    number: int = 0
    setting: str = ""
    client_reference: str | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.production,)


@dataclass(frozen=True, kw_only=True)
class DescribeScene(Command):
    """Change name or setting; what is None stays."""

    name: str | None = None
    setting: str | None = None


@dataclass(frozen=True, kw_only=True)
class CastInScene(Command):
    """Let a character play in the scene, as the character is now."""

    character: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.character,)


@dataclass(frozen=True, kw_only=True)
class ReleaseFromScene(Command):
    """Let the character play in it no longer."""

    character: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ContinueScene(Command):
    """Take up where a clip of another scene left off (guide E)."""

    clip: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.clip,)


@dataclass(frozen=True, kw_only=True)
class PlanShot(Command):
    """Plan a moment to film."""

    shot: str
    action: str
    framing: str | None = None
    client_reference: str | None = None


@dataclass(frozen=True, kw_only=True)
class DropShot(Command):
    """Film that moment no more."""

    shot: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordContinuity(Command):
    """Write down how a generation ended here and what it carries over. Allowed on closed scenes: paid results still arrive."""

    continuity: ContinuityRecorded


@dataclass(frozen=True, kw_only=True)
class CloseScene(Command):
    """Take no further requests."""

    reason: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene as it is; `shots` are the live ones in order, `recorded` what the records say, by generation."""

    exists: bool = False
    production: str = ""
    name: str = ""
    setting: str = ""
    cast: tuple[str, ...] = ()
    shots: tuple[str, ...] = ()
    shots_ever: int = 0
    continued_from: str | None = None
    recorded: Records = field(default_factory=dict)
    pins: Pins = field(default_factory=dict)
    closed: bool = False


def decide(command: Command, state: Scene, reads: Reads) -> Sequence[Event]:
    if isinstance(command, OpenScene):
        return _open(command, state, reads)
    must_exist(state.exists, command.stream)
    if isinstance(command, RecordContinuity):
        return _record(command, state)
    if isinstance(command, CorrectContinuity):
        return decide_correction(command, state.recorded, state.shots)
    must_be_open(state, command.stream)
    match command:
        case DescribeScene():
            return _describe(command, state)
        case CastInScene():
            return _cast(command, state, reads)
        case ReleaseFromScene():
            if command.character not in state.cast:
                raise NotFound(
                    f"{command.character} is not cast in {command.stream}", hint="look at the scene's cast"
                )
            return [CastReleased(character=command.character, reason=checked_text(command.reason, "reason"))]
        case PinCharacter() | ReleasePin() | MovePin():
            return decide_pin(command, state.pins, reads)
        case ContinueScene():
            return _continue(command, state, reads)
        case PlanShot() | DropShot():
            return _shots(command, state)
        case CloseScene():
            return [SceneClosed(reason=checked_text(command.reason, "reason"))]
        case _:
            raise unexpected(command)


def must_be_open(state: Scene, stream: str) -> None:
    """Raises AlreadyClosed."""
    if state.closed:
        raise AlreadyClosed(f"{stream} is closed", hint="open another scene")


def _open(command: OpenScene, state: Scene, reads: Reads) -> Sequence[Event]:
    must_be_new(state.exists, command.stream)
    production_must_be_open(read(reads, command.production, Production), command.production)
    return [
        SceneOpened(
            production=command.production,
            name=checked_text(command.name, "name", most=NAME_LENGTH, least=1),
            episode=command.episode,
            number=command.number,
            setting=checked_text(command.setting, "setting"),
            client_reference=command.client_reference,
        )
    ]


def _describe(command: DescribeScene, state: Scene) -> Sequence[Event]:
    name = (
        state.name if command.name is None else checked_text(command.name, "name", most=NAME_LENGTH, least=1)
    )
    setting = state.setting if command.setting is None else checked_text(command.setting, "setting")
    if (name, setting) == (state.name, state.setting):
        return []
    return [SceneDescribed(name=name, setting=setting)]


def _cast(command: CastInScene, state: Scene, reads: Reads) -> Sequence[Event]:
    character = read(reads, command.character, Character)
    must_be_live(character.retired, command.character)
    if command.character in state.cast:
        return []
    return [CharacterCast(character=command.character, character_version=character.version)]


def _continue(command: ContinueScene, state: Scene, reads: Reads) -> Sequence[Event]:
    clip = read(reads, command.clip, Clip)
    if clip.scene == command.stream:
        raise InvalidCommand(
            f"{command.clip} is of this scene; a scene continues another scene's clip (guide E, guide 3D)",
            hint="one scene is one clip: retake it, or open a scene for what follows",
            path="clip",
        )
    if state.continued_from == command.clip:
        return []
    return [SceneContinuedFrom(scene=clip.scene, clip=command.clip)]


def _shots(command: PlanShot | DropShot, state: Scene) -> Sequence[Event]:
    match command:
        case PlanShot():
            must_be_new(command.shot in state.shots, command.shot)
            action = checked_text(command.action, "action", least=1)
            return [
                ShotPlanned(
                    shot=command.shot,
                    number=state.shots_ever + 1,
                    action=action,
                    framing=command.framing or None,
                    subjects=state.cast,
                    client_reference=command.client_reference,
                )
            ]
        case DropShot():
            must_exist(command.shot in state.shots, command.shot)
            return [ShotDropped(shot=command.shot, reason=checked_text(command.reason, "reason"))]


def _record(command: RecordContinuity, state: Scene) -> Sequence[Event]:
    return [] if command.continuity.generation in state.recorded else [command.continuity]


def evolve(state: Scene, event: Event) -> Scene:
    match event:
        case SceneOpened():
            setting = known(event.setting, "")
            return Scene(exists=True, production=event.production, name=event.name, setting=setting)
        case SceneDescribed():
            return replace(state, name=event.name, setting=known(event.setting, ""))
        case CharacterCast():
            return replace(state, cast=(*state.cast, event.character))
        case CastReleased():
            return replace(state, cast=tuple(kept for kept in state.cast if kept != event.character))
        case CharacterPinned() | PinReleased():
            return replace(state, pins=evolve_pins(state.pins, event))
        case SceneContinuedFrom():
            return replace(state, continued_from=event.clip)
        case ShotPlanned():
            return replace(state, shots=(*state.shots, event.shot), shots_ever=state.shots_ever + 1)
        case ShotDropped():
            return replace(state, shots=tuple(kept for kept in state.shots if kept != event.shot))
        case ContinuityRecorded() | ContinuityCorrected():
            return replace(state, recorded=evolve_records(state.recorded, event))
        case SceneClosed():
            return replace(state, closed=True)
        case _:
            raise unexpected(event)


DECIDER = Decider(Scene(), decide, evolve)
