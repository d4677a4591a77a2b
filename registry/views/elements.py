"""Which element of which account shows whom?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import BigInteger, Connection, Row, UniqueConstraint, insert, select, update
from sqlmodel import Field, SQLModel

from registry.events.element import (
    ElementAdopted,
    ElementDeleted,
    ElementLost,
    ElementRecovered,
    ElementRetired,
    LostCause,
)
from registry.events.envelope import Recorded
from registry.events.personal import known
from registry.log.roles import Projection
from registry.views.page import Card, Page, one_row, rows_page


class ElementRow(SQLModel, table=True):
    """One element binding; an id of an account is bound once."""

    __tablename__ = "view_elements"
    __table_args__ = (UniqueConstraint("log", "account", "element_id", name="one_binding_per_element"),)

    log: str = Field(primary_key=True)
    element: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    element_id: int = Field(sa_type=BigInteger)
    account: str
    character: str
    made_from: str | None
    attested_by: str
    retired: bool
    look: str | None
    lost: str | None
    deleted: bool
    adopted_at: int = Field(sa_type=BigInteger)


ELEMENTS = ElementRow.__table__  # type: ignore[attr-defined]


class ElementCard(Card):
    """An element binding. `element_id` is Kling's int64; it is good on `account` only, for `look` (null: as introduced).

    `lost` is what a census saw of it, `deleted` that the provider has deleted it on our word; `live` that something new may stand
    on it. `stale` says, where it is read, what has changed since a live one was made from its recipe; null where nothing has.
    """

    id: str
    version: int
    element_id: int
    account: str
    character: str
    made_from: Literal["image", "video"] | None
    attested_by: str
    retired: bool
    look: str | None
    lost: LostCause | None
    deleted: bool
    live: bool
    stale: str | None = None
    adopted_at: int


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case ElementAdopted() as event:
                connection.execute(
                    insert(ELEMENTS).values(
                        log=recorded.log,
                        element=recorded.stream,
                        position=recorded.position,
                        version=recorded.version,
                        element_id=event.element_id,
                        account=event.account,
                        character=event.character,
                        made_from=event.made_from,
                        attested_by=known(event.attested_by, "(erased)"),
                        retired=False,
                        look=event.look,
                        lost=None,
                        deleted=False,
                        adopted_at=recorded.recorded_at,
                    )
                )
            case ElementRetired():
                _change(connection, recorded, retired=True)
            case ElementLost() as event:
                _change(connection, recorded, lost=event.cause)
            case ElementRecovered():
                _change(connection, recorded, lost=None)
            case ElementDeleted():
                _change(connection, recorded, deleted=True)


def _change(connection: Connection, recorded: Recorded, **values: object) -> None:
    mine = (ELEMENTS.c.log == recorded.log) & (ELEMENTS.c.element == recorded.stream)
    connection.execute(update(ELEMENTS).where(mine).values(version=recorded.version, **values))


_CHANGES = (ElementAdopted, ElementRetired, ElementLost, ElementRecovered, ElementDeleted)
PROJECTION = Projection("elements", (ELEMENTS,), frozenset(event.NAME for event in _CHANGES), _project)


def element(connection: Connection, log: str, element: str) -> ElementCard:
    """One element. Raises NotFound."""
    return _card(one_row(connection, ELEMENTS, log, "element", element))


def elements(
    connection: Connection, log: str, *, after: int = 0, limit: int = 100, character: str | None = None
) -> Page[ElementCard]:
    query = select(ELEMENTS).where(ELEMENTS.c.log == log)
    if character is not None:
        query = query.where(ELEMENTS.c.character == character)
    rows, cursor = rows_page(connection, query, ELEMENTS, after=after, limit=limit)
    return Page(items=tuple(_card(row) for row in rows), next=cursor)


def elements_of(connection: Connection, log: str, characters: Iterable[str]) -> list[ElementCard]:
    """All elements of these characters, retired ones too, in order of adoption."""
    query = select(ELEMENTS).where(ELEMENTS.c.log == log, ELEMENTS.c.character.in_(list(characters)))
    return [_card(row) for row in connection.execute(query.order_by(ELEMENTS.c.position)).all()]


def elements_until(
    connection: Connection, log: str, position: int, *, characters: Iterable[str]
) -> list[str]:
    """The ids of these characters' elements adopted up to a position, in order of adoption."""
    query = select(ELEMENTS.c.element).where(
        ELEMENTS.c.log == log,
        ELEMENTS.c.character.in_(list(characters)),
        ELEMENTS.c.position <= position,
    )
    return list(connection.execute(query.order_by(ELEMENTS.c.position)).scalars())


def element_bound_as(connection: Connection, log: str, account: str, element_id: int) -> ElementCard | None:
    """The binding of an account's element id, if it was adopted before."""
    row = connection.execute(
        select(ELEMENTS).where(
            ELEMENTS.c.log == log, ELEMENTS.c.account == account, ELEMENTS.c.element_id == element_id
        )
    ).one_or_none()
    return None if row is None else _card(row)


def _card(row: Row[Any]) -> ElementCard:
    return ElementCard(
        id=row.element,
        version=row.version,
        element_id=row.element_id,
        account=row.account,
        character=row.character,
        made_from=row.made_from,
        attested_by=row.attested_by,
        retired=row.retired,
        look=row.look,
        lost=row.lost,
        deleted=row.deleted,
        live=not (row.retired or row.lost or row.deleted),
        adopted_at=row.adopted_at,
    )
