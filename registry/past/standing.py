"""A thing as it stood at a point of its past, and what differs between two of them, event by event."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from registry.deciders.kinds import DECIDERS
from registry.deciders.shown import changes, marked, shown
from registry.errors import InvalidCommand
from registry.events.envelope import Recorded
from registry.past.points import Point, kind_of, log_of, version_at
from registry.past.told import Change, Difference, Step, Stood
from registry.registry import Connection, Registry

MOST_STEPS: Final = 1_000
"""Events between two points that are compared: each is held against the one before."""


def stood(registry: Registry, studio: str, thing: str, point: Point | None = None) -> Stood:
    """A thing as of a point. Raises NotFound where it was not there (yet), InvalidCommand for what has not come yet."""
    log = log_of(registry, studio, thing)
    with registry.snapshot(log) as connection:
        version = version_at(registry, connection, log, thing, point)
        newest = registry.history.version(connection, log, thing)
        [(last, state)] = deque(_folding(registry, connection, log, thing, until=version), maxlen=1)
    return Stood(
        id=thing,
        kind=kind_of(thing),
        version=version,
        newest=newest,
        position=last.position,
        recorded_at=last.recorded_at,
        state=shown(state),
    )


def difference(
    registry: Registry, studio: str, thing: str, *, since: Point, until: Point | None = None
) -> Difference:
    """What changed from one point to a later one; None is now. Raises NotFound and InvalidCommand as `stood` does, and the latter
    where `until` is before `since`, and for more than a thousand events between them.
    """
    log = log_of(registry, studio, thing)
    with registry.snapshot(log) as connection:
        first = version_at(registry, connection, log, thing, since)
        last = version_at(registry, connection, log, thing, until)
        _must_be_near(thing, first, last)
        steps = [
            (recorded, state)
            for recorded, state in _folding(registry, connection, log, thing, until=last)
            if recorded.version >= first
        ]
    (begun, before), (ended, after) = steps[0], steps[-1]
    touched = list(_touched(steps))
    return Difference(
        id=thing,
        kind=kind_of(thing),
        since=first,
        until=last,
        from_position=begun.position,
        to_position=ended.position,
        changes=tuple(Change(**one._asdict(), by=_by(one.path, touched)) for one in changes(before, after)),
    )


def _folding(
    registry: Registry, connection: Connection, log: str, thing: str, *, until: int
) -> Iterator[tuple[Recorded, Any]]:
    """Each event with the state it leads to."""
    decider = DECIDERS[kind_of(thing)]
    state = decider.initial
    for recorded in registry.history.between(connection, log, thing, until=until):
        state = decider.evolve(state, marked(recorded.event))
        yield recorded, state


def _must_be_near(thing: str, first: int, last: int) -> None:
    if last < first:
        raise InvalidCommand(
            f"version {last} of {thing} comes before version {first}", hint="change the two points round"
        )
    if last - first > MOST_STEPS:
        raise InvalidCommand(
            f"{last - first} events lie between the two points, at most {MOST_STEPS} are compared",
            hint=f"ask in parts: from v{first} to v{first + MOST_STEPS} first",
        )


def _touched(steps: list[tuple[Recorded, Any]]) -> Iterator[tuple[Step, tuple[str, ...]]]:
    """Which paths each event changed."""
    before = steps[0][1]
    for recorded, after in steps[1:]:
        step = Step(version=recorded.version, position=recorded.position, type=recorded.type)
        yield step, tuple(one.path for one in changes(before, after))
        before = after


def _by(path: str, touched: list[tuple[Step, tuple[str, ...]]]) -> tuple[Step, ...]:
    """Who touched what is at, above or below a path."""
    return tuple(step for step, paths in touched if any(_related(path, one) for one in paths))


def _related(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")
