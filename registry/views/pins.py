"""What do scenes and productions hold on to, and what has happened to it since?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, select
from sqlmodel import Field

from registry.events.envelope import Recorded
from registry.events.pins import CharacterPinned, PinReleased
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.log.tables import EVENTS
from registry.views.characters import CHARACTERS
from registry.views.page import Card
from registry.views.rows import add, remove


class PinRow(Declared):
    """A character that a scene or a production holds on to."""

    __tablename__ = "view_pins"

    log: str = Field(primary_key=True)
    holder: str = Field(primary_key=True)
    character: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    look: str | None


PINS = PinRow.__table__


class PinCard(Card):
    """A character as of `version`, in `look` (null: as introduced).

    `behind` says that there is a newer version, and `changed` what happened to the character since, oldest first.
    """

    character: str
    version: int
    current_version: int
    look: str | None
    behind: bool
    changed: tuple[str, ...]


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        event = recorded.event
        if not isinstance(event, CharacterPinned | PinReleased):
            continue
        place = {"log": recorded.log, "holder": recorded.stream, "character": event.character}
        remove(connection, PINS, place)
        if isinstance(event, CharacterPinned):
            said = {"version": event.character_version, "look": event.look, "position": recorded.position}
            add(connection, PINS, {**place, **said})


PROJECTION = Projection("pins", (PINS,), frozenset({"CharacterPinned", "PinReleased"}), _project)


def pins_of(connection: Connection, log: str, holders: Sequence[str]) -> Mapping[str, tuple[PinCard, ...]]:
    """The pins of these scenes and productions, each holder's in the order they were set."""
    query = select(PINS, CHARACTERS.c.version.label("current")).join(
        CHARACTERS, (CHARACTERS.c.log == PINS.c.log) & (CHARACTERS.c.character == PINS.c.character)
    )
    held = query.where(PINS.c.log == log, PINS.c.holder.in_(holders)).order_by(PINS.c.position)
    rows = connection.execute(held).all()
    since = _since(connection, log, rows)
    found: dict[str, list[PinCard]] = defaultdict(list)
    for row in rows:
        found[row.holder].append(
            PinCard(
                character=row.character,
                version=row.version,
                current_version=row.current,
                look=row.look,
                behind=row.current > row.version,
                changed=tuple(
                    word for version, word in since.get(row.character, ()) if version > row.version
                ),
            )
        )
    return defaultdict(tuple, {holder: tuple(cards) for holder, cards in found.items()})


def _since(connection: Connection, log: str, rows: Sequence[Row[Any]]) -> dict[str, list[tuple[int, str]]]:
    """What happened to the characters of pins that are behind, with the version each event made."""
    behind = [row for row in rows if row.current > row.version]
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    if not behind:
        return found
    query = select(EVENTS.c.stream, EVENTS.c.version, EVENTS.c.type).where(
        EVENTS.c.log == log,
        EVENTS.c.stream.in_({row.character for row in behind}),
        EVENTS.c.version > min(row.version for row in behind),
    )
    for stream, version, name in connection.execute(query.order_by(EVENTS.c.stream, EVENTS.c.version)):
        found[stream].append((version, in_words(name)))
    return found


def in_words(event_name: str) -> str:
    """`LookDefined` as `look defined`."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", event_name).lower()
