"""Who allowed what, whether it still holds, who shows them, and what is left to do once it was taken back?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal

from sqlalchemy import BigInteger, Connection, Index, Row, func, select
from sqlmodel import Field

from registry.events.envelope import Recorded
from registry.events.likeness import (
    ConsentGranted,
    ConsentRevoked,
    ErasureOrdered,
    LikenessErased,
    LikenessRegistered,
    LikenessUseRefused,
)
from registry.events.personal import known
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.characters import CHARACTERS
from registry.views.followups import FollowUps, follow_ups_of
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.rows import add, change

ConsentState = Literal["not_begun", "valid", "over", "revoked"]
_MOST_REFUSALS = 100


class LikenessRow(Declared):
    """One real person. `revoked` says that a consent was taken back, ever."""

    __tablename__ = "view_likenesses"

    log: str = Field(primary_key=True)
    likeness: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    name: str
    minor: bool
    guardian: str
    revoked: bool
    erasing: bool
    erased: bool
    registered_at: int = Field(sa_type=BigInteger)


class ConsentRow(Declared):
    """One consent; `granted` is its event as JSON, with what is personal opened."""

    __tablename__ = "view_consents"
    __table_args__ = (
        Index("consents_by_likeness", "log", "likeness", "position"),
        Index("consents_by_end", "ends_at"),
    )

    log: str = Field(primary_key=True)
    consent: str = Field(primary_key=True)
    likeness: str
    position: int = Field(sa_type=BigInteger)
    granted: bytes
    granted_at: int = Field(sa_type=BigInteger)
    ends_at: int | None = Field(default=None, sa_type=BigInteger)
    revoked_at: int | None = Field(default=None, sa_type=BigInteger)
    revoked_because: str


class EvidenceRow(Declared):
    """An asset that is the evidence of a consent: it concerns the person who gave it."""

    __tablename__ = "view_evidence"

    log: str = Field(primary_key=True)
    asset: str = Field(primary_key=True)
    consent: str = Field(primary_key=True)
    likeness: str
    position: int = Field(sa_type=BigInteger)


class RefusalRow(Declared):
    """A use that was asked for and not allowed."""

    __tablename__ = "view_refused_uses"
    __table_args__ = (Index("refused_uses_by_likeness", "log", "likeness", "position"),)

    log: str = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    likeness: str
    character: str
    production: str | None
    subject: str | None
    reason: str
    refused_at: int = Field(sa_type=BigInteger)


LIKENESSES = LikenessRow.__table__
CONSENTS = ConsentRow.__table__
EVIDENCE = EvidenceRow.__table__
REFUSALS = RefusalRow.__table__


class ConsentCard(Card):
    """What somebody allowed, and how it stands at the time it was asked for. Empty lists mean all, or the whole world.

    `ends_at` is exclusive, and null for no end; `evidence` is the signed document, an asset.
    """

    id: str
    state: ConsentState
    productions: tuple[str, ...]
    purposes: tuple[str, ...]
    territories: tuple[str, ...]
    voice: bool
    starts_at: int
    ends_at: int | None
    evidence: str
    signed_by: str
    granted_at: int
    revoked_at: int | None
    revoked_because: str


class RefusedUse(Card):
    """A use that was asked for and not allowed. `subject` is the generation, when it had an id by then."""

    character: str
    production: str | None
    subject: str | None
    reason: str
    refused_at: int


class LikenessCard(Card):
    """A real person: consents as they stand now, the characters linked, the newest refused uses, and what is left to do."""

    id: str
    version: int
    name: str
    minor: bool
    guardian: str
    erasing: bool
    erased: bool
    registered_at: int
    consents: tuple[ConsentCard, ...]
    characters: tuple[str, ...]
    refused: tuple[RefusedUse, ...]
    follow_ups: FollowUps


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case LikenessRegistered() as event:
                add(connection, LIKENESSES, _registered(recorded, event))
            case ConsentGranted() as event:
                _change(connection, recorded)
                add(connection, CONSENTS, _granted(recorded, event))
                add(connection, EVIDENCE, _proved(recorded, event))
            case ConsentRevoked() as event:
                _change(connection, recorded, revoked=True)
                because = {"revoked_because": known(event.reason, "(erased)")}
                which = {"log": recorded.log, "consent": event.consent}
                change(
                    connection, CONSENTS, where=which, values={"revoked_at": recorded.recorded_at, **because}
                )
            case LikenessUseRefused() as event:
                _change(connection, recorded)
                add(connection, REFUSALS, _refused(recorded, event))
            case ErasureOrdered():
                _change(connection, recorded, erasing=True)
            case LikenessErased():
                _change(connection, recorded, erasing=True, erased=True)


def _registered(recorded: Recorded, event: LikenessRegistered) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "likeness": recorded.stream,
        "position": recorded.position,
        "version": recorded.version,
        "name": known(event.name, "(erased)"),
        "minor": event.minor,
        "guardian": known(event.guardian, "(erased)"),
        "revoked": False,
        "erasing": False,
        "erased": False,
        "registered_at": recorded.recorded_at,
    }


def _granted(recorded: Recorded, event: ConsentGranted) -> dict[str, Any]:
    opened = event.model_copy(update={"signed_by": known(event.signed_by, "(erased)")})
    return {
        "log": recorded.log,
        "consent": event.consent,
        "likeness": recorded.stream,
        "position": recorded.position,
        "granted": opened.model_dump_json().encode(),
        "granted_at": recorded.recorded_at,
        "ends_at": event.ends_at,
        "revoked_because": "",
    }


def _proved(recorded: Recorded, event: ConsentGranted) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "asset": event.evidence,
        "consent": event.consent,
        "likeness": recorded.stream,
        "position": recorded.position,
    }


def _refused(recorded: Recorded, event: LikenessUseRefused) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "position": recorded.position,
        "likeness": recorded.stream,
        "refused_at": recorded.recorded_at,
        "character": event.character,
        "production": event.production,
        "subject": event.subject,
        "reason": known(event.reason, "(erased)"),
    }


def _change(connection: Connection, recorded: Recorded, **values: Any) -> None:
    here = {"log": recorded.log, "likeness": recorded.stream}
    change(connection, LIKENESSES, where=here, values={"version": recorded.version, **values})


PROJECTION = Projection(
    "likenesses",
    (LIKENESSES, CONSENTS, EVIDENCE, REFUSALS),
    frozenset(
        {
            "LikenessRegistered",
            "ConsentGranted",
            "ConsentRevoked",
            "LikenessUseRefused",
            "ErasureOrdered",
            "LikenessErased",
        }
    ),
    _project,
)


def likeness(connection: Connection, log: str, likeness: str, *, now: int) -> LikenessCard:
    """One real person, as of `now` (microseconds). Raises NotFound."""
    return _cards(connection, log, [one_row(connection, LIKENESSES, log, "likeness", likeness)], now)[0]


def likenesses(connection: Connection, log: str, *, now: int, span: Span = FIRST) -> Page[LikenessCard]:
    """Real people in order of registration."""
    query = select(LIKENESSES).where(LIKENESSES.c.log == log)
    rows, cursor = rows_page(connection, query, LIKENESSES, span)
    return Page(items=_cards(connection, log, rows, now), next=cursor)


def people(connection: Connection, log: str) -> tuple[tuple[str, str], ...]:
    """The id and the name of every real person who was not erased, in order of registration: whom a character may show."""
    query = select(LIKENESSES.c.likeness, LIKENESSES.c.name).where(
        LIKENESSES.c.log == log, LIKENESSES.c.erasing.is_(False)
    )
    rows = connection.execute(query.order_by(LIKENESSES.c.position))
    return tuple((row.likeness, row.name) for row in rows)


def linked_to(connection: Connection, log: str, likeness: str) -> tuple[str, ...]:
    """The characters that a likeness is behind now, in order of introduction."""
    return _linked(connection, log, [likeness])[likeness]


def _linked(connection: Connection, log: str, likenesses: Collection[str]) -> dict[str, tuple[str, ...]]:
    query = select(CHARACTERS.c.likeness, CHARACTERS.c.character).where(
        CHARACTERS.c.log == log, CHARACTERS.c.likeness.in_(likenesses)
    )
    found: dict[str, list[str]] = {one: [] for one in likenesses}
    for row in connection.execute(query.order_by(CHARACTERS.c.position)):
        found[row.likeness].append(row.character)
    return {one: tuple(characters) for one, characters in found.items()}


def _cards(connection: Connection, log: str, rows: Sequence[Row[Any]], now: int) -> tuple[LikenessCard, ...]:
    """What is told of all of them is asked at once; what is left to do only of those of whom something was taken back."""
    ids = [row.likeness for row in rows]
    linked = _linked(connection, log, ids)
    consents = consents_of(connection, log, ids, now=now)
    refused = _refusals(connection, log, ids)
    gone = {row.likeness: linked[row.likeness] for row in rows if row.revoked or row.erasing}
    left = follow_ups_of(connection, log, gone)
    return tuple(
        LikenessCard(
            id=row.likeness,
            version=row.version,
            name=row.name,
            minor=row.minor,
            guardian=row.guardian,
            erasing=row.erasing,
            erased=row.erased,
            registered_at=row.registered_at,
            consents=consents[row.likeness],
            characters=linked[row.likeness],
            refused=refused[row.likeness],
            follow_ups=left.get(row.likeness, FollowUps()),
        )
        for row in rows
    )


def consents_of(
    connection: Connection, log: str, likenesses: Collection[str], *, now: int
) -> dict[str, tuple[ConsentCard, ...]]:
    """The consents of each of these people as they stand now, oldest first."""
    query = select(CONSENTS).where(CONSENTS.c.log == log, CONSENTS.c.likeness.in_(likenesses))
    found: dict[str, list[ConsentCard]] = {one: [] for one in likenesses}
    for row in connection.execute(query.order_by(CONSENTS.c.position)):
        found[row.likeness].append(consent_card(row, now))
    return {one: tuple(cards) for one, cards in found.items()}


def consent_card(row: Row[Any], now: int) -> ConsentCard:
    """A consent as it stands now."""
    given = ConsentGranted.model_validate_json(row.granted)
    return ConsentCard(
        id=row.consent,
        state=_state(row.revoked_at is not None, given, now),
        signed_by=known(given.signed_by, "(erased)"),
        granted_at=row.granted_at,
        revoked_at=row.revoked_at,
        revoked_because=row.revoked_because,
        **given.model_dump(exclude={"consent", "signed_by"}),
    )


def _state(revoked: bool, given: ConsentGranted, now: int) -> ConsentState:
    if revoked:
        return "revoked"
    if now < given.starts_at:
        return "not_begun"
    return "over" if given.ends_at is not None and now >= given.ends_at else "valid"


def _refusals(
    connection: Connection, log: str, likenesses: Collection[str]
) -> dict[str, tuple[RefusedUse, ...]]:
    """The newest of each, newest first."""
    newest = func.row_number().over(partition_by=REFUSALS.c.likeness, order_by=REFUSALS.c.position.desc())
    mine = select(REFUSALS, newest.label("place")).where(
        REFUSALS.c.log == log, REFUSALS.c.likeness.in_(likenesses)
    )
    counted = mine.subquery()
    query = select(counted).where(counted.c.place <= _MOST_REFUSALS).order_by(counted.c.position.desc())
    found: dict[str, list[RefusedUse]] = {one: [] for one in likenesses}
    for row in connection.execute(query):
        found[row.likeness].append(_refusal(row))
    return {one: tuple(uses) for one, uses in found.items()}


def _refusal(row: Row[Any]) -> RefusedUse:
    return RefusedUse(
        character=row.character,
        production=row.production,
        subject=row.subject,
        reason=row.reason,
        refused_at=row.refused_at,
    )
