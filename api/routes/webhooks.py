"""Webhooks: others are told of what happens in the studio. Whoever has a role reads; changes need the role admin.

The answer to a change is kept under its idempotency key, never with a secret. How far each has come is in `health`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.delivering.cloud_event import of_test
from api.delivering.posting import Letter
from api.delivering.rounds import postman_of
from api.delivering.signing import NewSecret, first_secret, next_secret, secrets_of
from api.errors import Web, invalid, shown
from api.routes.answering import Answer, Reply, answer_card, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from api.webhooks import (
    IssuedWebhook,
    NewWebhook,
    Pause,
    Redelivered,
    Redelivery,
    Replay,
    SecretRotation,
    Tried,
    WebhookAnswer,
    WebhookChange,
)
from generation.errors import OutboundRefused
from registry.deciders.command import Command
from registry.deciders.webhook import (
    AddWebhook,
    ChangeWebhook,
    PauseWebhook,
    RemoveWebhook,
    ReplayWebhook,
    ResumeWebhook,
    RotateWebhookSecret,
)
from registry.errors import Refusal, RegistryError
from registry.events.webhook import WebhookAdded
from registry.log.feed.subscriptions import BeyondTheLog
from registry.log.outgoing import ask_again
from registry.registry import Connection
from registry.views import deliveries, webhooks
from registry.views.deliveries import DeadLetterCard
from registry.views.page import Page, Span
from registry.views.webhooks import WebhookCard

MOST_WEBHOOKS: Final = 100
_SECOND: Final = 1_000_000
_SHOWN_BYTES: Final = 2_048
"""So much of a receiver's answer to a test is shown."""


class TooManyWebhooks(Refusal):
    """The studio has as many as it may."""

    code = "too-many-webhooks"


