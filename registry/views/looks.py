"""Which looks does a character have, and how does it look in them?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, select
from sqlmodel import Field

from registry.events.character import LookDefined, LookRetired
from registry.events.envelope import Recorded
from registry.events.personal import known
from registry.events.references import ReferenceRole
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.page import Card
from registry.views.rows import add, change, find


class LookRow(Declared):
    """One look; `version` counts its definitions, `since` is the version of the character that first had it."""

    __tablename__ = "view_looks"

    log: str = Field(primary_key=True)
    character: str = Field(primary_key=True)
    look: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    since: int
    wardrobe: str
    styling: str
    age: str
    retired: bool


LOOKS = LookRow.__table__


class ReferenceCard(Card):
    """A reference picture, its role, and the look it shows (null: as introduced)."""

    asset: str
    role: ReferenceRole
    look: str | None = None


class LookCard(Card):
    """A look with its own pictures. `version` counts its definitions; `since` is the character's version that first had it."""

    look: str
    version: int
    since: int
    wardrobe: str
    styling: str
    age: str
    retired: bool
    references: tuple[ReferenceCard, ...]


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case LookDefined() as event:
                _define(connection, recorded, event)
            case LookRetired(look=look):
                change(connection, LOOKS, where=_of(recorded, look), values={"retired": True})


def _define(connection: Connection, recorded: Recorded, event: LookDefined) -> None:
    texts = {name: known(getattr(event, name), "(erased)") for name in ("wardrobe", "styling", "age")}
    here = _of(recorded, event.look)
    said = {**texts, "retired": False}
    if find(connection, LOOKS, here, "version"):
        change(connection, LOOKS, where=here, values=said, more={"version": 1})
    else:
        first = {"position": recorded.position, "version": 1, "since": recorded.version}
        add(connection, LOOKS, {**here, **first, **said})


def _of(recorded: Recorded, look: str) -> dict[str, str]:
    return {"log": recorded.log, "character": recorded.stream, "look": look}


PROJECTION = Projection("looks", (LOOKS,), frozenset({"LookDefined", "LookRetired"}), _project)


def looks_of(
    connection: Connection, log: str, references: dict[str, list[ReferenceCard]], *, characters: Sequence[str]
) -> dict[str, tuple[LookCard, ...]]:
    """The looks of these characters in order of their first definition, each with its own of the `references`."""
    query = select(LOOKS).where(LOOKS.c.log == log, LOOKS.c.character.in_(characters))
    found: dict[str, list[LookCard]] = defaultdict(list)
    for row in connection.execute(query.order_by(LOOKS.c.position)):
        shown = tuple(one for one in references.get(row.character, ()) if one.look == row.look)
        said = {name: row._mapping[name] for name in LookCard.model_fields if name != "references"}
        found[row.character].append(LookCard(**said, references=shown))
    return {character: tuple(cards) for character, cards in found.items()}
