"""Webhooks: added with a target, changed, paused, resumed, replayed, removed.

Times are microseconds since 1970. A change that would change nothing is quiet. Whether an address may be connected to is asked
at the door and at every delivery; here it is a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from registry.deciders.command import (
    NAME_LENGTH,
    Command,
    Decider,
    Reads,
    checked_text,
    must_be_new,
    must_exist,
    unexpected,
)
from registry.errors import InvalidCommand, NotFound
from registry.events.catalogue import EVENTS
from registry.events.envelope import Event
from registry.events.webhook import (
    PauseCause,
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

URL_LENGTH: Final = 2_000
MOST_TYPES: Final = 100
NAMES: Final = frozenset(name for name, _ in EVENTS)
"""The names of all events there are."""


@dataclass(frozen=True, kw_only=True)
class AddWebhook(Command):
    """Tell an address of what happens after position `after` (None: from now on). `added` is what is to be written down."""

    added: WebhookAdded


@dataclass(frozen=True, kw_only=True)
class ChangeWebhook(Command):
    """Another target, other types, other words; None leaves what is there."""

    url: str | None = None
    types: tuple[str, ...] | None = None
    holder: str | None = None
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class RotateWebhookSecret(Command):
    """Sign with a new secret, and with the one before until `old_until`."""

    secret: str
    secret_sha256: str
    old_until: int


@dataclass(frozen=True, kw_only=True)
class PauseWebhook(Command):
    """Tell nothing for now. Quiet when nothing is told anyway."""

    cause: PauseCause = "person"
    reason: str


@dataclass(frozen=True, kw_only=True)
class ResumeWebhook(Command):
    """Go on where it was. Quiet when it is not paused."""


@dataclass(frozen=True, kw_only=True)
class ReplayWebhook(Command):
    """Tell everything after a position again."""

    after: int


@dataclass(frozen=True, kw_only=True)
class RemoveWebhook(Command):
    """Tell nothing any more."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook as it is."""

    exists: bool = False
    url: str = ""
    types: tuple[str, ...] = ()
    words: tuple[object, object] = ("", "")
    """Holder and description, where they are not erased."""
    paused: bool = False
    removed: bool = False


def decide(command: Command, state: Webhook, _reads: Reads) -> Sequence[Event]:
    if isinstance(command, AddWebhook):
        must_be_new(state.exists, command.stream)
        return [_checked(command.added)]
    must_exist(state.exists, command.stream)
    if state.removed:
        raise NotFound(f"there is no {command.stream} any more", hint="add another one")
    match command:
        case ChangeWebhook():
            return list(_changes(command, state))
        case RotateWebhookSecret():
            return [
                WebhookSecretRotated(
                    secret=command.secret, secret_sha256=command.secret_sha256, old_until=command.old_until
                )
            ]
        case PauseWebhook():
            reason = checked_text(command.reason, "reason", least=1)
            return [] if state.paused else [WebhookPaused(cause=command.cause, reason=reason)]
        case ResumeWebhook():
            return [WebhookResumed()] if state.paused else []
        case ReplayWebhook():
            return [WebhookReplayed(after=command.after)]
        case RemoveWebhook():
            return [WebhookRemoved(reason=checked_text(command.reason, "reason"))]
        case _:
            raise unexpected(command)


def _changes(command: ChangeWebhook, state: Webhook) -> Iterator[Event]:
    if command.url is not None and (url := _url(command.url)) != state.url:
        yield WebhookTargetChosen(url=url)
    if command.types is not None and (types := _types(command.types)) != state.types:
        yield WebhookTypesChosen(types=types)
    holder = state.words[0] if command.holder is None else _holder(command.holder)
    description = state.words[1] if command.description is None else _description(command.description)
    if (holder, description) != state.words:
        yield WebhookDescribed(holder=holder, description=description)


def _checked(added: WebhookAdded) -> WebhookAdded:
    return added.model_copy(
        update={
            "url": _url(added.url),
            "types": _types(added.types),
            "holder": _holder(str(added.holder)),
            "description": _description(str(added.description)),
        }
    )


def _url(url: str) -> str:
    return checked_text(url, "url", most=URL_LENGTH, least=1)


def _holder(holder: str) -> str:
    return checked_text(holder, "holder", most=NAME_LENGTH, least=1)


def _description(description: str) -> str:
    return checked_text(description, "description")


def _types(types: tuple[str, ...]) -> tuple[str, ...]:
    """In the catalogue's words, each once. Raises InvalidCommand naming every one that no event has."""
    wanted = tuple(dict.fromkeys(types))
    if strange := [name for name in wanted if name not in NAMES]:
        raise InvalidCommand(
            f"no event has the name {', '.join(map(repr, strange))}",
            hint="name event types as the feed does, such as ClipRecorded; none for all of them",
            path="types",
        )
    if len(wanted) > MOST_TYPES:
        raise InvalidCommand(
            f"{len(wanted)} types are named, at most {MOST_TYPES} can be",
            hint="leave types out to be told of everything",
            path="types",
        )
    return wanted


def evolve(state: Webhook, event: Event) -> Webhook:
    match event:
        case WebhookAdded():
            words = (event.holder, event.description)
            return Webhook(exists=True, url=event.url, types=event.types, words=words)
        case WebhookTargetChosen(url=url):
            return replace(state, url=url)
        case WebhookTypesChosen(types=types):
            return replace(state, types=types)
        case WebhookDescribed(holder=holder, description=description):
            return replace(state, words=(holder, description))
        case WebhookPaused():
            return replace(state, paused=True)
        case WebhookResumed():
            return replace(state, paused=False)
        case WebhookRemoved():
            return replace(state, removed=True)
        case WebhookSecretRotated() | WebhookReplayed():
            return state
        case _:
            raise unexpected(event)


DECIDER = Decider(Webhook(), decide, evolve)
