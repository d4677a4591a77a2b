"""Webhooks: added once, changed, paused and resumed, replayed, removed for good."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry.deciders.command import AlreadyExists, Command
from registry.deciders.webhook import (
    AddWebhook,
    ChangeWebhook,
    PauseWebhook,
    RemoveWebhook,
    ReplayWebhook,
    ResumeWebhook,
    RotateWebhookSecret,
)
from registry.errors import InvalidCommand, NotFound
from registry.events.personal import ERASED
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
from tests.registry.deciders.given import given
from tests.registry.events.golden import an_id, example

WEBHOOK, SECRET = an_id("webhook"), an_id("secret", 2)
ADDED = example("WebhookAdded")
assert isinstance(ADDED, WebhookAdded)
PAUSED = WebhookPaused(cause="person", reason="moving")
CHANGES: list[Command] = [
    ChangeWebhook(stream=WEBHOOK, holder="Jun"),
    RotateWebhookSecret(stream=WEBHOOK, secret=SECRET, secret_sha256="b" * 64, old_until=5),
    PauseWebhook(stream=WEBHOOK, reason="moving"),
    ResumeWebhook(stream=WEBHOOK),
    ReplayWebhook(stream=WEBHOOK, after=7),
    RemoveWebhook(stream=WEBHOOK),
]


def added(**said: Any) -> AddWebhook:
    return AddWebhook(stream=WEBHOOK, added=ADDED.model_copy(update=said))


def test_a_webhook_is_added() -> None:
    """As it was said, without the space around words, and each type once."""
    said = added(url=f" {ADDED.url} ", holder=f" {ADDED.holder} ", types=(*ADDED.types, ADDED.types[0]))

    assert given().when(said) == [ADDED]
    given(ADDED).refuses(said, AlreadyExists, WEBHOOK)


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"url": " "}, "url"),
        ({"url": "https://a.example/" + "x" * 2_000}, "url"),
        ({"holder": ""}, "holder"),
        ({"description": "x" * 5_001}, "description"),
        ({"types": ("ClipRecorded", "ClipBurned", "Nothing")}, "types"),
    ],
    ids=str,
)
def test_a_webhook_has_a_target_a_holder_and_types_there_are(said: dict[str, Any], path: str) -> None:
    """What cannot be is refused with its place; of types every one is named that no event has."""
    refused = given().refuses(added(**said), InvalidCommand)

    assert refused.detail["path"] == path
    if path == "types":
        assert "'ClipBurned', 'Nothing'" in refused.message


def test_only_what_is_different_is_written_down() -> None:
    """A change says what changed, each in an event of its own; what is left out stays, and nothing new is no event."""
    change = ChangeWebhook(
        stream=WEBHOOK, url="https://b.example", types=("ClipRecorded",), holder="Jun Park"
    )

    assert given(ADDED).when(change) == [
        WebhookTargetChosen(url="https://b.example"),
        WebhookTypesChosen(types=("ClipRecorded",)),
        WebhookDescribed(holder="Jun Park", description=ADDED.description),
    ]
    assert given(ADDED, *given(ADDED).when(change)).when(change) == []
    assert given(ADDED).when(ChangeWebhook(stream=WEBHOOK, types=())) == [WebhookTypesChosen(types=())]
    given(ADDED).refuses(ChangeWebhook(stream=WEBHOOK, types=("Nothing",)), InvalidCommand, "Nothing")


def test_what_is_erased_stays_erased_in_a_change() -> None:
    """Describing one of the two words leaves the other as it is, also where it can be read no more."""
    gone = ADDED.model_copy(update={"holder": ERASED, "description": ERASED})

    [described] = given(gone).when(ChangeWebhook(stream=WEBHOOK, holder="Jun"))
    assert described == WebhookDescribed(holder="Jun", description=ERASED)


def test_a_secret_is_rotated() -> None:
    """The new one's name and digest, and until when the one before signs."""
    assert given(ADDED).when(CHANGES[1]) == [
        WebhookSecretRotated(secret=SECRET, secret_sha256="b" * 64, old_until=5)
    ]


def test_a_webhook_is_paused_and_resumed() -> None:
    """Once each: what is paused is not paused again, and the first reason stands; what tells is not resumed."""
    pause, resume = CHANGES[2], CHANGES[3]

    assert given(ADDED).when(pause) == [PAUSED]
    assert given(ADDED, PAUSED).when(PauseWebhook(stream=WEBHOOK, cause="gone", reason="410")) == []
    assert given(ADDED, PAUSED).when(resume) == [WebhookResumed()]
    assert given(ADDED).when(resume) == []
    assert given(ADDED, PAUSED, WebhookResumed()).when(pause) == [PAUSED]
    given(ADDED).refuses(replace(pause, reason=" "), InvalidCommand, "reason")  # type: ignore[call-arg]


def test_a_webhook_is_replayed() -> None:
    """As often as somebody wants it, paused or not."""
    replay = CHANGES[4]

    assert given(ADDED).when(replay) == [WebhookReplayed(after=7)]
    assert given(ADDED, PAUSED, WebhookReplayed(after=7)).when(replay) == [WebhookReplayed(after=7)]


def test_a_removed_webhook_is_as_good_as_none() -> None:
    """Nothing can be done with it any more, no more than with one that never was."""
    removed = WebhookRemoved(reason="")

    assert given(ADDED).when(CHANGES[5]) == [removed]
    for change in CHANGES:
        given(ADDED, removed).refuses(change, NotFound, WEBHOOK)
        given().refuses(change, NotFound, WEBHOOK)
