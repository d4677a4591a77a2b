"""What the log is handed: deciders, projections, a sealer and a leaf hasher, as the shapes it expects of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, Table

from registry.events.envelope import Context, Event, Recorded

State = Any
"""A folded aggregate, frozen. The log never looks inside."""


class Command(Protocol):
    """Something wanted: the one stream it writes, and those it only reads."""

    @property
    def stream(self) -> str: ...

    @property
    def reads(self) -> tuple[str, ...]: ...


class Decider(Protocol):
    """A pair of pure functions over one kind of stream. `decide` returns events or raises a Refusal; `evolve` never refuses."""

    @property
    def initial(self) -> State: ...

    @property
    def decide(self) -> Callable[[Any, State, Mapping[str, State]], Sequence[Event]]: ...

    @property
    def evolve(self) -> Callable[[State, Event], State]: ...


@dataclass(frozen=True, slots=True)
class Projection:
    """A view: its tables, the events it wants, and how a batch of them becomes rows, inside the append's transaction."""

    name: str
    tables: tuple[Table, ...]
    events: frozenset[str]
    project: Callable[[Connection, Sequence[Recorded]], None]


class Sealing(Protocol):
    """The sealing of one batch. `flush` makes new keys durable before the events commit; False means: seal again.

    `seal` answers the erased mark for what is about an erased subject.
    """

    def seal(self, value: Any, *, under: Sequence[str], bound_to: str) -> dict[str, Any]: ...

    def flush(self) -> bool: ...


class Opening(Protocol):
    """What opens the sealed fields of one batch of rows."""

    def open(self, envelope: Mapping[str, Any], *, bound_to: str) -> Any: ...


class Seal(Protocol):
    """Personal fields: `begin` for a batch that seals some, `open` for who reads; `erasures`: how often keys were destroyed."""

    def begin(self, erasures: int) -> Sealing: ...

    def open(self, envelope: Mapping[str, Any], *, bound_to: str) -> Any: ...

    def opening(self, envelopes: Iterable[Mapping[str, Any]]) -> Opening: ...

    def erasures(self) -> int: ...


LeafHash = Callable[[Mapping[str, Any]], bytes]
Clock = Callable[[], int]
"""Microseconds since 1970, UTC."""


class Trace(Protocol):
    """Wraps a piece of work, so that somebody outside may time it and see what it was part of. It changes nothing about it.

    The name is one of ours, and of what the work is about only ids are told: nothing personal.
    """

    def __call__(self, name: str, /, **ids: str) -> AbstractContextManager[None]: ...


def untraced(name: str, /, **ids: str) -> AbstractContextManager[None]:  # noqa: ARG001 - the part that nobody plays
    """Nobody watches."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches the log at work. `batch` is told how many calls each commit carries; it is quick, and never raises."""

    trace: Trace = untraced
    batch: Callable[[int], None] = lambda calls: None  # noqa: ARG005


@dataclass(frozen=True, slots=True)
class Fence:
    """The lease a worker acts under: the append fails unless this epoch is still the current one."""

    work: str
    epoch: int


@dataclass(frozen=True, slots=True)
class AnswerWanted:
    """Make the command idempotent: the reply is built inside the transaction, after the views, and kept for `lifetime_us`."""

    key: str
    command_sha256: str
    build: Callable[[Connection, Sequence[Recorded]], bytes]
    lifetime_us: int


@dataclass(frozen=True, slots=True)
class Handle:
    """One call of `handle`: all of its commands or none. `expected` holds versions the caller named (If-Match)."""

    log: str
    commands: tuple[Command, ...]
    context: Context
    answer: AnswerWanted | None = None
    fence: Fence | None = None
    expected: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Handled:
    """What came of it. `replayed` says the answer is an earlier one and nothing new was written."""

    recorded: tuple[Recorded, ...]
    position: int
    answer: bytes | None = None
    replayed: bool = False
