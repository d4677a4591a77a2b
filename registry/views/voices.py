"""Which voice of which account is whose, and can somebody speak with it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import BigInteger, Connection, Row, UniqueConstraint, select
from sqlmodel import Field

from registry.events.element import LostCause
from registry.events.envelope import Recorded
from registry.events.generation import SubmissionOpened
from registry.events.personal import known
from registry.events.voice import (
    VoiceAdopted,
    VoiceDeleted,
    VoiceLost,
    VoiceMinted,
    VoiceMintFailed,
    VoiceMintRequested,
    VoiceRecovered,
    VoiceRetired,
)
from registry.log.declaring import Declared
from registry.log.roles import Projection
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.rows import add, change

VoiceState = Literal["minting", "live", "lost", "retired", "deleted", "failed"]
_EVENTS = (
    VoiceAdopted,
    VoiceMintRequested,
    SubmissionOpened,
    VoiceMinted,
    VoiceMintFailed,
    VoiceLost,
    VoiceRecovered,
    VoiceRetired,
    VoiceDeleted,
)


class VoiceRow(Declared):
    """One voice. `adopted_for` is set on adoption alone: an account's voice is adopted once (then it is ""), a preset once for
    each character.
    """

    __tablename__ = "view_voices"
    __table_args__ = (
        UniqueConstraint("log", "adopted_as", "adopted_for", "voice_id", name="one_adoption_per_voice"),
    )

    log: str = Field(primary_key=True)
    voice: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    voice_id: str | None = None
    account: str | None
    character: str = Field(index=True)
    name: str
    trial_url: str = ""
    remint_of: str | None = None
    attested_by: str | None = None
    adopted_as: str | None = None
    adopted_for: str | None = None
    submission: str | None = None
    estimate: str | None = None
    units: str | None = None
    reason: str = ""
    failed: bool = False
    retired: bool = False
    deleted: bool = False
    lost: str | None = None
    begun_at: int = Field(sa_type=BigInteger)


VOICES = VoiceRow.__table__


class VoiceCard(Card):
    """A voice. `voice_id` is Kling's, None until it is made; it is good on `account` only, a preset (None) on every account.

    `trial_url` is where it can be auditioned. Of a minted one `submission` is the paid call, `estimate` and `units` its price and
    cost in Kling units, `remint_of` the voice whose place it takes; of an adopted one `attested_by` says on whose word.
    `reason` says why it is made anew, failed or was retired, whatever came last.
    """

    id: str
    version: int
    voice_id: str | None
    account: str | None
    character: str
    name: str
    state: VoiceState
    lost: LostCause | None
    trial_url: str
    remint_of: str | None
    attested_by: str | None
    submission: str | None
    estimate: str | None
    units: str | None
    reason: str
    begun_at: int


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case VoiceAdopted() as event:
                add(connection, VOICES, {**_begun(recorded), **_adopted(event)})
            case VoiceMintRequested() as event:
                add(connection, VOICES, {**_begun(recorded), **_requested(event)})
            case event:
                if recorded.stream.startswith("voice_"):
                    _change(connection, recorded, **_changed(event))


def _begun(recorded: Recorded) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "voice": recorded.stream,
        "position": recorded.position,
        "version": recorded.version,
        "begun_at": recorded.recorded_at,
        "trial_url": "",
        "failed": False,
        "retired": False,
        "deleted": False,
    }


def _adopted(event: VoiceAdopted) -> dict[str, Any]:
    return {
        "voice_id": event.voice_id,
        "account": event.account,
        "character": event.character,
        "name": known(event.name, "(erased)"),
        "attested_by": known(event.attested_by, "(erased)"),
        "reason": "",
        "adopted_as": event.account or "",
        "adopted_for": "" if event.account else event.character,
    }


def _requested(event: VoiceMintRequested) -> dict[str, Any]:
    return {
        "account": event.account,
        "character": event.inputs.character,
        "name": known(event.name, "(erased)"),
        "remint_of": event.remint_of,
        "estimate": event.estimate_units,
        "reason": known(event.reason, "(erased)"),
    }


def _changed(event: object) -> dict[str, Any]:
    match event:
        case SubmissionOpened(submission=submission):
            return {"submission": submission}
        case VoiceMinted():
            made = {"voice_id": event.voice_id, "units": event.units}
            return {**made, "trial_url": known(event.trial_url, "")}
        case VoiceMintFailed():
            return {"failed": True, "reason": known(event.reason, "(erased)")}
        case VoiceLost(cause=cause):
            return {"lost": cause}
        case VoiceRecovered():
            return {"lost": None}
        case VoiceRetired():
            return {"retired": True, "reason": known(event.reason, "(erased)")}
        case _:
            return {"deleted": True}


def _change(connection: Connection, recorded: Recorded, **values: Any) -> None:
    here = {"log": recorded.log, "voice": recorded.stream}
    change(connection, VOICES, where=here, values={"version": recorded.version, **values})


PROJECTION = Projection("voices", (VOICES,), frozenset(event.NAME for event in _EVENTS), _project)


def voice(connection: Connection, log: str, voice: str) -> VoiceCard:
    """One voice. Raises NotFound."""
    return _card(one_row(connection, VOICES, log, "voice", voice))


def voices(
    connection: Connection,
    log: str,
    *,
    span: Span = FIRST,
    character: str | None = None,
    account: str | None = None,
) -> Page[VoiceCard]:
    """Voices in the order they came to be; of a character, of an account."""
    query = select(VOICES).where(VOICES.c.log == log)
    if character is not None:
        query = query.where(VOICES.c.character == character)
    if account is not None:
        query = query.where(VOICES.c.account == account)
    rows, cursor = rows_page(connection, query, VOICES, span)
    return Page(items=tuple(_card(row) for row in rows), next=cursor)


def voices_of(connection: Connection, log: str, characters: Iterable[str]) -> list[VoiceCard]:
    """All voices of these characters, retired ones too, in the order they came to be."""
    query = select(VOICES).where(VOICES.c.log == log, VOICES.c.character.in_(list(characters)))
    return [_card(row) for row in connection.execute(query.order_by(VOICES.c.position)).all()]


def voices_until(connection: Connection, log: str, position: int, *, characters: Iterable[str]) -> list[str]:
    """The ids of these characters' voices begun up to a position, in the order they came to be."""
    query = select(VOICES.c.voice).where(
        VOICES.c.log == log, VOICES.c.character.in_(list(characters)), VOICES.c.position <= position
    )
    return list(connection.execute(query.order_by(VOICES.c.position)).scalars())


