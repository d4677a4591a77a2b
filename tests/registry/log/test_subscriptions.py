"""Named subscriptions: a position that moves forwards with its effect, once, whoever runs it and whatever breaks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, text

from registry.errors import NotFound, VersionConflict
from registry.events.envelope import Recorded
from registry.log.feed import subscriptions
from registry.log.feed.subscriber import Subscriber
from registry.log.feed.subscriptions import (
    BeyondTheLog,
    CannotGoBack,
    Lag,
    Subscription,
    TooManySubscriptions,
)
from tests.registry.log.opened import START, STUDIO, Clock, Opened, introduce

MINUTE = 60_000_000


def put(log: Opened, name: str = "exporter", position: int | None = 0) -> Subscription:
    return log.registry._log.apart(
        lambda connection: subscriptions.put(connection, STUDIO, name, position=position, now=log.clock())
    )


def write(log: Opened, count: int) -> None:
    log.handle(*(introduce() for _ in range(count)))


def note(connection: Connection, events: Sequence[Recorded]) -> None:
    """An effect in the database: every position into a table that takes doubles."""
    for event in events:
        connection.execute(text("INSERT INTO noted VALUES (:position)"), {"position": event.position})


@pytest.fixture
def subscriber(open_log: Opened) -> Subscriber:
    """Reads as `exporter`, two events at a time, five of which are there; its effects go to the table `noted`."""
    open_log.define("CREATE TABLE noted (position INTEGER)")
    write(open_log, 5)
    put(open_log)
    return open_log.registry.subscriber(STUDIO, "exporter")


def noted(log: Opened) -> list[int]:
    return [int(str(position)) for (position,) in log.raw("SELECT position FROM noted")]


def test_every_event_is_applied_once_in_order(open_log: Opened, subscriber: Subscriber) -> None:
    """Batch by batch until there is nothing left; what comes later is applied later."""
    while subscriber.apply(note):
        pass
    assert (noted(open_log), subscriber.kept().position) == ([1, 2, 3, 4, 5], 5)
    write(open_log, 1)
    assert (subscriber.apply(note), subscriber.apply(note)) == (1, 0)
    assert noted(open_log) == [1, 2, 3, 4, 5, 6]


def test_a_failed_effect_leaves_nothing_and_comes_again(open_log: Opened, subscriber: Subscriber) -> None:
    """What an effect wrote before it failed is undone with the position, and the same events are applied next."""

    def fails(connection: Connection, events: Sequence[Recorded]) -> None:
        note(connection, events)
        raise NotFound("the effect has a bug", hint="")

    with pytest.raises(NotFound, match="a bug"):
        subscriber.apply(fails)
    assert (noted(open_log), subscriber.kept().position) == ([], 0)
    subscriber.apply(note)
    assert noted(open_log) == [1, 2, 3, 4, 5]


def test_two_runners_of_a_name_cannot_both_apply(open_log: Opened, subscriber: Subscriber) -> None:
    """Who read the same events and commits second applies nothing."""
    other = open_log.registry.subscriber(STUDIO, "exporter")

    def overtaken(connection: Connection, events: Sequence[Recorded]) -> None:
        pytest.fail("the second runner's effect ran")

    kept = subscriber.kept()
    subscriber.kept = lambda: kept  # type: ignore[method-assign]  # read before the other committed
    assert other.apply(note) == 5
    assert subscriber.apply(overtaken) == 0
    assert noted(open_log) == [1, 2, 3, 4, 5]


def test_a_move_stops_whoever_runs(open_log: Opened, subscriber: Subscriber) -> None:
    """Put back while a batch is under way, even to where it stood: the runner's advance fails."""
    kept = subscriber.kept()
    put(open_log, position=0)
    with pytest.raises(VersionConflict, match="position 0"):
        open_log.registry._log.apart(
            lambda connection: subscriptions.advance(connection, kept, to=3, now=START)
        )
    assert subscriber.kept().position == 0


