"""The log's own tables. Rows never leave `registry/log` and `registry/views`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from registry.log.declaring import Declared


class EventRow(Declared):
    """One event. `body` is the exact canonical JSON bytes (never a JSON column: those reorder)."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("log", "stream", "version", name="one_winner"),
        UniqueConstraint("log", "event_id", name="one_event"),
        Index("events_by_type", "log", "type", "position"),
        Index("events_by_actor", "log", "actor", "position"),
    )

    log: str = Field(primary_key=True)
    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    event_id: str
    stream: str
    version: int
    type: str
    schema_version: int
    recorded_at: int = Field(sa_type=BigInteger)
    actor: str
    request_id: str
    causation_id: str
    correlation_id: str
    body: bytes = Field(sa_type=LargeBinary)
    leaf_hash: bytes = Field(sa_type=LargeBinary)


class HeadRow(Declared):
    """One row per log: the last position and its time. Writers lock it; positions come from here, never from a sequence.

    `closed` says why nothing may be appended (`moving`); empty where everything may.
    """

    __tablename__ = "heads"

    log: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    recorded_at: int = Field(sa_type=BigInteger)
    closed: str = ""


class AnswerRow(Declared):
    """The stored reply to an idempotent command, written in the command's own transaction. Times are microseconds."""

    __tablename__ = "answers"
    __table_args__ = (Index("answers_by_expiry", "expires"),)

    log: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    command_sha256: str
    answer: bytes = Field(sa_type=LargeBinary)
    position: int = Field(sa_type=BigInteger)
    expires: int = Field(sa_type=BigInteger)


class LeaseRow(Declared):
    """Who works on what. The epoch grows with every claim; an append under an older epoch fails. Times are microseconds.

    `memory` is what a holder leaves to the next one between two steps; losing it costs time, never truth. `let_go` is when the
    last holder did; `pulled` the pause that was asked for at most while somebody held it, null when nobody asked.
    """

    __tablename__ = "leases"
    __table_args__ = (Index("leases_by_due", "due"), Index("leases_by_expiry", "expires"))

    log: str = Field(primary_key=True)
    work: str = Field(primary_key=True)
    owner: str
    epoch: int
    expires: int = Field(sa_type=BigInteger)
    due: int = Field(sa_type=BigInteger)
    attempts: int
    note: str
    memory: str = ""
    let_go: int = Field(default=0, sa_type=BigInteger)
    pulled: int | None = Field(default=None, sa_type=BigInteger)


class RelayRow(Declared):
    """How often a relay address was used; `seal` is its token's own HMAC. Goes when the address has ended."""

    __tablename__ = "relays"

    seal: str = Field(primary_key=True)
    used: int
    ends: int = Field(sa_type=BigInteger)


class LaneRow(Declared):
    """A lane (an account's slots for one model) that the provider said is full: nothing is sent before `paused_until`.

    `strikes` counts such answers in a row. Losing the row costs time, never truth. Times are microseconds.
    """

    __tablename__ = "lanes"

    log: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    paused_until: int = Field(sa_type=BigInteger)
    strikes: int


class TurnsRow(Declared):
    """Whose the next turns of a lane are, as `fair.Plan` in JSON. Losing the row costs fairness for some turns, never truth."""

    __tablename__ = "turns"

    log: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    plan: bytes = Field(sa_type=LargeBinary)


class KeyUseRow(Declared):
    """When an API key was last used, in microseconds, to within the pause that processes make between two notes."""

    __tablename__ = "key_uses"

    key: str = Field(primary_key=True)
    used_at: int = Field(sa_type=BigInteger)


class SessionRow(Declared):
    """Who is signed in at the console (`sessions`). Losing the row signs somebody out. Times are microseconds."""

    __tablename__ = "sessions"

    token_sha256: str = Field(primary_key=True)
    key: str
    secret_sha256: str
    begun: int = Field(sa_type=BigInteger)
    ends: int = Field(sa_type=BigInteger)


class RateRow(Declared):
    """How many requests processes have taken for a key or a studio in a minute, counted in minutes since 1970.

    Losing the row gives everybody the whole minute again.
    """

    __tablename__ = "rates"

    holder: str = Field(primary_key=True)
    minute: int = Field(sa_type=BigInteger)
    taken: int = Field(sa_type=BigInteger)


