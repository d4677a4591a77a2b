"""A restore: the database is older than what was sent from it. Its stream is named after the mark that showed it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import AccountId, EventId


class RestoreAccepted(Event):
    """A person has compared the accounts with the provider and lets paid calls go out again from this older log.

    The mark named the event `event_id` at `position`, recorded at `sent_at` (microseconds since 1970), which this log lacks;
    paid calls up to then may be missing here. `without` are accounts that could not be compared any more.
    """

    NAME: ClassVar[str] = "RestoreAccepted"

    position: int = Field(ge=1)
    event_id: EventId
    sent_at: int
    reason: str
    without: tuple[AccountId, ...] = ()