def test_a_delivery_is_repeated_until_it_was_done(open_log: Opened, subscriber: Subscriber) -> None:
    """The position moves after an outside effect: what fails comes again, what is done does not."""
    seen: list[int] = []

    def send(events: Sequence[Recorded]) -> None:
        seen.extend(event.position for event in events)
        if len(seen) == 5:
            raise OSError("the receiver hung up")

    with pytest.raises(OSError, match="hung up"):
        subscriber.deliver(send, owner="one", hold_us=MINUTE)
    assert subscriber.kept().position == 0
    assert subscriber.deliver(send, owner="one", hold_us=MINUTE) == 5
    assert subscriber.deliver(send, owner="one", hold_us=MINUTE) == 0
    assert seen == [1, 2, 3, 4, 5] * 2


def test_one_runner_delivers_at_a_time(open_log: Opened, subscriber: Subscriber) -> None:
    """While one holds the name nobody else begins; after its hold another does, and the late one is told."""
    clock = open_log.clock
    assert isinstance(clock, Clock)
    other = open_log.registry.subscriber(STUDIO, "exporter")
    counts: list[int] = []

    def slow(_events: Sequence[Recorded]) -> None:
        counts.append(other.deliver(lambda _: None, owner="two", hold_us=MINUTE))
        clock.now += MINUTE
        counts.append(other.deliver(lambda _: None, owner="two", hold_us=MINUTE))

    with pytest.raises(VersionConflict):
        subscriber.deliver(slow, owner="one", hold_us=MINUTE)
    assert (counts, subscriber.kept().position) == ([0, 5], 5)


def test_positions_that_make_no_sense_are_refused(open_log: Opened, subscriber: Subscriber) -> None:
    """Nobody is done with what was not recorded yet, and an acknowledgement never goes back."""
    kept = subscriber.kept()
    apart = open_log.registry._log.apart
    with pytest.raises(BeyondTheLog, match="end, which is 5"):
        put(open_log, position=6)
    with pytest.raises(BeyondTheLog):
        apart(lambda connection: subscriptions.advance(connection, kept, to=6, now=START))
    three = apart(lambda connection: subscriptions.advance(connection, kept, to=3, now=START))
    with pytest.raises(CannotGoBack):
        apart(lambda connection: subscriptions.advance(connection, three, to=2, now=START))
    assert (put(open_log, position=None).position, subscriber.kept().version) == (5, 3)


def test_lag_is_counted_in_events_and_age(open_log: Opened, subscriber: Subscriber) -> None:
    """How many events are unread, and how old the first of them is; who is up to date has neither."""
    clock = open_log.clock
    assert isinstance(clock, Clock)
    put(open_log, "up to date", position=5)
    clock.now += MINUTE
    write(open_log, 2)
    put(open_log, "new", position=None)
    clock.now += MINUTE
    with open_log.registry.reading() as connection:
        assert subscriptions.lags(connection, now=clock.now) == [
            Lag(STUDIO, "exporter", 7, 2 * MINUTE),
            Lag(STUDIO, "new", 0, 0),
            Lag(STUDIO, "up to date", 2, MINUTE),
        ]
        assert subscriptions.lags(connection, now=clock.now, log="studio_other") == []


def test_names_are_dropped_and_limited(open_log: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dropped name is gone; beyond the limit no new one is made, while those there are can still be moved."""
    monkeypatch.setattr(subscriptions, "MOST_NAMES", 1)
    put(open_log, "a")
    with pytest.raises(TooManySubscriptions):
        put(open_log, "b")
    assert put(open_log, "a").version == 2
    open_log.registry._log.apart(lambda connection: subscriptions.drop(connection, STUDIO, "a"))
    with pytest.raises(NotFound, match="'a'"):
        open_log.registry.subscriber(STUDIO, "a").kept()
    assert put(open_log, "b").version == 1