@get("/", sync_to_thread=True)
def list_webhooks(
    request: Web, visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Answer[Page[WebhookAnswer]]:
    """The studio's webhooks in the order they were added, and how each fares."""

    def read(connection: Connection, studio: str) -> Page[WebhookAnswer]:
        page = webhooks.webhooks(connection, studio, span=span)
        return Page[WebhookAnswer](items=_answers(connection, visit, *page.items), next=page.next)

    return answer_page(request, visit.read(read))


@get("/{webhook:str}", sync_to_thread=True)
def show_webhook(webhook: FromPath[str], visit: NamedDependency[Visit]) -> Answer[WebhookAnswer]:
    """One webhook: its target, and how it fares."""
    return answer_card(visit.read(lambda connection, _: _told(connection, visit, named("webhook", webhook))))


@post("/", opt={"secret": True}, sync_to_thread=True)
def add_webhook(data: JSONBody[NewWebhook], change: NamedDependency[Change]) -> Answer[IssuedWebhook]:
    """Tell an address of what happens. Its signing secret is in this answer and nowhere else, nor in the answer to a repeat."""
    change.must_not_match()
    if (first := change.earlier()) is not None:
        return first
    _must_be_reachable(change, data.url)
    if data.after is not None:
        _must_be_reached(change, data.after)
    if change.read(webhooks.count) >= MOST_WEBHOOKS:
        raise TooManyWebhooks(f"there are {MOST_WEBHOOKS} webhooks already", hint="remove one of them")
    webhook = change.registry.make_id("webhook")
    secret = first_secret(change.registry, webhook)
    added = WebhookAdded(
        url=data.url,
        types=data.types,
        holder=data.holder,
        description=data.description,
        secret=secret.name,
        secret_sha256=secret.sha256,
        after=data.after,
    )
    return _make(change, AddWebhook(stream=webhook, added=added), secret=secret, status=201)


@patch("/{webhook:str}", sync_to_thread=True)
def change_webhook(
    webhook: FromPath[str], data: JSONBody[WebhookChange], change: NamedDependency[Change]
) -> Answer[WebhookAnswer]:
    """Another target, other event types, other words; what is left out stays. The secret stays too."""
    _must_be_ours(change, webhook)
    if data.url is not None:
        _must_be_reachable(change, data.url)
    said = data.model_dump()
    return _make(change, ChangeWebhook(stream=webhook, **said))


@post("/{webhook:str}/rotate", opt={"secret": True}, status_code=200, sync_to_thread=True)
def rotate_secret(
    webhook: FromPath[str], data: JSONBody[SecretRotation], change: NamedDependency[Change]
) -> Answer[IssuedWebhook]:
    """Sign with a new secret, shown in this answer alone, and with the one before for as long as you say."""
    _must_be_ours(change, webhook)
    if (first := change.earlier()) is not None:
        return first
    secret = next_secret(change.registry, webhook)
    until = change.registry.clock() + data.overlap_seconds * _SECOND
    command = RotateWebhookSecret(
        stream=webhook, secret=secret.name, secret_sha256=secret.sha256, old_until=until
    )
    return _make(change, command, secret=secret)


@post("/{webhook:str}/pause", status_code=200, sync_to_thread=True)
def pause_webhook(
    webhook: FromPath[str], data: JSONBody[Pause], change: NamedDependency[Change]
) -> Answer[WebhookAnswer]:
    """Tell nothing for now. What happens meanwhile waits, in its order."""
    _must_be_ours(change, webhook)
    return _make(change, PauseWebhook(stream=webhook, reason=data.reason))


@post("/{webhook:str}/resume", status_code=200, sync_to_thread=True)
def resume_webhook(webhook: FromPath[str], change: NamedDependency[Change]) -> Answer[WebhookAnswer]:
    """Go on where it was: what had failed is tried at once, and its attempts are counted anew."""
    _must_be_ours(change, webhook)
    return _make(change, ResumeWebhook(stream=webhook))


@post("/{webhook:str}/replay", status_code=200, sync_to_thread=True)
def replay_webhook(
    webhook: FromPath[str], data: JSONBody[Replay], change: NamedDependency[Change]
) -> Answer[WebhookAnswer]:
    """Tell everything after a position again, each event under the `webhook-id` it had; or begin there, past what waits."""
    _must_be_ours(change, webhook)
    _must_be_reached(change, data.after)
    return _make(change, ReplayWebhook(stream=webhook, after=data.after))


@post("/{webhook:str}/test", status_code=200, sync_to_thread=True)
def try_webhook(webhook: FromPath[str], change: NamedDependency[Change]) -> Answer[Tried]:
    """Send a test event now, paused or not, and answer what the receiver said. It stands in no log and is tried once."""
    change.must_not_match("a test changes no version")
    if (first := change.earlier()) is not None:
        return first
    told = change.read(webhooks.told_now, named("webhook", webhook))
    registry = change.registry
    event, now = registry.make_id("event"), registry.clock()
    body = of_test(change.studio, webhook, id=event, now=now)
    letter = Letter(told.url, event, body, secrets_of(registry, told, now=now))
    outcome = postman_of(change.continuity).post(letter, most_bytes=_SHOWN_BYTES)
    tried = Tried(
        webhook=webhook,
        event_id=event,
        delivered=outcome.delivered,
        result=outcome.result,
        status=outcome.status,
        problem=outcome.problem,
        answer=outcome.answer.decode("utf-8", "replace"),
        milliseconds=int(outcome.seconds * 1_000),
    )
    return change.once(lambda _: card_reply(tried))


@get("/{webhook:str}/dead-letters", sync_to_thread=True)
def list_dead_letters(
    request: Web, webhook: FromPath[str], visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Answer[Page[DeadLetterCard]]:
    """Events that are not tried any more, in the log's order; each with the last reason."""

    def read(connection: Connection, studio: str) -> Page[DeadLetterCard]:
        webhooks.webhook(connection, studio, named("webhook", webhook))
        return deliveries.dead_letters(connection, studio, webhook, span=span)

    return answer_page(request, visit.read(read))


@post("/{webhook:str}/redeliver", status_code=200, sync_to_thread=True)
def redeliver(
    webhook: FromPath[str], data: JSONBody[Redelivery], change: NamedDependency[Change]
) -> Answer[Redelivered]:
    """Try dead letters again, once each; what is not taken is a dead letter as before."""
    change.must_not_match("dead letters have no version")
    _must_be_ours(change, webhook)

    def reply(connection: Connection) -> Reply:
        now = change.registry.clock()
        letters = ask_again(connection, change.studio, webhook, data.positions, now=now)
        return card_reply(Redelivered(webhook=webhook, letters=letters))

    return change.once(reply)


@delete("/{webhook:str}", status_code=200, sync_to_thread=True)
def remove_webhook(webhook: FromPath[str], change: NamedDependency[Change]) -> Answer[WebhookCard]:
    """Tell nothing any more, for good; its dead letters go too. The answer is what it was."""
    if (first := change.earlier()) is not None:
        return first
    card = change.read(webhooks.webhook, named("webhook", webhook))
    answer = change.make(RemoveWebhook(stream=webhook), reply=lambda _: card_reply(card))
    with suppress(RegistryError):  # rows of a webhook that is no more are in nobody's way
        change.registry.outgoing.forget(change.studio, webhook)
    return answer


def _make(
    change: Change, command: Command, *, secret: NewSecret | None = None, status: int = 200
) -> Answer[Any]:
    """Append; the secret goes into the answer that is sent, not into the one that is kept."""

    def reply(connection: Connection) -> Reply:
        told = _told(connection, change, command.stream)
        card = told if secret is None else IssuedWebhook(**told.model_dump(), secret=None)
        return card_reply(
            card, status=status, location=f"/v1/webhooks/{command.stream}" if status == 201 else None
        )

    answer = change.make(command, reply=reply)
    if secret is None or "Idempotency-Replayed" in answer.headers:
        return answer
    card = IssuedWebhook.model_validate_json(answer.content).model_copy(update={"secret": secret.shown})
    answer.content = card.model_dump_json().encode()
    return answer


def _must_be_ours(visit: Visit, webhook: str) -> None:
    """Raises NotFound, alike for absent, removed and foreign ids."""
    visit.read(webhooks.webhook, named("webhook", webhook))


def _must_be_reachable(visit: Visit, url: str) -> None:
    """Raises InvalidRequest for an address that is never connected to; what a name resolves to is looked at at each delivery."""
    try:
        visit.continuity.receivers.check(url)
    except OutboundRefused as refused:
        message = f"{refused.message}: {refused.hint}"
        raise invalid([{"path": "$.url", "message": message, "value": shown(url)}]) from None


def _must_be_reached(visit: Visit, position: int) -> None:
    """Raises BeyondTheLog."""
    end = visit.read(visit.registry.head)
    if position > end:
        raise BeyondTheLog(
            f"position {position} is beyond the log's end, which is {end}", hint="take one that was read"
        )


def _told(connection: Connection, visit: Visit, webhook: str) -> WebhookAnswer:
    (told,) = _answers(connection, visit, webhooks.webhook(connection, visit.studio, webhook))
    return told


def _answers(connection: Connection, visit: Visit, *cards: WebhookCard) -> tuple[WebhookAnswer, ...]:
    fares = deliveries.healths(
        connection, visit.studio, [card.id for card in cards], now=visit.registry.clock()
    )
    return tuple(WebhookAnswer(**card.model_dump(), health=fares[card.id]) for card in cards)


ROUTES: Any = Router(
    "/webhooks",
    route_handlers=[
        *(list_webhooks, show_webhook, add_webhook, change_webhook, remove_webhook),
        *(rotate_secret, pause_webhook, resume_webhook, replay_webhook, try_webhook),
        *(list_dead_letters, redeliver),
    ],
    opt={"reach": "studio", "changes": "admin"},
    tags=["Webhooks"],
)
