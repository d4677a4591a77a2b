"""What callers say and hear about reading the log under a name."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from api.bodies import Body, FeedEvent, with_example
from registry.events.envelope import Recorded
from registry.views.page import Card, Page

Position = Annotated[StrictInt, Field(ge=0, le=2**63 - 1)]


class NewPosition(Body):
    """Where reading under the name begins: after `position`; 0 is the log's beginning, null its end as it is now."""

    model_config = with_example(position=0)

    position: Position | None = 0


class Acknowledgement(Body):
    """Everything up to `position` is done."""

    model_config = with_example(position=0)

    position: Position


class SubscriptionCard(Card):
    """A name, the last position it is done with, and how far it is behind: in events, and by the age (us) of the first."""

    name: str
    position: int
    version: int
    changed_at: int
    behind_events: int
    behind_us: int


class Subscriptions(BaseModel):
    """All subscriptions of the studio, by name; never so many that there are pages."""

    model_config = ConfigDict(frozen=True)

    items: tuple[SubscriptionCard, ...]


class FeedPage(Page[FeedEvent]):
    """Some events in their order. Everything up to `through` that was asked for is in this page or before it."""

    through: int


def seen(recorded: Recorded) -> FeedEvent:
    """An event as readers of the feed get it."""
    return FeedEvent(
        position=recorded.position,
        stream=recorded.stream,
        version=recorded.version,
        type=recorded.type,
        schema_version=recorded.schema_version,
        recorded_at=recorded.recorded_at,
        actor=recorded.actor,
        request_id=recorded.request_id,
        causation_id=recorded.causation_id,
        correlation_id=recorded.correlation_id,
        event_id=recorded.event_id,
        body=recorded.event.model_dump(mode="json"),
        body_base64=b64encode(recorded.body).decode(),
        leaf_hash=recorded.leaf_hash.hex(),
    )
