"""What callers say and hear about webhooks."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field, StrictInt, StrictStr, StringConstraints, WithJsonSchema

from api.bodies import Body, Name, Reason, Text, with_example
from registry.deciders.webhook import MOST_TYPES, NAMES, URL_LENGTH
from registry.views.deliveries import Health
from registry.views.page import Card
from registry.views.webhooks import WebhookCard

LONGEST_OVERLAP: Final = 7 * 24 * 3600
_URL: Final = "https://hooks.example.com/continuity"


def _known(name: str) -> str:
    if name not in NAMES:
        raise ValueError("no event has this name")
    return name


EventType = Annotated[
    StrictStr, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": sorted(NAMES)})
]
Types = Annotated[tuple[EventType, ...], Field(max_length=MOST_TYPES)]
Url = Annotated[StrictStr, StringConstraints(min_length=1, max_length=URL_LENGTH)]
Position = Annotated[StrictInt, Field(ge=0, le=2**63 - 1)]


class NewWebhook(Body):
    """Whom to tell. Without `types` of everything; from now on, or of everything after position `after`.

    `url` is https, on port 443 or 8443 of a host with a public address.
    """

    model_config = with_example(url=_URL, types=["ClipRecorded"], holder="edit suite 2")

    url: Url
    types: Types = ()
    holder: Name
    description: Text = ""
    after: Position | None = None


class WebhookChange(Body):
    """What is different from here on; what is left out stays. Empty `types` are all of them."""

    model_config = with_example(types=["ClipRecorded", "GenerationEnded"])

    url: Url | None = None
    types: Types | None = None
    holder: Name | None = None
    description: Text | None = None


class SecretRotation(Body):
    """A new secret; the one before signs too for so many seconds more (at most a week), that the receiver can change over."""

    model_config = with_example(overlap_seconds=86_400)

    overlap_seconds: Annotated[StrictInt, Field(ge=0, le=LONGEST_OVERLAP)] = 86_400


class Pause(Body):
    """Why nothing is told for now."""

    model_config = with_example(reason="the receiver is being moved")

    reason: Reason


class Replay(Body):
    """Everything after this position is told again; 0 is the log's beginning."""

    model_config = with_example(after=0)

    after: Position


class Redelivery(Body):
    """Which dead letters are tried again, by their positions; null: all of them."""

    model_config = with_example(positions=None)

    positions: Annotated[tuple[Position, ...], Field(min_length=1, max_length=1_000)] | None = None


class WebhookAnswer(WebhookCard):
    """A webhook, and how it fares."""

    health: Health


class IssuedWebhook(WebhookAnswer):
    """A webhook with its signing secret in `secret`, this once: it is kept nowhere, and null when the request is repeated."""

    secret: str | None


class Tried(Card):
    """What a receiver said to a test event: its status, how its answer begins; or why there was none."""

    webhook: str
    event_id: str
    delivered: bool
    result: str
    status: int | None
    problem: str
    answer: str
    milliseconds: int


class Redelivered(Card):
    """How many dead letters are tried again, in the log's order."""

    webhook: str
    letters: int
