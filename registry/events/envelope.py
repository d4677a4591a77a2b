"""What every event is and carries: a frozen body with a name and version, and the columns the log adds round it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """Something that happened. `NAME` and `VERSION` are what the log stores, never the class's import path."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    NAME: ClassVar[str]
    VERSION: ClassVar[int] = 1

    def sealed_under(self) -> tuple[str, ...]:
        """Streams whose keys seal the personal fields; empty means the event's own stream."""
        return ()


@dataclass(frozen=True, slots=True)
class Context:
    """Who wants it and why: carried by every event of one request."""

    actor: str
    request_id: str = ""
    causation_id: str = ""
    correlation_id: str = ""


class Recorded(NamedTuple):
    """An event as it stands in the log. `recorded_at` is microseconds since 1970, UTC; `body` the exact stored bytes."""

    log: str
    position: int
    event_id: str
    stream: str
    version: int
    type: str
    schema_version: int
    recorded_at: int
    actor: str
    request_id: str
    causation_id: str
    correlation_id: str
    body: bytes
    leaf_hash: bytes
    event: Event
