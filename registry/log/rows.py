"""Between events and rows: sealing on the way in, opening on the way out, exact bytes both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Final, NamedTuple

import orjson

from registry.errors import HistoryTampered, InvalidCommand
from registry.events.canonical import NotStorable, canonical, check_storable
from registry.events.catalogue import EVENTS, read_event
from registry.events.envelope import Context, Event, Recorded
from registry.events.personal import ERASED, personal_fields
from registry.log.roles import LeafHash, Opening, Seal, Sealing

_ERASED: Final = {"erased": True}
_AT_ONCE: Final = 500
_LOG, _POSITION, _EVENT_ID, _STREAM, _TYPE, _SCHEMA_VERSION, _BODY = (
    Recorded._fields.index(name)
    for name in ("log", "position", "event_id", "stream", "type", "schema_version", "body")
)
"""Where they stand in a row, whose columns come in the order of `Recorded`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when in the log an event stands; `recorded_at` in microseconds."""

    log: str
    stream: str
    version: int
    position: int
    event_id: str
    recorded_at: int


class RowWriter:
    """Turns the decided events of one batch into rows. Raises InvalidCommand for values no engine could keep exactly."""

    def __init__(self, sealer: Seal, leaf_hash: LeafHash) -> None:
        self._sealer = sealer
        self._leaf_hash = leaf_hash
        self._sealing: Sealing | None = None

    def begin(self, erasures: int) -> None:
        """The heads are locked, and keys were destroyed so often."""
        self._sealing = self._sealer.begin(erasures)

    def flush(self) -> bool:
        """Make the keys of what was sealed durable; False: seal again."""
        return self._sealing is None or self._sealing.flush()

    def row(self, event: Event, place: Place, context: Context) -> tuple[dict[str, Any], Event]:
        """The row, and the event as it reads from now on: erased where a key was destroyed before."""
        try:
            check_storable([context.actor, context.request_id, context.causation_id, context.correlation_id])
            sealed = self._sealed(event, place)
            body = canonical(sealed)
        except NotStorable as refused:
            raise InvalidCommand(
                f"{event.NAME} cannot be stored: {refused}",
                hint="remove the character or number named",
                path=refused.path,
            ) from None
        row: dict[str, Any] = {
            "log": place.log,
            "position": place.position,
            "event_id": place.event_id,
            "stream": place.stream,
            "version": place.version,
            "type": event.NAME,
            "schema_version": event.VERSION,
            "recorded_at": place.recorded_at,
            "actor": context.actor,
            "request_id": context.request_id,
            "causation_id": context.causation_id,
            "correlation_id": context.correlation_id,
            "body": body,
        }
        row["leaf_hash"] = self._leaf_hash(row)
        gone = {field: ERASED for field in personal_fields(type(event)) if sealed[field] == _ERASED}
        return row, event.model_copy(update=gone) if gone else event

    def _sealed(self, event: Event, place: Place) -> dict[str, Any]:
        body = event.model_dump(mode="json")
        under = event.sealed_under() or (place.stream,)
        address = f"{place.log}/{place.stream}/{place.event_id}"
        if self._sealing is None:
            raise RuntimeError("rows are written between the lock of the heads and the commit")
        for field in personal_fields(type(event)):
            if body[field] is not None and body[field] != _ERASED:
                body[field] = self._sealing.seal(body[field], under=under, bound_to=f"{address}/{field}")
        return body


class RowReader:
    """Turns rows back into recorded events, with personal fields opened or erased."""

    def __init__(self, sealer: Seal) -> None:
        self._sealer = sealer

    def erasures(self) -> int:
        """How often keys were destroyed: what was read before the last time may hold what is erased now."""
        return self._sealer.erasures()

    def all(self, rows: Iterable[Sequence[Any]]) -> Iterator[Recorded]:
        """The rows of a query for whole events, told as they are now. Raises HistoryTampered and UnknownEvent.

        Keys are looked up for several rows at once.
        """
        iterator = iter(rows)
        while some := [_Stored.of(row) for row in islice(iterator, _AT_ONCE)]:
            opening = self._sealer.opening([one.body[field] for one in some for field in one.sealed])
            for one in some:
                yield Recorded._make((*one.row, one.event(opening)))


class _Stored(NamedTuple):
    """A row, its body parsed, and the fields whose values are sealed."""

    row: Sequence[Any]
    body: dict[str, Any]
    sealed: list[str]

    @classmethod
    def of(cls, row: Sequence[Any]) -> _Stored:
        """Raises HistoryTampered."""
        try:
            body = orjson.loads(row[_BODY])
            fields = _personal(row[_TYPE], row[_SCHEMA_VERSION])
            sealed = [
                field for field in fields if isinstance(value := body.get(field), dict) and "sealed" in value
            ]
        except (ValueError, AttributeError) as broken:
            raise _unreadable(row, broken) from None
        return cls(row, body, sealed)

    def event(self, opening: Opening) -> Event:
        """What it says. Raises HistoryTampered and UnknownEvent."""
        row, body, sealed = self
        try:
            for field in sealed:
                address = f"{row[_LOG]}/{row[_STREAM]}/{row[_EVENT_ID]}/{field}"
                body[field] = opening.open(body[field], bound_to=address)
            return read_event(row[_TYPE], row[_SCHEMA_VERSION], body)
        except (ValueError, TypeError, KeyError, AttributeError) as broken:  # pydantic's are ValueErrors
            raise _unreadable(row, broken) from None


@cache
def _personal(name: str, version: int) -> tuple[str, ...]:
    event_type = EVENTS.get((name, version))
    return tuple(personal_fields(event_type)) if event_type else ()


def _unreadable(row: Sequence[Any], broken: Exception) -> HistoryTampered:
    return HistoryTampered(
        f"position {row[_POSITION]} of {row[_LOG]} is no readable {row[_TYPE]}: {type(broken).__name__}",
        hint="the stored event was changed; compare with a backup",
    )
