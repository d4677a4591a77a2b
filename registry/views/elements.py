"""Which element of which account shows whom?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import orjson
from sqlalchemy import BigInteger, Connection, Row, UniqueConstraint, select
from sqlmodel import Field

from registry.deciders.minting import Stage
from registry.events.element import (
    ElementAdopted,
    ElementDeleted,
    ElementInputs,
    ElementLost,
    ElementMinted,
    ElementMintFailed,
    ElementMintRequested,
    ElementRecovered,
    ElementRetired,
    LostCause,
)
from registry.events.envelope import Recorded
from registry.events.generation import SubmissionOpened
from registry.events.personal import known
from registry.events.references import Ending
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.rows import add, change

State = Literal["minting", "failed", "live", "lost", "deleted", "retired"]
"""What became of a binding, in one word; only on a live one something new may stand."""


class ElementRow(Declared):
    """One element binding, or one in the making; an id of an account is bound once. `recipe` is ElementInputs as JSON."""

    __tablename__ = "view_elements"
    __table_args__ = (UniqueConstraint("log", "account", "element_id", name="one_binding_per_element"),)

    log: str = Field(primary_key=True)
    element: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    element_id: int | None = Field(default=None, sa_type=BigInteger)
    account: str
    character: str
    made_from: str | None
    attested_by: str
    retired: bool
    look: str | None
    lost: str | None
    deleted: bool
    adopted_at: int = Field(sa_type=BigInteger)
    mint: str | None = None
    recipe: bytes | None = None
    recipe_digest: str | None = None
    name: str | None = None
    description: str | None = None
    production: str | None = None
    remint_of: str | None = None
    estimate_units: str | None = None
    submission: str | None = None
    outcome: str | None = None
    reason: str = ""
    task_id: str | None = None
    voice_id: str = ""
    units: str | None = None


ELEMENTS = ElementRow.__table__


class MintCard(Card):
    """How an element came about, or is coming about: what was asked for, the paid call, and what it cost.

    `recipe` with name and description is what it is made from, `recipe_digest` their digest. `voice_id` is the vendor's id of
    the voice it speaks with, empty for none.
    """

    stage: Stage
    name: str
    description: str
    recipe: ElementInputs
    recipe_digest: str
    production: str | None
    remint_of: str | None
    estimate_units: str
    submission: str | None
    outcome: Ending | None
    reason: str
    task_id: str | None
    voice_id: str
    units: str | None


class ElementCard(Card):
    """An element binding. `element_id` is Kling's int64, good on `account` only; null until it is made.

    It shows the character in `look` (null: as introduced). `state` says what became of it in one word; `lost` what a census saw,
    `deleted` that the provider has deleted it on our word, `live` that something new may stand on it. `stale` says, where it is
    read, what has changed since a live one was made from its recipe. `mint` is how we made it, null for what was adopted.
    `adopted_at` is when it was adopted, or asked for.
    """

    id: str
    version: int
    element_id: int | None
    account: str
    character: str
    made_from: Literal["image", "video"] | None
    attested_by: str
    retired: bool
    look: str | None
    lost: LostCause | None
    deleted: bool
    live: bool
    state: State
    stale: str | None = None
    adopted_at: int
    mint: MintCard | None = None


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case ElementAdopted() as event:
                add(connection, ELEMENTS, _adopted(recorded, event))
            case ElementMintRequested() as event:
                add(connection, ELEMENTS, _asked(recorded, event))
            case _ if recorded.stream.startswith("element_"):
                _change(connection, recorded, **_becomes(recorded))


def _becomes(recorded: Recorded) -> dict[str, Any]:
    match recorded.event:
        case SubmissionOpened(submission=submission):
            return {"mint": "submitting", "submission": submission}
        case ElementMinted() as made:
            return {
                "mint": "minted",
                "outcome": "delivered",
                "element_id": made.element_id,
                "voice_id": made.voice_id,
                "task_id": made.task_id,
                "units": made.units,
            }
        case ElementMintFailed(outcome=outcome, reason=reason):
            return {"mint": "failed", "outcome": outcome, "reason": known(reason, "(erased)")}
        case ElementRetired():
            return {"retired": True}
        case ElementLost(cause=cause):
            return {"lost": cause}
        case ElementRecovered():
            return {"lost": None}
        case ElementDeleted():
            return {"deleted": True}
        case _:
            return {}


def _adopted(recorded: Recorded, event: ElementAdopted) -> dict[str, Any]:
    return {
        **_bound(recorded),
        "element_id": event.element_id,
        "account": event.account,
        "character": event.character,
        "made_from": event.made_from,
        "attested_by": known(event.attested_by, "(erased)"),
        "look": event.look,
    }


def _asked(recorded: Recorded, event: ElementMintRequested) -> dict[str, Any]:
    return {
        **_bound(recorded),
        "account": event.account,
        "character": event.inputs.character,
        "made_from": "video" if event.inputs.video else "image",
        "attested_by": "",
        "look": event.inputs.look,
        "mint": "planned",
        "recipe": orjson.dumps(event.inputs.model_dump(mode="json")),
        "recipe_digest": known(event.recipe_digest, ""),
        "name": known(event.name, "(erased)"),
        "description": known(event.description, "(erased)"),
        "production": event.production,
        "remint_of": event.remint_of,
        "estimate_units": event.estimate_units,
        "reason": "",
        "voice_id": "",
    }


def _bound(recorded: Recorded) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "element": recorded.stream,
        "position": recorded.position,
        "version": recorded.version,
        "retired": False,
        "lost": None,
        "deleted": False,
        "reason": "",
        "voice_id": "",
        "adopted_at": recorded.recorded_at,
    }


def _change(connection: Connection, recorded: Recorded, **values: Any) -> None:
    mine = {"log": recorded.log, "element": recorded.stream}
    change(connection, ELEMENTS, where=mine, values={"version": recorded.version, **values})


_EVENTS = (
    ElementAdopted,
    ElementMintRequested,
    SubmissionOpened,
    ElementMinted,
    ElementMintFailed,
    ElementRetired,
    ElementLost,
    ElementRecovered,
    ElementDeleted,
)
PROJECTION = Projection("elements", (ELEMENTS,), frozenset(event.NAME for event in _EVENTS), _project)


def element(connection: Connection, log: str, element: str) -> ElementCard:
    """One element. Raises NotFound."""
    return _card(one_row(connection, ELEMENTS, log, "element", element))


def elements(
    connection: Connection, log: str, *, span: Span = FIRST, character: str | None = None
) -> Page[ElementCard]:
    query = select(ELEMENTS).where(ELEMENTS.c.log == log)
    if character is not None:
        query = query.where(ELEMENTS.c.character == character)
    rows, cursor = rows_page(connection, query, ELEMENTS, span)
    return Page(items=tuple(_card(row) for row in rows), next=cursor)


def elements_of(connection: Connection, log: str, characters: Iterable[str]) -> list[ElementCard]:
    """All elements of these characters that were ever made, retired ones too, in order of adoption."""
    query = select(ELEMENTS).where(
        ELEMENTS.c.log == log,
        ELEMENTS.c.character.in_(list(characters)),
        ELEMENTS.c.element_id.is_not(None),
    )
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
    state = _state(row)
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
        live=state == "live",
        state=state,
        adopted_at=row.adopted_at,
        mint=None if row.mint is None else _mint(row),
    )


def _state(row: Row[Any]) -> State:
    if row.mint == "failed":
        return "failed"
    if row.deleted:
        return "deleted"
    if row.retired:
        return "retired"
    if row.lost is not None:
        return "lost"
    return "minting" if row.element_id is None else "live"


def _mint(row: Row[Any]) -> MintCard:
    return MintCard(
        stage=row.mint,
        name=row.name,
        description=row.description,
        recipe=ElementInputs.model_validate_json(row.recipe),
        recipe_digest=row.recipe_digest,
        production=row.production,
        remint_of=row.remint_of,
        estimate_units=row.estimate_units,
        submission=row.submission,
        outcome=row.outcome,
        reason=row.reason,
        task_id=row.task_id,
        voice_id=row.voice_id,
        units=row.units,
    )
