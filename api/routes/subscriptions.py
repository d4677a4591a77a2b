"""Subscriptions: reading the feed under a name, whose position is kept here and moves when its reader acknowledges."""

from __future__ import annotations

import re
from typing import Any, Final

from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.errors import invalid, shown
from api.refusals import VersionNeeded
from api.routes.answering import Answer, Reply, answer_card, card_reply
from api.routes.commanding import Change, Visit
from api.subscribing import Acknowledgement, NewPosition, SubscriptionCard, Subscriptions
from registry.log.feed import subscriptions
from registry.log.feed.subscriptions import Lag, Subscription
from registry.registry import Connection

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@get("/", sync_to_thread=True)
def list_subscriptions(visit: NamedDependency[Visit]) -> Answer[Subscriptions]:
    """All names the feed is read under, with how far each has come and how far it is behind."""

    def read(connection: Connection, studio: str) -> Subscriptions:
        lags = {one.name: one for one in _lags(connection, visit)}
        kept = subscriptions.listed(connection, studio)
        return Subscriptions(items=tuple(_card(one, lags.get(one.name)) for one in kept))

    return answer_card(visit.read(read))


@get("/{subscription:str}", sync_to_thread=True)
def show_subscription(subscription: FromPath[str], visit: NamedDependency[Visit]) -> Answer[SubscriptionCard]:
    """One name: the position it is done with, and how far it is behind."""
    return answer_card(visit.read(lambda connection, _: _told(connection, visit, subscription)))


@put("/{subscription:str}", status_code=201, opt={"again": True}, sync_to_thread=True)
def put_subscription(
    subscription: FromPath[str], data: JSONBody[NewPosition], change: NamedDependency[Change]
) -> Answer[SubscriptionCard]:
    """Read on under this name from a position: makes the name (201) or moves it (200), back too, and stops who acts on it."""
    change.must_not_match("a subscription is put where you say, wherever it was")
    if _NAME.fullmatch(subscription) is None:
        message = "a name is 1 to 64 of a-z, 0-9, dot, dash and underscore, and begins with a letter or digit"
        raise invalid([{"path": "subscription", "message": message, "value": shown(subscription)}])

    def reply(connection: Connection) -> Reply:
        now = change.registry.clock()
        kept = subscriptions.put(connection, change.studio, subscription, position=data.position, now=now)
        status = 201 if kept.version == 1 else 200
        location = f"/v1/subscriptions/{subscription}" if status == 201 else None
        return card_reply(_told(connection, change, subscription), status=status, location=location)

    return change.once(reply)


@post("/{subscription:str}/acknowledge", status_code=200, opt={"compares": True}, sync_to_thread=True)
def acknowledge(
    subscription: FromPath[str], data: JSONBody[Acknowledgement], change: NamedDependency[Change]
) -> Answer[SubscriptionCard]:
    """Everything up to a position is done. `If-Match` is the ETag of the page it was in: 412 when somebody else was first."""
    if change.version is None:
        raise VersionNeeded(
            "an acknowledgement needs an If-Match",
            hint="send the ETag that came with the events: two readers of one name must not overtake each other",
        )
    if (first := change.earlier()) is not None:
        return first
    seen = change.read(subscriptions.find, subscription)
    _must_be(seen, change.version)

    def reply(connection: Connection) -> Reply:
        subscriptions.advance(connection, seen, to=data.position, now=change.registry.clock())
        return card_reply(_told(connection, change, subscription))

    return change.once(reply)


@delete("/{subscription:str}", status_code=200, sync_to_thread=True)
def delete_subscription(
    subscription: FromPath[str], change: NamedDependency[Change]
) -> Answer[SubscriptionCard]:
    """Forget the name and its position; the answer is what it was."""

    def reply(connection: Connection) -> Reply:
        was = _told(connection, change, subscription)
        if change.version is not None:
            _must_be(subscriptions.find(connection, change.studio, subscription), change.version)
        subscriptions.drop(connection, change.studio, subscription)
        return card_reply(was)

    return change.once(reply)


def _must_be(kept: Subscription, version: int) -> None:
    """Raises VersionConflict."""
    if kept.version != version:
        raise subscriptions.changed(kept, version)


def _told(connection: Connection, visit: Visit, name: str) -> SubscriptionCard:
    kept = subscriptions.find(connection, visit.studio, name)
    return _card(kept, next((lag for lag in _lags(connection, visit) if lag.name == name), None))


def _lags(connection: Connection, visit: Visit) -> list[Lag]:
    return subscriptions.lags(connection, now=visit.registry.clock(), log=visit.studio)


def _card(kept: Subscription, lag: Lag | None) -> SubscriptionCard:
    return SubscriptionCard(
        name=kept.name,
        position=kept.position,
        version=kept.version,
        changed_at=kept.changed_at,
        behind_events=lag.events if lag else 0,
        behind_us=lag.age_us if lag else 0,
    )


ROUTES: Any = Router(
    "/subscriptions",
    route_handlers=[
        list_subscriptions,
        show_subscription,
        put_subscription,
        acknowledge,
        delete_subscription,
    ],
    opt={"reach": "studio", "changes": "reader"},
    tags=["Events"],
)
