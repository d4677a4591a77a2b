"""Kling accounts: where we send, and under whose key. The keys themselves are settings and never pass here."""

from __future__ import annotations

from typing import Any

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.bodies import EndOfHold, NewAccount, NewHold, Slots
from api.errors import Web
from api.reconciling import AttestedAccount, AttestedKey, ConfiguredKey, ConfiguredKeys
from api.routes.answering import (
    LARGEST_PAGE,
    Answer,
    Reply,
    answer_card,
    answer_page,
    card_reply,
)
from api.routes.commanding import Change, Visit, named
from generation.attesting import prove
from generation.kling.signing import AccessKeyPair
from registry.deciders.account import (
    KEPT_US,
    Account,
    AttestKey,
    HoldAccount,
    OpenAccount,
    ResumeAccount,
    SetSlots,
)
from registry.deciders.command import Command
from registry.errors import InvalidCommand
from registry.events.account import AccountHeld
from registry.registry import Connection
from registry.views import accounts as view
from registry.views import queue, submissions
from registry.views.accounts import AccountCard
from registry.views.page import Page, Span
from registry.views.queue import Lanes


@post("/", sync_to_thread=True)
def open_account(data: JSONBody[NewAccount], change: NamedDependency[Change]) -> Answer[AccountCard]:
    """Send under a Kling account. Without host and fingerprint, those of the service's settings are taken."""
    if (first := change.earlier()) is not None:
        return first
    settings = change.continuity.settings
    host = (data.host or settings.kling_base_url).rstrip("/")
    settings.outbound_policy().check(host)
    account = change.registry.make_id("account")
    command = OpenAccount(
        stream=account,
        name=data.name,
        region=data.region,
        host=host,
        key_fingerprint=data.key_fingerprint or _only_fingerprint(change),
    )
    return change.create(
        command,
        reply=lambda connection: card_reply(
            view.account(connection, change.studio, account), status=201, location=f"/v1/accounts/{account}"
        ),
    )


def _only_fingerprint(change: Change) -> str:
    known = list(change.continuity.credentials)
    if len(known) == 1:
        return known[0]
    raise InvalidCommand(
        f"key_fingerprint is missing, and the service has {len(known)} Kling keys: {', '.join(known) or 'none'}",
        hint="name the fingerprint of the account's key"
        if known
        else "set KLING_ACCESS_KEY and KLING_SECRET_KEY (or KLING_API_KEY) and start the service again",
        path="key_fingerprint",
    )


