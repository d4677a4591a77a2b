"""Calls about the feed: its events page by page, as an open stream that mends itself, and under a name that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import httpx
import orjson

from api.client.answers import FeedEvent, member, read_as
from api.client.errors import UnexpectedAnswer
from api.client.settling import settled
from api.client.wire import Call, Calls, Wire, at
from api.subscribing import FeedPage, SubscriptionCard

SILENCE_SECONDS: Final = 60
"""Longer than this no service is silent on an open stream, so the connection is gone."""
WAIT_SECONDS: Final = 20
_OVER: Final = 204
_ACCEPT: Final = {"Accept": "text/event-stream, application/problem+json"}


@dataclass(frozen=True, slots=True)
class Reading:
    """Events that came under a name; `version` is what they are acknowledged with, `through` how far they reach."""

    events: tuple[FeedEvent, ...]
    through: int
    version: int


class FeedCalls(Calls):
    """Events and subscriptions."""

    def events(
        self,
        *,
        after: int = 0,
        stream: str | None = None,
        type: str | None = None,
        actor: str | None = None,
        follow: bool = False,
    ) -> Iterator[FeedEvent]:
        """The studio's log in order, from the event after position `after`; with `follow` it goes on with what comes next.

        A stream that breaks is opened again after the last event that came, so nothing is missed or repeated.
        """
        wanted = {"stream": stream, "type": type, "actor": actor}
        if follow:
            yield from _Following(self._wire, at("events", "stream"), wanted, after).events()
            return
        yield from self._wire.pages(FeedEvent, at("events"), after=after, **wanted)

    def event_at(self, position: int) -> FeedEvent | None:
        """The event at one position of the studio's log; None when the log has not reached it."""
        asked = {"after": position - 1, "limit": 1}
        items = member(self._wire.answer(Call("GET", at("events"), asked)).body, "items")
        return read_as(FeedEvent, items[0]) if items else None

    def generation_events(self, generation: str, *, after: int = 0) -> Iterator[FeedEvent]:
        """One generation's events from its request to its end, as they happen; then it is over."""
        yield from _Following(self._wire, at("generations", generation, "events"), {}, after).events()

    def read_subscription(
        self,
        name: str,
        *,
        stream: str | None = None,
        type: str | None = None,
        actor: str | None = None,
        wait: bool = False,
    ) -> Reading:
        """What comes after the position kept under the name; with `wait` it waits a while for something to come."""
        seconds = WAIT_SECONDS if wait else None
        asked = {"subscription": name, "stream": stream, "type": type, "actor": actor, "wait": seconds}
        answer = self._wire.answer(Call("GET", at("events"), asked, patience=seconds or 0))
        page = read_as(FeedPage, answer.body)
        if answer.version is None:
            raise UnexpectedAnswer("the answer has no ETag to acknowledge it with")
        return Reading(page.items, page.through, answer.version)

    def acknowledge(self, name: str, reading: Reading) -> SubscriptionCard:
        """All that was read is done. Raises ContinuityError `version-conflict` when somebody else was first."""
        path, body = at("subscriptions", name, "acknowledge"), {"position": reading.through}
        return read_as(SubscriptionCard, self._wire.change("POST", path, body, version=reading.version))

    def put_subscription(self, name: str, position: int | None = 0) -> SubscriptionCard:
        """Make the name, or move it, to begin after a position; None is the log's end."""
        body = {"position": position}
        return read_as(SubscriptionCard, self._wire.change("PUT", at("subscriptions", name), body))

    def subscription(self, name: str) -> SubscriptionCard:
        return self._wire.read(SubscriptionCard, at("subscriptions", name))

    def subscriptions(self) -> Iterator[SubscriptionCard]:
        """All names the feed is read under; never so many that there are pages."""
        listed = self._wire.answer(Call("GET", at("subscriptions"))).body
        return (read_as(SubscriptionCard, item) for item in member(listed, "items"))

    def delete_subscription(self, name: str) -> SubscriptionCard:
        """Forget the name; what it was."""
        return read_as(SubscriptionCard, self._wire.change("DELETE", at("subscriptions", name)))


@dataclass
class _Following:
    """One open stream after the other, each from where the one before ended."""

    wire: Wire
    path: str
    wanted: dict[str, str | None]
    after: int

    def events(self) -> Iterator[FeedEvent]:
        """Until nothing more can come, the service refuses, or cannot be reached in as many tries as our manners allow."""
        while True:
            asked, came = {**self.wanted, "after": self.after}, {"Last-Event-ID": str(self.after)}
            headers = _ACCEPT | came if self.after else _ACCEPT
            call = Call("GET", self.path, asked, headers=headers, patience=SILENCE_SECONDS)
            response = self.wire.persist(call, partial(self._opened, call))
            try:
                if response.status_code == _OVER:
                    return
                yield from self._told(response)
            except httpx.TransportError:
                pass  # cut off: opened again below, where it is told if nobody is there
            finally:
                response.close()
            self.wire.manners.sleep(self.wire.manners.first_pause)

    def _opened(self, call: Call) -> httpx.Response:
        response = self.wire.http.send(self.wire.build(call), stream=True)
        if not response.is_success:
            response.read()
        return settled(response)

    def _told(self, response: httpx.Response) -> Iterator[FeedEvent]:
        said: dict[str, str] = {}
        for line in response.iter_lines():
            name, _, value = line.partition(":")
            if line:
                said[name] = value.removeprefix(" ")
                continue
            event = None
            if "data" in said and "event" not in said:
                event = _event(said["data"])
            self.after = max(self.after, _position(said.get("id", "0")))
            if event is not None:
                yield event
            said = {}


def _event(data: str) -> FeedEvent:
    try:
        return read_as(FeedEvent, orjson.loads(data))
    except orjson.JSONDecodeError as unfit:
        raise UnexpectedAnswer(f"the stream sent something that is no event: {unfit}") from None


def _position(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() else 0
