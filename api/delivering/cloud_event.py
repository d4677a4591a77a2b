"""An event of the log as a CloudEvent 1.0 in structured mode: an envelope that any receiver knows, round what the feed shows.

`data` is the event as `GET /v1/events` shows it to a key with the role reader: personal fields are open, and what is erased is
erased. It is made anew for every attempt, so nothing of it is kept here and an erasure holds for whatever is sent after it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import orjson

from api.subscribing import seen
from registry.events.envelope import Recorded

MEDIA_TYPE: Final = "application/cloudevents+json; charset=utf-8"
TEST: Final = "continuity.webhook.test"
"""The type of what is sent to try a webhook out; it stands in no log."""


def of_recorded(recorded: Recorded) -> bytes:
    """What is told of an event. `sequence` orders as text does what `data.position` orders as a number."""
    return _written(
        recorded.log,
        id=recorded.event_id,
        type=f"continuity.{recorded.type}",
        subject=recorded.stream,
        time=recorded.recorded_at,
        sequence=f"{recorded.position:020d}",
        data=seen(recorded).model_dump(mode="json"),
    )


def of_test(studio: str, webhook: str, *, id: str, now: int) -> bytes:
    """What is told to try a webhook out."""
    return _written(studio, id=id, type=TEST, subject=webhook, time=now, data={"webhook": webhook})


def _written(studio: str, *, time: int, **said: Any) -> bytes:
    return orjson.dumps(
        {
            "specversion": "1.0",
            "source": f"/studios/{studio}",
            "time": datetime.fromtimestamp(time / 1_000_000, UTC).isoformat(timespec="microseconds"),
            "datacontenttype": "application/json",
            **said,
        }
    )
