"""Folded aggregates: the newest cached by log and stream, past ones by version too. Frozen, so threads may share them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select

from registry.errors import NotFound
from registry.events.ids import prefix_of
from registry.log.engine.quick import Quick, rows_of
from registry.log.roles import Decider, State
from registry.log.rows import RowReader
from registry.log.tables import EVENTS

_FORGET_ALL_BEYOND: Final = 2_000
"""When another process wrote more events than this since we looked, dropping the cache is cheaper than naming streams."""


_STREAMS_A_QUERY: Final = 500
"""Every engine takes so many values in one statement."""


def _until(position: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Adding nothing keeps the planner on the stream index; by position it would walk the whole log."""
    hidden: ColumnElement[int] = EVENTS.c.position.op("+")(0)
    return hidden <= position


def _in_parts(streams: Iterable[str]) -> Iterator[list[str]]:
    waiting = list(dict.fromkeys(streams))
    for start in range(0, len(waiting), _STREAMS_A_QUERY):
        yield waiting[start : start + _STREAMS_A_QUERY]


_OF_ONE: Final = (
    select(EVENTS)
    .where(EVENTS.c.log == bindparam("of_log"), EVENTS.c.stream == bindparam("of_stream"))
    .order_by(EVENTS.c.version)
)
_OF_ONE_THEN: Final = _OF_ONE.where(_until(bindparam("as_of")))
_ALL_OF: Final = (
    select(EVENTS)
    .where(EVENTS.c.log == bindparam("of_log"), EVENTS.c.stream.in_(bindparam("streams", expanding=True)))
    .order_by(EVENTS.c.stream, EVENTS.c.version)
)
"""Every event of some streams, stream by stream."""


def decider_of(deciders: Mapping[str, Decider], stream: str) -> Decider:
    """Who speaks for this stream. Raises NotFound for what is no id of a thing we keep."""
    try:
        return deciders[prefix_of(stream)]
    except (ValueError, KeyError):
        raise NotFound(f"there is no {stream!r}", hint="check the id") from None


def knows(deciders: Mapping[str, Decider], stream: str) -> bool:
    """Whether anybody speaks for this stream."""
    try:
        return prefix_of(stream) in deciders
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Folded:
    """A stream's state and the version it is at; version 0 is a stream that does not exist."""

    version: int
    state: State


