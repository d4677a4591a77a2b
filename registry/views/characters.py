"""Who recurs, and which pictures and elements show them?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, Index, Row, select
from sqlmodel import Field

from registry.events.character import (
    CharacterDeclared,
    CharacterDescribed,
    CharacterErased,
    CharacterIntroduced,
    CharacterRenamed,
    CharacterRetired,
    LikenessLinked,
    LikenessUnlinked,
    ReferenceAssigned,
    ReferenceWithdrawn,
    VoiceBound,
    VoiceUnbound,
)
from registry.events.envelope import Event, Recorded
from registry.events.personal import GONE, known
from registry.events.references import CharacterKind, Depicts
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.looks import LookCard, ReferenceCard, looks_of
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.rows import add, add_all, change, remove


class CharacterRow(Declared):
    """One character; aliases as a JSON list. `named_at` is the position of the event that gave today's names."""

    __tablename__ = "view_characters"

    log: str = Field(primary_key=True)
    character: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    name: str
    aliases: bytes
    kind: str
    depicts: str
    likeness: str | None = Field(default=None, index=True)
    description: str
    retired: bool
    erased: bool
    introduced_at: int = Field(sa_type=BigInteger)
    named_at: int = Field(sa_type=BigInteger)
    voice: str | None = None
    client_reference: str | None = None


class ReferenceRow(Declared):
    """A picture that stands for a character in a role."""

    __tablename__ = "view_references"

    log: str = Field(primary_key=True)
    character: str = Field(primary_key=True)
    asset: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    look: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)


class CalledRow(Declared):
    """A word that a character is called by now: its name or an alias, casefolded, so that a word finds its people at once."""

    __tablename__ = "view_called"
    __table_args__ = (Index("called_by_character", "log", "character"),)

    log: str = Field(primary_key=True)
    word: str = Field(primary_key=True)
    character: str = Field(primary_key=True)


CHARACTERS = CharacterRow.__table__
REFERENCES = ReferenceRow.__table__
CALLED = CalledRow.__table__


class CharacterCard(Card):
    """A character with its reference pictures in the order they were assigned, and its looks in the order they were defined.

    `voice` is what it speaks with, `likeness` the real person behind it, `client_reference` what it is called elsewhere.
    """

    id: str
    version: int
    name: str
    aliases: tuple[str, ...]
    kind: CharacterKind
    depicts: Depicts
    likeness: str | None = None
    description: str
    references: tuple[ReferenceCard, ...]
    looks: tuple[LookCard, ...]
    retired: bool
    erased: bool = False
    introduced_at: int
    voice: str | None = None
    client_reference: str | None = None


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case CharacterIntroduced() as event:
                add(connection, CHARACTERS, _row(recorded, event))
                _call(connection, recorded, event)
            case CharacterRenamed() as event:
                name, aliases = known(event.name, GONE), orjson.dumps(known(event.aliases, ()))
                _change(connection, recorded, name=name, aliases=aliases, named_at=recorded.position)
                _call(connection, recorded, event)
            case CharacterDescribed() as event:
                _change(connection, recorded, description=known(event.description, GONE))
            case ReferenceAssigned() as event:
                _change(connection, recorded)
                add(connection, REFERENCES, {**_stands(recorded, event), "position": recorded.position})
            case ReferenceWithdrawn() as event:
                _change(connection, recorded)
                remove(connection, REFERENCES, _stands(recorded, event))
            case CharacterErased():
                _change(connection, recorded, named_at=recorded.position, **_GONE)
                _call(connection, recorded, None)
            case event:
                _change(connection, recorded, **_becomes(event))


_GONE = {
    "name": GONE,
    "aliases": b"[]",
    "description": GONE,
    "client_reference": None,
    "retired": True,
    "erased": True,
}


