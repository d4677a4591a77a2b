"""What reads in a storm: one who follows from the beginning, one who comes late, one who is killed again and again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from registry.events.envelope import Recorded
from tests.registry.log.opened import STUDIO
from tests.storm.places import at

NAME: Final = "stormy"
AT_ONCE: Final = 500
_SEEN: Final = text("INSERT INTO storm_seen (position, event_id) VALUES (:position, :event_id)")


def follow(home: Path, seen: Path, done: Path) -> None:
    """Write down every event in the order it comes, until the log ends where `done` says."""
    position = 0
    with at(home) as log, seen.open("w", encoding="ascii") as told:
        feed = log.registry.feed
        while position < _end(done):
            for event in feed.after(STUDIO, position, limit=AT_ONCE):
                told.write(f"{event.position} {event.event_id}\n")
                position = event.position
            feed.wait(STUDIO, position, timeout=0.2)


def apply(home: Path, done: Path) -> None:
    """Apply every event to a table under a kept name, until the log ends where `done` says."""
    with at(home) as log:
        subscriber = log.registry.subscriber(STUDIO, NAME)
        while subscriber.kept().position < _end(done):
            if not subscriber.apply(note):
                subscriber.wait(timeout=0.2)


def note(connection: Connection, events: Sequence[Recorded]) -> None:
    """The effect: a row for every event. Nothing forbids a second one, so that it would be counted."""
    rows = [{"position": event.position, "event_id": event.event_id} for event in events]
    connection.execute(_SEEN, rows)


def _end(done: Path) -> float:
    """Where the log ends; further than anybody can come while it is still written."""
    try:
        return int(done.read_text() or "inf")
    except (OSError, ValueError):
        return float("inf")