@get("/", sync_to_thread=True)
def list_accounts(
    request: Web, visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Answer[Page[AccountCard]]:
    """All accounts, oldest first."""
    return answer_page(request, visit.read(view.accounts, span=span))


@get("/{account:str}", sync_to_thread=True)
def show_account(account: FromPath[str], visit: NamedDependency[Visit]) -> Answer[AccountCard]:
    """One account."""
    return answer_card(visit.read(view.account, account))


@post("/{account:str}/hold", status_code=200, sync_to_thread=True)
def hold_account(
    account: FromPath[str], data: JSONBody[NewHold], change: NamedDependency[Change]
) -> Answer[AccountCard]:
    """Stop calls of the account until a person resumes them: all (`everything`), paid ones, or paid ones for one model."""
    _fits(data)
    held = AccountHeld(scope=data.scope, by="person", message=data.reason, model=data.model)
    return _changed(change, HoldAccount(stream=named("account", account), held=held))


@post("/{account:str}/resume", status_code=200, sync_to_thread=True)
def resume_account(
    account: FromPath[str], data: JSONBody[EndOfHold], change: NamedDependency[Change]
) -> Answer[AccountCard]:
    """Let held calls out again, whoever held them; what waited goes out at once."""
    _fits(data)
    answer = _changed(
        change,
        ResumeAccount(
            stream=named("account", account),
            scope=data.scope,
            by="person",
            reason=data.reason,
            model=data.model,
        ),
    )
    change.registry.hurry_account(change.studio, account)
    return answer


@get("/{account:str}/slots", sync_to_thread=True)
def show_slots(account: FromPath[str], visit: NamedDependency[Visit]) -> Answer[Lanes]:
    """How many tasks of each model may be open at once, and how many are."""
    slots = visit.continuity.settings.kling_slots
    return answer_card(
        visit.read(queue.lanes, account=named("account", account), now=visit.registry.clock(), slots=slots)
    )


@put("/{account:str}/slots", sync_to_thread=True)
def set_slots(
    account: FromPath[str], data: JSONBody[Slots], change: NamedDependency[Change]
) -> Answer[AccountCard]:
    """Say how many tasks of a model may be open at once (the vendor counts per account, model and package)."""
    command = SetSlots(stream=named("account", account), model=data.model, slots=data.slots, pack=data.pack)
    return _changed(change, command)


@get("/keys", sync_to_thread=True)
def list_configured_keys(visit: NamedDependency[Visit]) -> Answer[ConfiguredKeys]:
    """The keys the service is configured with, by fingerprint, and which accounts send under each. No secret is shown."""
    cards = visit.read(view.accounts, span=Span(limit=LARGEST_PAGE)).items
    keys = tuple(
        ConfiguredKey(
            fingerprint=fingerprint,
            kind="access key pair" if isinstance(credentials, AccessKeyPair) else "API key",
            accounts=tuple(card.id for card in cards if card.key_fingerprint == fingerprint),
        )
        for fingerprint, credentials in visit.continuity.credentials.items()
    )
    return answer_card(ConfiguredKeys(items=keys))


@post("/{account:str}/keys", opt={"refuses": (502,)}, status_code=200, sync_to_thread=True)
def attest_key(
    account: FromPath[str], data: JSONBody[AttestedKey], change: NamedDependency[Change]
) -> Answer[AttestedAccount]:
    """Vouch that a configured key belongs to the account: it is sent under from here on, and may look up what earlier keys sent.

    Where the account has a task, the key must see it at the provider: 409 when it does not, 503 when there is no answer, and
    nothing is written. Where it has none, your word is taken, and `note` says so.
    """
    if (first := change.earlier()) is not None:
        return first
    stream, fingerprint = named("account", account), data.key_fingerprint
    change.read(view.account, stream)
    _must_be_configured(change, fingerprint)
    state: Account = change.registry.state(change.studio, stream).state
    newest = change.read(submissions.newest_with_task, stream)
    kept_since = change.registry.clock() - KEPT_US
    proof = prove(change.continuity.kling_for, state, fingerprint, newest, kept_since=kept_since)

    def reply(connection: Connection) -> Reply:
        card = view.account(connection, change.studio, stream)
        return card_reply(AttestedAccount(**card.model_dump(), note=proof.words, seen_task=proof.seen_task))

    command = AttestKey(
        stream=stream, key_fingerprint=fingerprint, reason=data.reason, seen_task=proof.seen_task
    )
    answer = change.make(command, *proof.resumes(state, stream), reply=reply)
    change.registry.hurry_account(change.studio, stream)
    return answer


def _must_be_configured(change: Change, fingerprint: str) -> None:
    known = list(change.continuity.credentials)
    if fingerprint not in known:
        raise InvalidCommand(
            f"no key with the fingerprint {fingerprint} is configured here; configured are: {', '.join(known) or 'none'}",
            hint="add the key to KLING_KEYS_FILE of the service and its workers, start them again, and attest it then",
            path="key_fingerprint",
        )


def _changed(change: Change, command: Command) -> Answer[AccountCard]:
    return change.make(
        command,
        reply=lambda connection: card_reply(view.account(connection, change.studio, command.stream)),
    )


def _fits(data: NewHold | EndOfHold) -> None:
    """A model is named when, and only when, the hold is about one. Raises InvalidCommand."""
    if (data.scope == "model") != (data.model is not None):
        raise InvalidCommand(
            "the scope model needs the name of one"
            if data.model is None
            else f"model goes with the scope model, and the scope is {data.scope}",
            hint='send {"scope": "model", "model": "kling-v3"}, or leave model out',
            path="model",
        )


ROUTES: Any = Router(
    "/accounts",
    route_handlers=[
        open_account,
        list_accounts,
        show_account,
        hold_account,
        resume_account,
        show_slots,
        set_slots,
        list_configured_keys,
        attest_key,
    ],
    opt={"reach": "studio", "changes": "operator"},
    tags=["Accounts"],
)