class States:
    """The caches. `catch_up` evicts what other processes changed; it is called under the head lock.

    Every look into a cache asks first whether keys were destroyed since, here or elsewhere; then all of it goes, as any state may
    hold texts about an erased person. `size` bounds each of the two caches; a state takes about 6 kB, so 2,000 of them are about
    12 MB, and one that is not there is folded again in less than a millisecond.
    """

    def __init__(self, deciders: Mapping[str, Decider], reader: RowReader, *, size: int = 2_000) -> None:
        self._deciders = deciders
        self._reader = reader
        self._size = size
        self._lock = threading.Lock()
        self._cache: OrderedDict[tuple[str, str], Folded] = OrderedDict()
        self._past: OrderedDict[tuple[str, str, int], Folded] = OrderedDict()
        self._seen: dict[str, int] = {}
        self._erasures = 0

    def ask(self, quick: Quick, log: str, streams: Collection[str]) -> Callable[[], None]:
        """Ask for the newest states of those of `streams` that are not at hand, all at once; what is answered takes them over.

        Under the head lock only; what other processes changed is forgotten by `catch_up` before the answer is taken.
        """
        with self._lock:
            missing = [one for one in dict.fromkeys(streams) if (log, one) not in self._cache]
        missing = [one for one in missing if knows(self._deciders, one)]
        asked = [quick.ask(_ALL_OF, {"of_log": log, "streams": some}) for some in _in_parts(missing)]

        def take() -> None:
            found = {one: Folded(0, decider_of(self._deciders, one).initial) for one in missing}
            for one in asked:
                self._fold_rows(found, one.all())
            with self._lock:
                self._cache.update({(log, stream): folded for stream, folded in found.items()})

        return take

    def load(self, connection: Connection, log: str, stream: str) -> Folded:
        """The newest state. Only sound under the head lock, after `catch_up`: no key is destroyed while it is held."""
        with self._lock:
            if (cached := self._cache.get((log, stream))) is not None:
                self._cache.move_to_end((log, stream))
                return cached
        folded = self.fold(connection, log, stream)
        with self._lock:
            self._cache[log, stream] = folded
        return folded

    def fold(self, connection: Connection, log: str, stream: str, *, as_of: int | None = None) -> Folded:
        """The state as of a position (inclusive), straight from the log."""
        decider = decider_of(self._deciders, stream)
        asked = {"of_log": log, "of_stream": stream}
        if as_of is None:
            rows = rows_of(connection, _OF_ONE, asked)
        else:
            rows = rows_of(connection, _OF_ONE_THEN, {**asked, "as_of": as_of})
        state, version = decider.initial, 0
        for recorded in self._reader.all(rows):
            state, version = decider.evolve(state, recorded.event), recorded.version
        return Folded(version, state)

    def fold_all(
        self, connection: Connection, log: str, streams: Iterable[str], *, as_of: int
    ) -> dict[str, Folded]:
        """Those of `streams` that existed as of a position (inclusive), on the one state `connection` sees.

        One question tells each stream's version then; a state of that version is folded once and kept, since a version never
        changes. What an erasure takes away is forgotten.
        """
        erasures = self._current()
        then = self._versions(connection, log, streams, as_of)
        found = {stream: kept for stream, version in then.items() if (kept := self._at(log, stream, version))}
        fresh = self._folded(connection, log, [stream for stream in then if stream not in found], as_of)
        if self._current() != erasures:
            return fresh | self._folded(connection, log, list(found), as_of)
        self._remember(log, fresh)
        return found | fresh

    def fold_versions(
        self, connection: Connection, log: str, versions: Mapping[str, int]
    ) -> dict[str, Folded]:
        """Each stream as of its version; those that never came so far are left out. One question for all that is not cached."""
        erasures = self._current()
        found = {
            stream: kept for stream, version in versions.items() if (kept := self._at(log, stream, version))
        }
        fresh = self._to_versions(
            connection, log, {one: versions[one] for one in versions if one not in found}
        )
        if self._current() != erasures:
            return fresh | self._to_versions(connection, log, {one: versions[one] for one in found})
        self._remember(log, fresh)
        return found | fresh

    def _to_versions(
        self, connection: Connection, log: str, versions: Mapping[str, int]
    ) -> dict[str, Folded]:
        folded: dict[str, Folded] = {}
        for some in _in_parts(versions):
            until = (and_(EVENTS.c.stream == one, EVENTS.c.version <= versions[one]) for one in some)
            self._fold_into(folded, connection, select(EVENTS).where(EVENTS.c.log == log, or_(*until)))
        return {stream: one for stream, one in folded.items() if one.version == versions[stream]}

    def _remember(self, log: str, fresh: Mapping[str, Folded]) -> None:
        with self._lock:
            self._past.update({(log, stream, folded.version): folded for stream, folded in fresh.items()})
            while len(self._past) > self._size:
                self._past.popitem(last=False)

    def _current(self) -> int:
        """Forget everything if keys were destroyed since the last look; answers how often that has happened."""
        erasures = self._reader.erasures()
        with self._lock:
            if erasures != self._erasures:
                self._cache.clear()
                self._past.clear()
                self._erasures = erasures
        return erasures

    def _at(self, log: str, stream: str, version: int) -> Folded | None:
        with self._lock:
            kept = self._past.get((log, stream, version))
            if kept is not None:
                self._past.move_to_end((log, stream, version))
            return kept

    def _versions(
        self, connection: Connection, log: str, streams: Iterable[str], as_of: int
    ) -> dict[str, int]:
        """How far each of `streams` had come; those that did not exist are left out."""
        then: dict[str, int] = {}
        for some in _in_parts(streams):
            query = (
                select(EVENTS.c.stream, func.max(EVENTS.c.version))
                .where(EVENTS.c.log == log, EVENTS.c.stream.in_(some), _until(as_of))
                .group_by(EVENTS.c.stream)
            )
            then.update((stream, version) for stream, version in connection.execute(query))
        return then

    def _folded(
        self, connection: Connection, log: str, streams: Iterable[str], as_of: int
    ) -> dict[str, Folded]:
        found: dict[str, Folded] = {}
        for some in _in_parts(streams):
            query = select(EVENTS).where(EVENTS.c.log == log, EVENTS.c.stream.in_(some), _until(as_of))
            self._fold_into(found, connection, query)
        return found

    def _fold_into(self, found: dict[str, Folded], connection: Connection, query: Select[Any]) -> None:
        """Fold the events of a query, stream by stream."""
        self._fold_rows(found, connection.execute(query.order_by(EVENTS.c.stream, EVENTS.c.version)))

    def _fold_rows(self, found: dict[str, Folded], rows: Iterable[Sequence[Any]]) -> None:
        for recorded in self._reader.all(rows):
            decider = decider_of(self._deciders, recorded.stream)
            before = found[recorded.stream].state if recorded.stream in found else decider.initial
            found[recorded.stream] = Folded(recorded.version, decider.evolve(before, recorded.event))

    def catch_up(self, connection: Connection, log: str, position: int) -> int:
        """Forget the states that other processes changed since this one decided last; answers how often keys were destroyed."""
        erasures = self._current()
        with self._lock:
            seen = self._seen.get(log)
            self._seen[log] = position
            if seen == position:
                return erasures
            if seen is None or position - seen > _FORGET_ALL_BEYOND or position < seen:
                for address in [address for address in self._cache if address[0] == log]:
                    del self._cache[address]
                return erasures
        changed = select(EVENTS.c.stream).distinct().where(EVENTS.c.log == log, EVENTS.c.position > seen)
        for stream in connection.execute(changed).scalars():
            with self._lock:
                self._cache.pop((log, stream), None)
        return erasures

    def promote(
        self, fresh: Mapping[tuple[str, str], Folded], positions: Mapping[str, int], *, erasures: int
    ) -> None:
        """Take over what a committed batch decided, unless keys were destroyed since it began."""
        with self._lock:
            if (
                self._erasures != erasures
            ):  # seen by a reader of this process; what nobody saw yet, the next batch sees
                return
            self._cache.update(fresh)
            self._seen.update(positions)
            while len(self._cache) > self._size:
                self._cache.popitem(last=False)
