"""Driving one named subscription: what comes after its position is applied, in order, and the position moves with it.

`apply` is for effects in this database: effect and position are one transaction, so an event is applied exactly once, whenever
the process is killed and however many run under the name. `deliver` is for effects outside it: the position moves after the
effect, so a process killed between the two repeats a batch. Every event then comes at least once, never out of order within a
delivery, and carries its `event_id`: receivers that must not act twice keep the last ones they saw.

What an effect keeps of a personal field is no longer sealed: whoever keeps it must forget it when the person is erased.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from sqlalchemy import Connection

from registry.errors import RegistryError, VersionConflict
from registry.events.envelope import Recorded
from registry.log.feed import subscriptions
from registry.log.feed.subscriptions import Subscription
from registry.log.log import Log
from registry.log.roles import Clock

BATCH: Final = 100

InsideEffect = Callable[[Connection, Sequence[Recorded]], None]
"""Writes through the connection it is given; what it does beside that is done again if the transaction fails."""
OutsideEffect = Callable[[Sequence[Recorded]], None]


class Subscriber:
    """One runner of a name; any number of processes may have one. `size` is how many events are applied at once."""

    def __init__(self, log: Log, clock: Clock, studio: str, name: str, *, size: int = BATCH) -> None:
        self._log = log
        self._clock = clock
        self._studio = studio
        self._name = name
        self._size = size

    def kept(self) -> Subscription:
        """Where the name stands. Raises NotFound when nobody made it."""
        with self._log.database.reading(self._studio) as connection:
            return subscriptions.find(connection, self._studio, self._name)

    def apply(self, effect: InsideEffect) -> int:
        """Apply the next events and move on, in one transaction; how many. 0: there are none, or another runner was first.

        Whatever the effect raises is raised here, and neither it nor the position is kept.
        """
        kept = self.kept()
        events = self._log.feed.after(self._studio, kept.position, limit=self._size)
        if not events:
            return 0

        def both(connection: Connection) -> int:
            try:
                subscriptions.advance(connection, kept, to=events[-1].position, now=self._clock())
            except VersionConflict:
                return 0
            effect(connection, events)
            return len(events)

        return self._log.apart(both)

    def deliver(self, effect: OutsideEffect, *, owner: str, hold_us: int) -> int:
        """Do the next events' effect outside the database, then move on; how many. 0: there are none, or another runner is at it.

        `hold_us` is how long nobody else may begin; an effect that takes longer may be done by another runner too, and the slower
        one raises VersionConflict. Whatever the effect raises is raised here: the same events come again.
        """
        if self._log.feed.head(self._studio) <= self.kept().position:
            return 0
        kept = self._take(owner, hold_us)
        if kept is None:
            return 0
        try:
            events = self._log.feed.after(self._studio, kept.position, limit=self._size)
            if events:
                effect(events)
        except BaseException:
            with suppress(RegistryError):  # the hold ends by itself too
                self._log.apart(lambda connection: subscriptions.let_go(connection, kept))
            raise
        to = events[-1].position if events else kept.position
        self._log.apart(lambda connection: subscriptions.advance(connection, kept, to=to, now=self._clock()))
        return len(events)

    def wait(self, *, timeout: float) -> bool:
        """Whether there is something to apply within `timeout` seconds."""
        return self._log.feed.wait(self._studio, self.kept().position, timeout=timeout)

    def _take(self, owner: str, hold_us: int) -> Subscription | None:
        now = self._clock()
        return self._log.apart(
            lambda connection: subscriptions.take(
                connection, self._studio, self._name, owner=owner, now=now, until=now + hold_us
            )
        )
