"""Keys of the studio: issued, rotated, given more or less to do, revoked. All of it needs the role admin.

They live in the system's log, so a change's answer is kept there, under the studio and its idempotency key; never with a secret.
"""

from __future__ import annotations

from typing import Any, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.access import (
    IssuedKey,
    KeyAnswer,
    KeyNow,
    KeyReach,
    KeyRevocation,
    LimitsOf,
    NewKey,
    RoleOfKey,
    Rotation,
)
from api.auth import Secret, new_secret
from api.errors import Web, invalid
from api.routes.answering import Answer, Reply, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from registry.deciders.access import (
    GrantRole,
    IssueKey,
    LimitKey,
    RevokeKey,
    RotateKey,
    ScopeKey,
    WithdrawRole,
)
from registry.deciders.allowance import Allowance, allowance_of, day_of
from registry.deciders.command import Command
from registry.events.ids import SYSTEM_LOG
from registry.events.references import plain
from registry.events.studio import KeyLimited
from registry.log.key_uses import last_used
from registry.registry import Connection, Idempotency
from registry.views import access
from registry.views.access import KeyCard
from registry.views.page import Page, Span
from registry.views.places import production_of

_SECOND: Final = 1_000_000


@get("/", sync_to_thread=True)
def list_keys(
    request: Web, visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Answer[Page[KeyAnswer]]:
    """Keys that open the studio or did, in the order they were issued."""
    with visit.registry.reading(SYSTEM_LOG) as connection:
        found = access.keys(connection, visit.studio, span=span)
        used = last_used(connection, [card.id for card in found.items])
    cards = tuple(_answer(card, used.get(card.id)) for card in found.items)
    return answer_page(request, Page[KeyAnswer](items=cards, next=found.next))


@get("/{key:str}", sync_to_thread=True)
def show_key(key: FromPath[str], visit: NamedDependency[Visit]) -> Answer[KeyNow]:
    """One key: its holder, its roles, when it was last used, what it cost today where that is limited."""
    with visit.registry.reading(SYSTEM_LOG) as connection:
        told = _told(connection, visit.studio, named("key", key))
    return answer_card(KeyNow(**told.model_dump(), units_today=units_today(visit, told)))


@post("/", opt={"secret": True}, sync_to_thread=True)
def issue(data: JSONBody[NewKey], change: NamedDependency[Change]) -> Answer[IssuedKey]:
    """Give a person or program a key. Its secret is in this answer and nowhere else, nor in the answer to a repeat."""
    change.must_not_match()
    key = change.registry.make_id("key")
    secret = new_secret(key)
    command = IssueKey(
        stream=key,
        studio=change.studio,
        holder=data.holder,
        secret_sha256=secret.sha256,
        roles=tuple(dict.fromkeys(data.roles)),
        expires_at=data.expires_at,
        productions=_there(change, data.productions),
        limits=KeyLimited(**data.limits.model_dump()),
        now=change.registry.clock(),
    )
    return _make(change, command, secret=secret, status=201)


@post("/{key:str}/rotate", opt={"secret": True}, status_code=200, sync_to_thread=True)
def rotate(
    key: FromPath[str], data: JSONBody[Rotation], change: NamedDependency[Change]
) -> Answer[IssuedKey]:
    """Give the key a new secret, shown in this answer alone. The one before opens for as long as you say."""
    _must_be_ours(change, key)
    secret = new_secret(key)
    until = change.registry.clock() + data.overlap_seconds * _SECOND
    return _make(change, RotateKey(stream=key, secret_sha256=secret.sha256, old_until=until), secret=secret)


@post("/{key:str}/grant", status_code=200, sync_to_thread=True)
def grant(
    key: FromPath[str], data: JSONBody[RoleOfKey], change: NamedDependency[Change]
) -> Answer[KeyAnswer]:
    """Let the key do more, from its next request on."""
    _must_be_ours(change, key)
    return _make(change, GrantRole(stream=key, role=data.role))


@post("/{key:str}/withdraw", status_code=200, sync_to_thread=True)
def withdraw(
    key: FromPath[str], data: JSONBody[RoleOfKey], change: NamedDependency[Change]
) -> Answer[KeyAnswer]:
    """Let the key do less, from its next request on."""
    _must_be_ours(change, key)
    return _make(change, WithdrawRole(stream=key, role=data.role))


@post("/{key:str}/scope", status_code=200, sync_to_thread=True)
def scope(key: FromPath[str], data: JSONBody[KeyReach], change: NamedDependency[Change]) -> Answer[KeyAnswer]:
    """Let the key open these productions alone, and what all productions share; none is the whole studio again."""
    _must_be_ours(change, key)
    return _make(change, ScopeKey(stream=key, productions=_there(change, data.productions)))


@post("/{key:str}/limit", status_code=200, sync_to_thread=True)
def limit(key: FromPath[str], data: JSONBody[LimitsOf], change: NamedDependency[Change]) -> Answer[KeyAnswer]:
    """Bound how often the key may ask, and what its requests may cost in a day (UTC).

    What is left out is what the installation says about requests, and no limit about units. Calls that were sent before count for
    nothing.
    """
    _must_be_ours(change, key)
    return _make(change, LimitKey(stream=key, limits=KeyLimited(**data.model_dump())))


@post("/{key:str}/revoke", status_code=200, sync_to_thread=True)
def revoke(
    key: FromPath[str], data: JSONBody[KeyRevocation], change: NamedDependency[Change]
) -> Answer[KeyAnswer]:
    """The key opens nothing any more: the next request with it is refused, and streams it follows end."""
    _must_be_ours(change, key)
    return _make(change, RevokeKey(stream=key, reason=data.reason))


def _make(
    change: Change, command: Command, *, secret: Secret | None = None, status: int = 200
) -> Answer[Any]:
    def build(connection: Connection) -> bytes:
        told = _told(connection, change.studio, command.stream)
        card = told if secret is None else IssuedKey(**told.model_dump(), key=None)
        location = f"/v1/keys/{command.stream}" if status == 201 else None
        return card_reply(card, status=status, location=location).pack()

    handled = change.registry.handle(
        SYSTEM_LOG,
        [command],
        context=change.context(),
        idempotency=Idempotency(f"{change.studio} {change.key}", change.command_sha256, build),
        expected={} if change.version is None else {command.stream: change.version},
    )
    reply = Reply.unpack(handled.answer or b"")
    if secret is None or handled.replayed:
        return change.told(handled)
    card = IssuedKey.model_validate_json(reply.body).model_copy(update={"key": secret.key})
    whole = Reply(reply.status, card.model_dump_json().encode(), reply.headers)
    return whole.answer(position=handled.position)


def _must_be_ours(visit: Visit, key: str) -> None:
    """Raises NotFound, alike for absent and foreign ids."""
    with visit.registry.reading(SYSTEM_LOG) as connection:
        access.key(connection, visit.studio, named("key", key))


def _there(visit: Visit, productions: tuple[str, ...]) -> tuple[str, ...]:
    """The same productions. Raises InvalidRequest for those that the studio has not."""
    wrong = [
        {"path": f"$.productions[{number}]", "message": "there is no such production", "value": one}
        for number, one in enumerate(productions)
        if visit.read(production_of, one) != one
    ]
    if wrong:
        raise invalid(wrong)
    return productions


def _told(connection: Connection, studio: str, key: str) -> KeyAnswer:
    return _answer(access.key(connection, studio, key), last_used(connection, [key]).get(key))


def units_today(visit: Visit, key: KeyCard) -> str | None:
    """What the key's requests have cost and set aside since midnight UTC; None where no limit counts them."""
    if key.limits.units_per_day is None:
        return None
    state: Allowance = visit.registry.state(visit.studio, allowance_of(key.id)).state
    return plain(state.committed(day_of(visit.registry.clock())))


def _answer(card: KeyCard, used_at: int | None) -> KeyAnswer:
    return KeyAnswer(**card.model_dump(), last_used_at=used_at)


ROUTES: Any = Router(
    "/keys",
    route_handlers=[list_keys, show_key, issue, rotate, grant, withdraw, scope, limit, revoke],
    opt={"reach": "studio", "reads": "admin", "changes": "admin", "log": SYSTEM_LOG},
    tags=["Keys"],
)