def voice_bound_as(
    connection: Connection, log: str, account: str | None, voice_id: str, *, character: str | None = None
) -> VoiceCard | None:
    """The voice of an account's `voice_id`, if we know it; of a preset (no account) that of `character`, where it is named."""
    query = select(VOICES).where(
        VOICES.c.log == log, VOICES.c.account.is_not_distinct_from(account), VOICES.c.voice_id == voice_id
    )
    if account is None and character is not None:
        query = query.where(VOICES.c.character == character)
    row = connection.execute(query.order_by(VOICES.c.position).limit(1)).one_or_none()
    return None if row is None else _card(row)


def _state(row: Row[Any]) -> VoiceState:
    if row.deleted:
        return "deleted"
    if row.failed:
        return "failed"
    if row.retired:
        return "retired"
    if row.voice_id is None:
        return "minting"
    return "live" if row.lost is None else "lost"


def _card(row: Row[Any]) -> VoiceCard:
    return VoiceCard(
        id=row.voice,
        version=row.version,
        voice_id=row.voice_id,
        account=row.account,
        character=row.character,
        name=row.name,
        state=_state(row),
        lost=row.lost,
        trial_url=row.trial_url,
        remint_of=row.remint_of,
        attested_by=row.attested_by,
        submission=row.submission,
        estimate=row.estimate,
        units=row.units,
        reason=row.reason,
        begun_at=row.begun_at,
    )