def _becomes(event: Event) -> dict[str, Any]:
    """What changes in the row; every event counts as a version, which pins and If-Match speak about."""
    match event:
        case VoiceBound(voice=voice):
            return {"voice": voice}
        case VoiceUnbound():
            return {"voice": None}
        case CharacterDeclared(depicts=depicts):
            return {"depicts": depicts}
        case LikenessLinked(likeness=likeness):
            return {"likeness": likeness}
        case LikenessUnlinked():
            return {"likeness": None}
        case CharacterRetired():
            return {"retired": True}
        case _:
            return {}


def _row(recorded: Recorded, event: CharacterIntroduced) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "character": recorded.stream,
        "position": recorded.position,
        "version": recorded.version,
        "name": known(event.name, GONE),
        "aliases": orjson.dumps(known(event.aliases, ())),
        "kind": event.kind,
        "depicts": event.depicts,
        "description": known(event.description, GONE),
        "retired": False,
        "erased": False,
        "introduced_at": recorded.recorded_at,
        "named_at": recorded.position,
        "client_reference": known(event.client_reference, None),
    }


def _stands(recorded: Recorded, event: ReferenceAssigned | ReferenceWithdrawn) -> dict[str, str]:
    here = {"log": recorded.log, "character": recorded.stream}
    return {**here, "asset": event.asset, "role": event.role, "look": event.look or ""}


def _change(connection: Connection, recorded: Recorded, **values: Any) -> None:
    here = {"log": recorded.log, "character": recorded.stream}
    change(connection, CHARACTERS, where=here, values={"version": recorded.version, **values})


def _call(
    connection: Connection, recorded: Recorded, event: CharacterIntroduced | CharacterRenamed | None
) -> None:
    """From here on the character is called so, and by no earlier word."""
    who = {"log": recorded.log, "character": recorded.stream}
    remove(connection, CALLED, who)
    names = (known(event.name, ""), *known(event.aliases, ())) if event else ()
    words = dict.fromkeys(name.casefold() for name in names if name)
    add_all(connection, CALLED, [{**who, "word": word} for word in words])


PROJECTION = Projection(
    "characters",
    (CHARACTERS, REFERENCES, CALLED),
    frozenset(
        {
            "CharacterIntroduced",
            "CharacterRenamed",
            "CharacterDescribed",
            "ReferenceAssigned",
            "ReferenceWithdrawn",
            "CharacterRetired",
            "LookDefined",
            "LookRetired",
            "VoiceBound",
            "VoiceUnbound",
            "CharacterDeclared",
            "LikenessLinked",
            "LikenessUnlinked",
            "CharacterErased",
        }
    ),
    _project,
)


def character(connection: Connection, log: str, character: str) -> CharacterCard:
    """One character. Raises NotFound."""
    row = one_row(connection, CHARACTERS, log, "character", character)
    return _cards(connection, log, [row])[0]


def characters(
    connection: Connection, log: str, *, span: Span = FIRST, name: str | None = None
) -> Page[CharacterCard]:
    """Characters in order of introduction; `name` keeps those so named or so called, in any case."""
    if name is not None:
        return Page(items=tuple(find_characters(connection, log, [name])))
    query = select(CHARACTERS).where(CHARACTERS.c.log == log)
    rows, cursor = rows_page(connection, query, CHARACTERS, span)
    return Page(items=tuple(_cards(connection, log, rows)), next=cursor)


def characters_called(
    connection: Connection, log: str, part: str, *, span: Span = FIRST
) -> Page[CharacterCard]:
    """Characters whose name or an alias holds a part, in any case, in order of introduction."""
    called = select(CALLED.c.character).where(
        CALLED.c.log == log, CALLED.c.word.contains(part.casefold(), autoescape=True)
    )
    query = select(CHARACTERS).where(CHARACTERS.c.log == log, CHARACTERS.c.character.in_(called))
    rows, cursor = rows_page(connection, query, CHARACTERS, span)
    return Page(items=tuple(_cards(connection, log, rows)), next=cursor)


