"""Webhooks: who is told of a studio's events at an https address. The secret that signs is nowhere in here, only its digest."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import SecretId
from registry.events.personal import Personal
from registry.events.references import Sha256

PauseCause = Literal["person", "gone", "failing", "secret"]
"""A person wanted it; the receiver answered 410; too many deliveries failed in a row; the secret is not in this key store."""


class WebhookAdded(Event):
    """From here on the events after `after` are told to `url`: those of `types`, or all of them where none is named.

    `secret` names what the signing secret is derived from, under the key of this stream; `secret_sha256` is that secret's digest.
    """

    NAME: ClassVar[str] = "WebhookAdded"

    url: str
    types: tuple[str, ...] = ()
    holder: Personal[str]
    description: Personal[str] = ""
    secret: SecretId
    secret_sha256: Sha256
    after: int | None = Field(default=None, ge=0)
    """None: its own position."""


class WebhookTargetChosen(Event):
    """It tells another address from here on."""

    NAME: ClassVar[str] = "WebhookTargetChosen"

    url: str


class WebhookTypesChosen(Event):
    """It tells other events from here on; none named: all of them."""

    NAME: ClassVar[str] = "WebhookTypesChosen"

    types: tuple[str, ...]


class WebhookDescribed(Event):
    """Who receives, and what for."""

    NAME: ClassVar[str] = "WebhookDescribed"

    holder: Personal[str]
    description: Personal[str]


class WebhookSecretRotated(Event):
    """It signs with a new secret; with the one before too until `old_until` (microseconds since 1970), with no earlier one."""

    NAME: ClassVar[str] = "WebhookSecretRotated"

    secret: SecretId
    secret_sha256: Sha256
    old_until: int


class WebhookPaused(Event):
    """Nothing is told until it is resumed; what happens meanwhile waits."""

    NAME: ClassVar[str] = "WebhookPaused"

    cause: PauseCause
    reason: str


class WebhookResumed(Event):
    """It goes on where it was; what had failed is tried at once."""

    NAME: ClassVar[str] = "WebhookResumed"


class WebhookReplayed(Event):
    """It tells everything after `after` again, or, where it had not come so far, begins there."""

    NAME: ClassVar[str] = "WebhookReplayed"

    after: int = Field(ge=0)


class WebhookRemoved(Event):
    """Nothing is told any more, for good."""

    NAME: ClassVar[str] = "WebhookRemoved"

    reason: str
