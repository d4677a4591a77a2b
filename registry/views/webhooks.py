"""Whom do we tell of what happens, and with which secret?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, Row, func, select
from sqlmodel import Field

from registry.events.envelope import Recorded
from registry.events.personal import GONE, known
from registry.events.webhook import (
    WebhookAdded,
    WebhookDescribed,
    WebhookPaused,
    WebhookRemoved,
    WebhookReplayed,
    WebhookResumed,
    WebhookSecretRotated,
    WebhookTargetChosen,
    WebhookTypesChosen,
)
from registry.log.declaring import Declared
from registry.log.outgoing import Orders
from registry.log.roles import Projection
from registry.views.page import FIRST, Card, Page, Span, one_row, rows_page
from registry.views.rows import add, change, find, remove


class WebhookRow(Declared):
    """One webhook that is not removed; types as JSON. `resumed` and `replayed` are the positions of the last such events."""

    __tablename__ = "view_webhooks"

    log: str = Field(primary_key=True)
    webhook: str = Field(primary_key=True)
    position: int = Field(sa_type=BigInteger)
    version: int
    url: str
    types: bytes
    holder: str
    description: str
    secret: str
    secret_sha256: str
    old_secret: str
    old_sha256: str
    old_until: int = Field(sa_type=BigInteger)
    begins: int = Field(sa_type=BigInteger)
    added_at: int = Field(sa_type=BigInteger)
    paused: bool
    cause: str
    reason: str
    paused_at: int | None = Field(default=None, sa_type=BigInteger)
    resumed: int = Field(sa_type=BigInteger)
    replayed: int = Field(sa_type=BigInteger)
    replay_after: int = Field(sa_type=BigInteger)


WEBHOOKS = WebhookRow.__table__


class WebhookCard(Card):
    """A webhook. No `types`: it tells everything. `cause` and `reason` say why it is paused, times are us since 1970."""

    id: str
    version: int
    url: str
    types: tuple[str, ...]
    holder: str
    description: str
    added_at: int
    paused: bool
    cause: str
    reason: str
    paused_at: int | None
    old_secret_until: int | None
    """While it signs with the secret before too."""


class SecretName(Card):
    """What a signing secret is derived from, and its digest."""

    secret: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Told:
    """A webhook as who delivers needs it. `secrets`: the newest first; the second one signs until `old_until` (us).

    `added` is the position at which it was.
    """

    log: str
    id: str
    added: int
    url: str
    types: frozenset[str]
    secrets: tuple[SecretName, ...]
    old_until: int
    orders: Orders

    def wants(self, type: str) -> bool:
        """Whether it tells events of this type."""
        return not self.types or type in self.types


def _project(connection: Connection, events: Sequence[Recorded]) -> None:
    for recorded in events:
        match recorded.event:
            case WebhookAdded() as event:
                add(connection, WEBHOOKS, _added(recorded, event))
            case WebhookTargetChosen(url=url):
                _change(connection, recorded, url=url)
            case WebhookTypesChosen(types=types):
                _change(connection, recorded, types=orjson.dumps(types))
            case WebhookDescribed() as event:
                words = (known(event.holder, GONE), known(event.description, GONE))
                _change(connection, recorded, holder=words[0], description=words[1])
            case WebhookSecretRotated() as event:
                _rotate(connection, recorded, event)
            case WebhookPaused() as event:
                at = recorded.recorded_at
                _change(
                    connection, recorded, paused=True, cause=event.cause, reason=event.reason, paused_at=at
                )
            case WebhookResumed():
                fresh = {"paused": False, "cause": "", "reason": "", "paused_at": None}
                _change(connection, recorded, resumed=recorded.position, **fresh)
            case WebhookReplayed(after=after):
                _change(connection, recorded, replayed=recorded.position, replay_after=after)
            case WebhookRemoved():
                remove(connection, WEBHOOKS, _here(recorded))


def _added(recorded: Recorded, event: WebhookAdded) -> dict[str, Any]:
    return {
        **_here(recorded),
        "position": recorded.position,
        "version": recorded.version,
        "url": event.url,
        "types": orjson.dumps(event.types),
        "holder": known(event.holder, GONE),
        "description": known(event.description, GONE),
        "secret": event.secret,
        "secret_sha256": event.secret_sha256,
        "old_secret": "",
        "old_sha256": "",
        "old_until": 0,
        "begins": recorded.position if event.after is None else event.after,
        "added_at": recorded.recorded_at,
        "paused": False,
        "cause": "",
        "reason": "",
        "paused_at": None,
        "resumed": 0,
        "replayed": 0,
        "replay_after": 0,
    }


def _rotate(connection: Connection, recorded: Recorded, event: WebhookSecretRotated) -> None:
    [row] = find(connection, WEBHOOKS, _here(recorded), "secret", "secret_sha256")
    _change(
        connection,
        recorded,
        secret=event.secret,
        secret_sha256=event.secret_sha256,
        old_secret=row.secret,
        old_sha256=row.secret_sha256,
        old_until=event.old_until,
    )


def _change(connection: Connection, recorded: Recorded, **values: Any) -> None:
    change(connection, WEBHOOKS, where=_here(recorded), values={"version": recorded.version, **values})


def _here(recorded: Recorded) -> dict[str, str]:
    return {"log": recorded.log, "webhook": recorded.stream}


PROJECTION = Projection(
    "webhooks",
    (WEBHOOKS,),
    frozenset(
        {
            *("WebhookAdded", "WebhookTargetChosen", "WebhookTypesChosen", "WebhookDescribed"),
            *("WebhookSecretRotated", "WebhookPaused", "WebhookResumed"),
            *("WebhookReplayed", "WebhookRemoved"),
        }
    ),
    _project,
)


def webhooks(connection: Connection, log: str, *, span: Span = FIRST) -> Page[WebhookCard]:
    """The studio's webhooks in the order they were added."""
    query = select(WEBHOOKS).where(WEBHOOKS.c.log == log)
    rows, cursor = rows_page(connection, query, WEBHOOKS, span)
    return Page[WebhookCard](items=tuple(map(_card, rows)), next=cursor)