class InstallationRow(Declared):
    """A fact about what this database belongs to, pinned at its first start (`installation`)."""

    __tablename__ = "installation"

    name: str = Field(primary_key=True)
    value: str


class SubscriptionRow(Declared):
    """How far a named reader of a log has come. `version` grows with every change; an advance under an older one fails.

    `owner` may act outside the database until `expires`. Times are microseconds.
    """

    __tablename__ = "subscriptions"

    log: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int = Field(sa_type=BigInteger)
    changed_at: int = Field(sa_type=BigInteger)
    owner: str = ""
    expires: int = Field(default=0, sa_type=BigInteger)


class ProgressRow(Declared):
    """How far a webhook has told its log, and how it goes. `version` grows with every change; a note under an older one fails.

    `owner` delivers until `expires`. `failures` are those in a row, `rests_until` is when the next try may be; `resumed` and
    `replayed` are the positions of the last such orders that were carried out. Times are microseconds.
    """

    __tablename__ = "webhook_progress"

    log: str = Field(primary_key=True)
    webhook: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int = Field(sa_type=BigInteger)
    owner: str = ""
    expires: int = Field(default=0, sa_type=BigInteger)
    failures: int = 0
    rests_until: int = Field(default=0, sa_type=BigInteger)
    delivered_at: int | None = Field(default=None, sa_type=BigInteger)
    failed_at: int | None = Field(default=None, sa_type=BigInteger)
    problem: str = ""
    turned_at: int = Field(default=0, sa_type=BigInteger)
    resumed: int = Field(default=0, sa_type=BigInteger)
    replayed: int = Field(default=0, sa_type=BigInteger)


class StragglerRow(Declared):
    """A stream that stays behind its webhook: the event at `position` failed, and what follows in the stream waits for it.

    `since` is when that event was recorded, `due` when it is tried again. Times are microseconds.
    """

    __tablename__ = "webhook_stragglers"

    log: str = Field(primary_key=True)
    webhook: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    since: int = Field(sa_type=BigInteger)
    attempts: int
    due: int = Field(sa_type=BigInteger)


class DeadLetterRow(Declared):
    """An event that a webhook does not try any more, and why. `asked_at`: a person wants another try. Times are microseconds."""

    __tablename__ = "webhook_dead_letters"

    log: str = Field(primary_key=True)
    webhook: str = Field(primary_key=True)
    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    event_id: str
    stream: str
    type: str
    attempts: int
    problem: str
    died_at: int = Field(sa_type=BigInteger)
    asked_at: int | None = Field(default=None, sa_type=BigInteger)


class NodeRow(Declared):
    """A node of a log's tree, derived from the leaf hashes (`nodes`): the root over 256 of the height below."""

    __tablename__ = "tree_nodes"

    log: str = Field(primary_key=True)
    height: int = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hash: bytes = Field(sa_type=LargeBinary)


class SignedRootRow(Declared):
    """A checkpoint that was made and kept outside the database, by its log's name there: what is kept is held against it."""

    __tablename__ = "signed_roots"

    log: str = Field(primary_key=True)
    origin: str = Field(primary_key=True)
    size: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    root: bytes = Field(sa_type=LargeBinary)


EVENTS = EventRow.__table__
HEADS = HeadRow.__table__
ANSWERS = AnswerRow.__table__
LEASES = LeaseRow.__table__
RELAYS = RelayRow.__table__
LANES = LaneRow.__table__
TURNS = TurnsRow.__table__
KEY_USES = KeyUseRow.__table__
SESSIONS = SessionRow.__table__
RATES = RateRow.__table__
INSTALLATION = InstallationRow.__table__
SUBSCRIPTIONS = SubscriptionRow.__table__
PROGRESS = ProgressRow.__table__
STRAGGLERS = StragglerRow.__table__
DEAD_LETTERS = DeadLetterRow.__table__
NODES = NodeRow.__table__
SIGNED_ROOTS = SignedRootRow.__table__
ERASED_ANSWER: Final = b""
"""Stands where a kept answer was before somebody was erased."""
LOG_TABLES = (
    *(EVENTS, HEADS, ANSWERS, LEASES, RELAYS, LANES, TURNS, KEY_USES, RATES, INSTALLATION, SUBSCRIPTIONS),
    *(PROGRESS, STRAGGLERS, DEAD_LETTERS, NODES, SIGNED_ROOTS, SESSIONS),
)