def castable(connection: Connection, log: str) -> tuple[tuple[str, str], ...]:
    """The id and the name of everybody who is not retired, in order of introduction: a list to choose from."""
    query = select(CHARACTERS.c.character, CHARACTERS.c.name).where(
        CHARACTERS.c.log == log, CHARACTERS.c.retired.is_(False)
    )
    rows = connection.execute(query.order_by(CHARACTERS.c.position))
    return tuple((row.character, row.name) for row in rows)


def find_characters(connection: Connection, log: str, wanted: Iterable[str]) -> list[CharacterCard]:
    """Everybody whose id, name or alias is among `wanted` (names in any case), in order of introduction."""
    words = list(wanted)
    called = select(CALLED.c.character).where(
        CALLED.c.log == log, CALLED.c.word.in_({word.casefold() for word in words})
    )
    meant = CHARACTERS.c.character.in_({word.casefold() for word in words}) | CHARACTERS.c.character.in_(
        called
    )
    query = select(CHARACTERS).where(CHARACTERS.c.log == log, meant)
    return _cards(connection, log, connection.execute(query.order_by(CHARACTERS.c.position)).all())


def portraits_among(connection: Connection, log: str, assets: Collection[str]) -> frozenset[str]:
    """Those of `assets` that stand for a character in some role."""
    query = select(REFERENCES.c.asset).where(REFERENCES.c.log == log, REFERENCES.c.asset.in_(list(assets)))
    return frozenset(connection.execute(query).scalars())


def characters_until(connection: Connection, log: str, position: int) -> list[str]:
    """The ids of everybody introduced up to a position, in order of introduction."""
    query = select(CHARACTERS.c.character).where(CHARACTERS.c.log == log, CHARACTERS.c.position <= position)
    return list(connection.execute(query.order_by(CHARACTERS.c.position)).scalars())


def candidates_until(connection: Connection, log: str, position: int, *, words: Collection[str]) -> list[str]:
    """The ids of everybody introduced up to a position whom one of `words` may have meant then, in order of introduction.

    That is who is called so today, and who was renamed since: their names of then are not in this view.
    """
    called = (CHARACTERS.c.character, CHARACTERS.c.name, CHARACTERS.c.aliases)
    query = select(*called, CHARACTERS.c.named_at).where(
        CHARACTERS.c.log == log, CHARACTERS.c.position <= position
    )
    keys = {word.casefold() for word in words}
    rows = connection.execute(query.order_by(CHARACTERS.c.position))
    return [row.character for row in rows if row.named_at > position or keys & _called(row)]


def _called(row: Row[*tuple[Any, ...]]) -> set[str]:
    return {word.casefold() for word in (row.character, row.name, *orjson.loads(row.aliases))}


def _reference(row: Row[Any]) -> ReferenceCard:
    return ReferenceCard(asset=row.asset, role=row.role, look=row.look or None)


def _cards(connection: Connection, log: str, rows: Sequence[Row[Any]]) -> list[CharacterCard]:
    ids = [row.character for row in rows]
    references = connection.execute(
        select(REFERENCES)
        .where(REFERENCES.c.log == log, REFERENCES.c.character.in_(ids))
        .order_by(REFERENCES.c.position)
    ).all()
    by_character: dict[str, list[ReferenceCard]] = defaultdict(list)
    for reference in references:
        by_character[reference.character].append(_reference(reference))
    looks = looks_of(connection, log, by_character, characters=ids)
    return [
        CharacterCard(
            id=row.character,
            version=row.version,
            name=row.name,
            aliases=tuple(orjson.loads(row.aliases)),
            kind=row.kind,
            depicts=row.depicts,
            likeness=row.likeness,
            description=row.description,
            references=tuple(by_character[row.character]),
            looks=looks.get(row.character, ()),
            retired=row.retired,
            erased=row.erased,
            introduced_at=row.introduced_at,
            voice=row.voice,
            client_reference=row.client_reference,
        )
        for row in rows
    ]
