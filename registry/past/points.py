"""Points in a thing's past: a version of it, a position of its log, or a moment; and which version each of them means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from registry.deciders.kinds import DECIDERS
from registry.errors import InvalidCommand, NotFound
from registry.events.ids import SYSTEM_LOG, prefix_of
from registry.registry import Connection, Registry
from registry.views import access

_OF_ALL: Final = {
    "reads": "streams of reads hold those of all studios: ask for the list of reads",
    "signing": "the keys that sign checkpoints are the installation's: ask for GET /v1/log/keys",
    "rebuild": "a rebuild is about the whole installation: see what `rebuild` printed, or its log",
}


@dataclass(frozen=True, slots=True)
class Version:
    """After so many of its own events."""

    number: int


@dataclass(frozen=True, slots=True)
class Position:
    """When its log ended here, inclusive."""

    number: int


@dataclass(frozen=True, slots=True)
class Moment:
    """At this time, in microseconds since 1970, with everything recorded until then."""

    at_us: int


Point = Version | Position | Moment


def log_of(registry: Registry, studio: str, thing: str) -> str:
    """The log that a studio's thing stands in. Raises NotFound for what is no id, another studio's, or the installation's."""
    kind = kind_of(thing)
    if kind in _OF_ALL:
        raise NotFound(f"{thing} belongs to no studio", hint=_OF_ALL[kind])
    if kind == "studio" and thing != studio:
        raise _nothing(thing)
    if kind == "key":
        with registry.reading(SYSTEM_LOG) as connection:
            access.key(connection, studio, thing)
    return SYSTEM_LOG if kind in ("studio", "key") else studio


def kind_of(thing: str) -> str:
    """The kind of thing an id names, of those that have a past. Raises NotFound."""
    try:
        kind = prefix_of(thing)
    except ValueError:
        kind = ""
    if kind not in DECIDERS:
        raise NotFound(f"there is no {thing!r}", hint="check the id")
    return kind


def version_at(registry: Registry, connection: Connection, log: str, thing: str, point: Point | None) -> int:
    """The version a point means; None is now. Raises NotFound before it began, InvalidCommand for what has not come yet."""
    history = registry.history
    newest = history.version(connection, log, thing)
    if newest == 0:
        raise _nothing(thing)
    if point is None:
        return newest
    if isinstance(point, Version):
        if point.number > newest:
            raise InvalidCommand(
                f"{thing} has come to version {newest}, not to {point.number}",
                hint=f"name a version up to v{newest}, or none for now",
            )
        then = point.number
    else:
        position = position_at(registry, connection, log, point)
        then = history.version(connection, log, thing, as_of=position)
    if then == 0:
        [first] = history.between(connection, log, thing, until=1)
        raise NotFound(
            f"there was no {thing} then: it began at position {first.position}",
            hint=f"ask for position {first.position} or later, or for v1",
        )
    return then


def position_at(registry: Registry, connection: Connection, log: str, point: Position | Moment) -> int:
    """The position that a point means; 0 for a moment before the log began. Raises InvalidCommand for what has not come yet."""
    if isinstance(point, Moment):
        if point.at_us > registry.clock():
            raise InvalidCommand("that moment has not come yet", hint="name one up to now, or none for now")
        return registry.position_at(connection, log, point.at_us)
    end = registry.head(connection, log)
    if point.number > end:
        raise InvalidCommand(
            f"there is no position {point.number}: the log reaches from 1 to {end}",
            hint=f"name a position up to {end}, or none for now",
        )
    return point.number


def _nothing(thing: str) -> NotFound:
    return NotFound(f"there is no {thing}", hint="check the id")
