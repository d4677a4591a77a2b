"""The shape of a decider: commands in, events out, and the state between them. All pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from registry.errors import InvalidCommand, NotFound, Refusal
from registry.events.envelope import Event

NAME_LENGTH: Final = 200
TEXT_LENGTH: Final = 5_000


@dataclass(frozen=True, kw_only=True)
class Command:
    """Something wanted of one stream. Times, ids and chance arrive inside it."""

    stream: str

    @property
    def reads(self) -> tuple[str, ...]:
        """Streams whose state the decision depends on; read under the same lock."""
        return ()


Reads = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decider:
    """The pair of functions over one kind of stream, and the state of a stream that does not exist yet."""

    initial: Any
    decide: Callable[[Any, Any, Reads], Sequence[Event]]
    evolve: Callable[[Any, Event], Any]


class State(Protocol):
    """What every state can say of itself."""

    @property
    def exists(self) -> bool: ...


S = TypeVar("S", bound=State)


class AlreadyExists(Refusal):
    """The stream was begun before."""

    code = "already-exists"


class AlreadyRetired(Refusal):
    """The thing was retired; it stays in history, nothing new may stand on it."""

    code = "already-retired"


class AlreadyClosed(Refusal):
    """The production or scene is closed."""

    code = "already-closed"


def must_be_new(exists: bool, stream: str) -> None:
    if exists:
        raise AlreadyExists(f"{stream} exists already", hint="make a new id for a new thing")


def must_exist(exists: bool, stream: str) -> None:
    if not exists:
        raise NotFound(f"there is no {stream}", hint="check the id")


def read(reads: Reads, stream: str, kind: type[S]) -> S:
    """The state of a stream the decision depends on. Raises NotFound, also for an id of another kind of thing."""
    state = reads[stream]
    if not isinstance(state, kind):
        raise NotFound(f"{stream} is no {kind.__name__.lower()}", hint="check the id")
    must_exist(state.exists, stream)
    return state


def must_be_live(retired: bool, stream: str) -> None:
    if retired:
        raise AlreadyRetired(f"{stream} is retired", hint="use another one, or register a new one")


def checked_text(text: str, field: str, *, most: int = TEXT_LENGTH, least: int = 0) -> str:
    """Text without surrounding space, within its length. Raises InvalidCommand naming field and length."""
    text = text.strip()
    if not least <= len(text) <= most:
        raise InvalidCommand(
            f"{field} has {len(text)} characters, allowed are {least} to {most}",
            hint=f"change {field}",
            path=field,
        )
    return text


def unexpected(what: object) -> RuntimeError:
    """A command or event of another kind of stream: a mistake in our code, not in anybody's data."""
    return RuntimeError(f"{type(what).__name__} does not belong to this kind of stream")
