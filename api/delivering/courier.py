"""One turn at one webhook: hold it, tell what is due, note what came of it, let go.

1. What comes next in the log. A failure there makes a straggler of its stream; the others go on.
2. Stragglers that are due: the event that failed; when it is taken, what follows in its stream, until the stream has caught up.
3. What a person wants tried again: dead letters, once each.

The turn ends when there is nothing to tell, when the webhook has to rest or is paused, or when its time is over, so that a slow
receiver holds up no other for long. Everything is noted after it was done: whoever is killed in between repeats it, under the
same webhook-id.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import structlog

from api.delivering.cloud_event import of_recorded
from api.delivering.posting import Letter, Outcome, Postman
from api.delivering.signing import KeyIsLost, secrets_of
from api.patience import Patience
from registry.deciders.studio import Studio
from registry.deciders.webhook import PauseWebhook
from registry.errors import RegistryError, VersionConflict
from registry.events.envelope import Context, Recorded
from registry.events.ids import SYSTEM_LOG
from registry.events.webhook import PauseCause
from registry.log.outgoing import Note, Orders, Progress, Straggler, letter_of
from registry.registry import Registry
from registry.views import webhooks
from registry.views.deliveries import Due
from registry.views.webhooks import Told

_log = structlog.get_logger("webhooks")
TURN_SECONDS: Final = 10.0
KINDS: Final = 3
"""Of steps; one of each may be under way when the time of a turn is over."""
BATCH: Final = 50
NOTED_SECONDS: Final = 1.0
"""What was delivered is noted at least so often: that much is repeated at most, beside the delivery at hand."""
MOST_STRAGGLERS: Final = 1_000
"""With so many streams behind, nothing new is begun: who refuses everything must not fill the database."""


@dataclass(frozen=True, slots=True)
class Courier:
    """Delivers under one name. `jitter` gives 0 to 1; `count` hears of every attempt: what came of it, and its seconds."""

    registry: Registry
    postman: Postman
    patience: Patience
    owner: str
    monotonic: Callable[[], float]
    jitter: Callable[[], float]
    stopping: Callable[[], bool] = lambda: False
    count: Callable[[str, float], None] = lambda _result, _seconds: None

    def turn(self, due: Due) -> None:
        """Carry one webhook on as far as it goes now. Raises RegistryError when the registry cannot be used."""
        with self.registry.reading(due.log) as connection:
            told = webhooks.told(connection, due.log, due.webhook)
        if told is None:
            return
        hold_us = int((TURN_SECONDS + KINDS * (NOTED_SECONDS + 2 * self.patience.timeout)) * 1_000_000)
        orders = _orders(self.registry, told)
        held = self.registry.outgoing.take(due.log, due.webhook, orders, owner=self.owner, hold_us=hold_us)
        if held is None:
            return
        turn = _Turn(self, held)
        try:
            turn.run()
        except VersionConflict:
            _log.info("webhook_taken_over", studio=due.log, webhook=due.webhook)
        finally:
            with suppress(RegistryError):  # the hold ends by itself too
                self.registry.outgoing.let_go(turn.held)


def _orders(registry: Registry, told: Told) -> Orders:
    """What came with a studio from another installation was ordered there, and done there."""
    studio: Studio = registry.state(SYSTEM_LOG, told.log).state
    arrived = studio.elsewhere.position if studio.elsewhere is not None else 0
    return replace(told.orders, settled=arrived) if told.added <= arrived else told.orders


class _Turn:
    """One turn while it lasts. `held` is the webhook's progress as it was noted last."""

    def __init__(self, courier: Courier, held: Progress) -> None:
        self._by = courier
        self._outgoing = courier.registry.outgoing
        self._behind = {one.stream: one for one in self._outgoing.stragglers(held.log, held.webhook)}
        self._ends = courier.monotonic() + TURN_SECONDS
        self.held = held

    def run(self) -> None:
        """All three kinds of steps, again and again. After a failure another kind begins, so that none keeps others waiting."""
        steps = (self._go_on, self._catch_up, self._again)
        while True:
            first = self.held.failures % KINDS
            told = [self._step(step) for step in (*steps[first:], *steps[:first])]
            if not any(told) or self._by.monotonic() >= self._ends:
                return

    def _step(self, step: Callable[[Told], bool]) -> bool:
        """Whether something was told, where anything may be now."""
        if self._by.stopping() or self.held.rests_until > self._by.registry.clock():
            return False
        told = self._told()
        return told is not None and step(told)

    def _told(self) -> Told | None:
        """The webhook as it is now; None when there is nothing to deliver any more."""
        with self._by.registry.reading(self.held.log) as connection:
            return webhooks.told(connection, self.held.log, self.held.webhook)

    def _again(self, told: Told) -> bool:
        """One dead letter that is wanted again: it goes, or it is dead as before."""
        for letter in self._outgoing.asked(told.log, told.id, limit=1):
            [recorded] = self._by.registry.feed.after(told.log, letter.position - 1, limit=1)
            outcome = self._tell(told, recorded)
            if outcome is None:
                return False
            if outcome.delivered:
                self._note(Note(buried=letter.position, delivered=True))
                return True
            now = self._by.registry.clock()
            died = letter_of(recorded, attempts=letter.attempts + 1, problem=outcome.problem, now=now)
            self._failed(told, outcome, Note(died=died))
            return True
        return False

    def _catch_up(self, told: Told) -> bool:
        """One event of the stream that is due first."""
        now = self._by.registry.clock()
        straggler = min(self._behind.values(), key=lambda one: one.due, default=None)
        if straggler is None or straggler.due > now:
            return False
        recorded = self._next_of(told, straggler)
        if recorded is None:
            self._note(Note(caught_up=straggler.stream))
            return True
        outcome = self._tell(told, recorded)
        if outcome is None:
            return False
        if outcome.delivered:
            following = replace(straggler, position=recorded.position + 1, attempts=0, due=now)
            self._note(Note(behind=following, delivered=True))
        else:
            attempts = straggler.attempts + 1 if recorded.position == straggler.position else 1
            self._late(told, recorded, outcome, attempts=attempts)
        return True

    def _next_of(self, told: Told, straggler: Straggler) -> Recorded | None:
        """The straggler's event that is told next; None when its stream has caught up with the position."""
        after = straggler.position - 1
        while after < self.held.position:
            events = self._by.registry.feed.after(told.log, after, limit=BATCH, stream=straggler.stream)
            for recorded in events:
                if recorded.position > self.held.position:
                    return None
                if told.wants(recorded.type):
                    return recorded
            if len(events) < BATCH:
                return None
            after = events[-1].position
        return None

    def _go_on(self, told: Told) -> bool:
        """What follows the position, up to the first failure, or for as long as need not be noted."""
        if len(self._behind) >= MOST_STRAGGLERS:
            return False
        events = self._by.registry.feed.after(told.log, self.held.position, limit=BATCH)
        done, delivered, began = self.held.position, False, self._by.monotonic()
        for recorded in events:
            if told.wants(recorded.type) and recorded.stream not in self._behind:
                if self._by.stopping() or self._by.monotonic() - began > NOTED_SECONDS:
                    break
                outcome = self._tell(told, recorded)
                if outcome is None:
                    break
                if not outcome.delivered:
                    if delivered:
                        self._note(Note(position=done, delivered=True))
                    self._late(told, recorded, outcome, attempts=1, position=recorded.position)
                    return True
                delivered = True
            done = recorded.position
        if done == self.held.position:
            return False
        self._note(Note(position=done, delivered=delivered))
        return True

    def _late(
        self, told: Told, recorded: Recorded, outcome: Outcome, *, attempts: int, position: int | None = None
    ) -> None:
        """An event failed: it is tried again later, or is a dead letter, and its stream goes on behind it."""
        by, now = self._by, self._by.registry.clock()
        if attempts >= by.patience.attempts:
            died = letter_of(recorded, attempts=attempts, problem=outcome.problem, now=now)
            following = Straggler(recorded.stream, recorded.position + 1, recorded.recorded_at, 0, now)
            _log.warning("webhook_dead_letter", webhook=told.id, studio=told.log, event_id=recorded.event_id)
            self._failed(told, outcome, Note(position=position, died=died, behind=following))
            return
        pause = by.patience.pause(attempts, jitter=by.jitter(), asked=outcome.asked)
        due = now + int(pause * 1_000_000)
        behind = Straggler(recorded.stream, recorded.position, recorded.recorded_at, attempts, due)
        self._failed(told, outcome, Note(position=position, behind=behind))

    def _failed(self, told: Told, outcome: Outcome, note: Note) -> None:
        """Note a failure, and pause the webhook when it was one too many."""
        by = self._by
        failures = self.held.failures + 1
        asked = outcome.asked if outcome.result == "throttled" else None
        rest = by.patience.rest(failures, jitter=by.jitter(), asked=asked)
        rests_until = by.registry.clock() + int(rest * 1_000_000)
        self._note(replace(note, problem=outcome.problem, rests_until=rests_until))
        if outcome.result == "gone":
            self._pause(told, "gone", "its receiver answered 410: it is gone for good")
        elif failures >= by.patience.failures:
            self._pause(
                told, "failing", f"{failures} deliveries in a row failed, the last: {outcome.problem}"
            )

    def _tell(self, told: Told, recorded: Recorded) -> Outcome | None:
        """Tell an event once; None when it cannot be signed, and the webhook is paused for that."""
        by = self._by
        try:
            secrets = secrets_of(by.registry, told, now=by.registry.clock())
        except KeyIsLost as lost:
            self._pause(told, "secret", lost.message)
            return None
        letter = Letter(told.url, recorded.event_id, of_recorded(recorded), secrets)
        outcome = by.postman.post(letter)
        by.count(outcome.result, outcome.seconds)
        if not outcome.delivered:
            said = {"webhook": told.id, "studio": told.log, "event_id": recorded.event_id}
            _log.info("webhook_failed", result=outcome.result, status=outcome.status, **said)
        return outcome

    def _pause(self, told: Told, cause: PauseCause, reason: str) -> None:
        """Write down that nothing is told any more, and why. What cannot be written now is found out again."""
        command = PauseWebhook(stream=told.id, cause=cause, reason=reason)
        try:
            self._by.registry.handle(told.log, [command], context=Context(actor=self._by.owner))
        except RegistryError as failure:
            _log.warning("webhook_not_paused", webhook=told.id, code=failure.code, message=failure.message)
        else:
            _log.warning("webhook_paused", webhook=told.id, studio=told.log, cause=cause)

    def _note(self, note: Note) -> None:
        self.held = self._outgoing.note(self.held, note)
        if note.caught_up is not None:
            del self._behind[note.caught_up]
        if note.behind is not None:
            self._behind[note.behind.stream] = note.behind
