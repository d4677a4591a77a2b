"""What happened to a thing: who did what, why, under which request; and for one event what led to it and what it led to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from registry.errors import InvalidCommand
from registry.events.envelope import Recorded
from registry.events.ids import SYSTEM_LOG, prefix_of
from registry.events.sentences import reasons, sentence
from registry.log.history import Near, Part
from registry.past.points import Version, log_of, version_at
from registry.past.told import Happened, InFull, Neighbour
from registry.registry import Connection, Registry
from registry.views import access
from registry.views.page import Page

_CARRIED: Final = frozenset({"generation", "element", "voice", "submission"})
"""What begins with a request and goes on by itself."""
MOST_FOLLOWED: Final = 100
_WITHHELD: Final = {"secret_sha256"}
"""What only the service compares."""


def history(registry: Registry, studio: str, thing: str, part: Part) -> Page[Happened]:
    """A page of what happened to a thing, each event once; `next` is a version. Raises NotFound."""
    log = log_of(registry, studio, thing)
    with registry.snapshot(log) as connection:
        version_at(registry, connection, log, thing, None)
        found, following = registry.history.part(connection, log, thing, part)
    return Page[Happened](items=told(registry, studio, found), next=following)


def told(registry: Registry, studio: str, found: Sequence[Recorded]) -> tuple[Happened, ...]:
    """Some of a studio's events for people: each in a sentence, with who did it and why."""
    holders = _holders(registry, studio, found)
    return tuple(Happened(**_said(one, holders)) for one in found)


def event(registry: Registry, studio: str, thing: str, version: int) -> InFull:
    """One of a thing's events in full, by its version. Raises NotFound, and InvalidCommand beyond the newest."""
    if version < 1:
        raise InvalidCommand(f"there is no version {version}: versions begin at 1", hint="name one from 1 on")
    log = log_of(registry, studio, thing)
    with registry.snapshot(log) as connection:
        version_at(registry, connection, log, thing, Version(version))
        [found] = registry.history.between(connection, log, thing, after=version - 1, until=version)
        together = registry.history.run(connection, log, found.position)
        first = _beginning(registry, connection, found)
        works = list(
            dict.fromkeys([*_works(found), *(one.stream for one in together if _carried(one.stream))])
        )
        after = together[-1].position
        later = registry.history.followed(connection, log, works, after=after, limit=MOST_FOLLOWED + 1)
    holders = _holders(registry, studio, [found, *([first] if first else [])])
    return InFull(
        **_said(found, holders),
        stream=found.stream,
        schema_version=found.schema_version,
        body=found.event.model_dump(mode="json", exclude=_WITHHELD),
        together=tuple(_near(one) for one in together if one.position != found.position),
        led_by=Happened(**_said(first, holders)) if first else None,
        followed=tuple(
            Neighbour(position=one.position, stream=one.stream, version=one.version, type=one.type)
            for one in later[:MOST_FOLLOWED]
        ),
        more=len(later) > MOST_FOLLOWED,
    )


def _beginning(registry: Registry, connection: Connection, found: Recorded) -> Recorded | None:
    """The first event of the work that an event belongs to, where that is another one."""
    work = found.correlation_id
    if not _carried(work) or not registry.history.version(connection, found.log, work):
        return None
    [first] = registry.history.between(connection, found.log, work, until=1)
    return None if first.position == found.position else first


def _works(found: Recorded) -> Sequence[str]:
    return [found.correlation_id] if _carried(found.correlation_id) else []


def _carried(stream: str) -> bool:
    try:
        return prefix_of(stream) in _CARRIED
    except ValueError:
        return False


def _holders(registry: Registry, studio: str, found: Sequence[Recorded]) -> Mapping[str, str]:
    with registry.reading(SYSTEM_LOG) as connection:
        return access.holders(connection, studio, {one.actor for one in found})


def _said(recorded: Recorded, holders: Mapping[str, str]) -> dict[str, Any]:
    names = ("position", "version", "event_id", "type", "recorded_at", "actor", "request_id", "causation_id")
    return {
        **{name: getattr(recorded, name) for name in (*names, "correlation_id")},
        "holder": holders.get(recorded.actor),
        "sentence": sentence(recorded.event),
        "reasons": reasons(recorded.event),
    }


def _near(one: Near) -> Neighbour:
    return Neighbour(position=one.position, stream=one.stream, version=one.version, type=one.type)