def webhook(connection: Connection, log: str, webhook: str) -> WebhookCard:
    """One of them. Raises NotFound, alike for absent, removed and foreign ones."""
    return _card(one_row(connection, WEBHOOKS, log, "webhook", webhook))


def count(connection: Connection, log: str) -> int:
    """How many the studio has."""
    query = select(func.count()).select_from(WEBHOOKS).where(WEBHOOKS.c.log == log)
    return int(connection.execute(query).scalar() or 0)


def told(connection: Connection, log: str, webhook: str) -> Told | None:
    """What who delivers needs to know; None when there is nothing to deliver: it is paused, or removed."""
    rows = find(connection, WEBHOOKS, {"log": log, "webhook": webhook})
    return _told(rows[0]) if rows and not rows[0].paused else None


def told_now(connection: Connection, log: str, webhook: str) -> Told:
    """The same, paused or not. Raises NotFound."""
    return _told(one_row(connection, WEBHOOKS, log, "webhook", webhook))


def _told(row: Row[Any]) -> Told:
    before = [SecretName(secret=row.old_secret, sha256=row.old_sha256)] if row.old_secret else []
    return Told(
        log=row.log,
        id=row.webhook,
        added=row.position,
        url=row.url,
        types=frozenset(orjson.loads(row.types)),
        secrets=(SecretName(secret=row.secret, sha256=row.secret_sha256), *before),
        old_until=row.old_until,
        orders=Orders(row.begins, row.resumed, row.replayed, row.replay_after),
    )


def _card(row: Row[Any]) -> WebhookCard:
    return WebhookCard(
        id=row.webhook,
        version=row.version,
        url=row.url,
        types=tuple(orjson.loads(row.types)),
        holder=row.holder,
        description=row.description,
        added_at=row.added_at,
        paused=row.paused,
        cause=row.cause,
        reason=row.reason,
        paused_at=row.paused_at,
        old_secret_until=row.old_until or None,
    )
