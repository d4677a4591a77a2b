"""One loop: claim -> submit | look up | poll | fetch -> record. Every step can be killed and is taken up again from the log.

A step reads where the generation is, does one thing, appends what became known under its lease, and says what comes next.
Nothing is remembered between steps but what the log holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars, unbind_contextvars

from generation.awaiting import compile_awaited
from generation.deleting import Sweep
from generation.desk import Desk, Done, Held, LetGo, Moved, Step, Wait
from generation.ending import end
from generation.errors import GenerationError
from generation.fetching import fetch
from generation.following import deliver, poll
from generation.looking import look_up
from generation.rounds import CENSUS, Rounds
from generation.submission import disproved, send_again, submit
from registry.deciders.element import Element
from registry.deciders.generation import Generation
from registry.deciders.submission import BEFORE_ANY_TASK, Submission
from registry.deciders.voice import Voice
from registry.errors import RegistryError, StaleLease
from registry.events.references import Ending
from registry.log.leases import Lease

_log = structlog.get_logger("worker")
_TURN = Wait(0, "waits for its turn to be sent")
"""A claim says whether a slot was free for it; what becomes sendable in mid-claim queues like everything else."""


class Worker:
    """Carries generations, and elements and voices in the making, to their end, one at a time.

    Run as many as you like on one database.
    """

    def __init__(self, desk: Desk, *, owner: str, sleep: Callable[[float], None]) -> None:
        self._desk = desk
        self._owner = owner
        self._sleep = sleep
        self._rounds = (
            Rounds(desk, owner=owner),
            Rounds(desk, CENSUS, owner=owner),
            Sweep(desk, owner=owner),
        )

    def run(self, stop: Callable[[], bool]) -> None:
        """Work until `stop` says so; sleeps while nothing is due."""
        while not stop():
            if not self.work_once():
                self._sleep(self._desk.durations.idle)

    def work_once(self) -> bool:
        """Claim what has been due the longest and carry it as far as it goes now. False when nothing was due."""
        if any(rounds.go() for rounds in self._rounds):
            return True
        try:
            lease = self._desk.registry.claim(
                owner=self._owner, lease_us=self._lease_us(), slots=self._desk.slots
            )
        except RegistryError as busy:
            _log.warning("claim_failed", code=busy.code, message=busy.message)
            return False
        if lease is None:
            return False
        with _told_of(lease), self._desk.trace("carry", **ids_of(lease)):
            self._take(lease)
        return True

    def _take(self, lease: Lease) -> None:
        try:
            self._carry(lease)
        except StaleLease:
            _log.warning("lease_lost", epoch=lease.epoch)
        except (RegistryError, GenerationError) as failure:
            _log.warning("step_failed", code=failure.code, message=failure.message)
            pause = Wait(self._desk.durations.retry(lease.attempts), failure.message, lease.memory)
            self._let_go(lease, pause, progressed=False)
        except Exception as failure:  # noqa: BLE001 - a worker must outlive whatever one piece of work does to it
            _log.exception("step_crashed")
            why = f"a step failed unexpectedly ({type(failure).__name__}); it is tried again"
            pause = Wait(self._desk.durations.hold(lease.attempts), why, lease.memory)
            self._let_go(lease, pause, progressed=False)

    def _carry(self, lease: Lease) -> None:
        progressed = False
        while True:
            match self._next(lease):
                case Moved():
                    progressed = True
                    lease = replace(self._kept(lease), sends=False)
                case Wait() as pause:
                    self._let_go(lease, pause, progressed=progressed)
                    return
                case Done():
                    self._desk.registry.finish(lease)
                    _log.info("carried_to_its_end")
                    return

    def _next(self, lease: Lease) -> Step:
        """The next step, unless this worker ends: then the work is let go, for another to take up."""
        try:
            if self._desk.stopping():
                raise LetGo
            return self._step(lease)
        except LetGo:
            return Wait(0, "let go by a worker that ended", lease.memory)

    def _kept(self, lease: Lease) -> Lease:
        """Held longer when half of it is over: most steps are shorter than that, and holding on is a commit of its own."""
        if lease.expires - self._desk.now() > self._lease_us() // 2:
            return lease
        return self._desk.registry.extend(lease, lease_us=self._lease_us())

    def _step(self, lease: Lease) -> Step:
        held = self._held(lease)
        if held.paid_by is not None:
            bind_contextvars(submission=held.paid_by)
        stage = _stage_of(held)
        with self._desk.trace("step", step=stage, **ids_of(lease), submission=held.paid_by or ""):
            step = self._one(held)
        _log.debug("step", stage=stage, then=type(step).__name__.lower())
        return step

    def _one(self, held: Held) -> Step:
        if isinstance(held.subject, Generation):
            return self._film(held, held.subject)
        return self._make(held, held.subject)

    def _film(self, held: Held, generation: Generation) -> Step:
        match generation.stage:
            case "waiting" | "voided":
                return compile_awaited(self._desk, held)
            case "approval":
                return Wait(self._desk.durations.quarantine, "waits for a person's approval of its plan")
            case "planned":
                return submit(self._desk, held) if held.lease.sends else _TURN
            case "submitting":
                return self._follow(held)
            case "stored":
                return deliver(self._desk, held)
            case _:
                return Done()

    def _make(self, held: Held, made: Element | Voice) -> Step:
        """An element or a voice: sent and followed like a generation; there is nothing to wait for before, or to fetch after."""
        match made.mint.stage if made.mint else None:
            case "planned" if held.unwanted:
                return end(self._desk, held, "cancelled", "retired before it was made")
            case "planned":
                return submit(self._desk, held) if held.lease.sends else _TURN
            case "submitting":
                return self._follow(held)
            case _:
                return Done()

    def _follow(self, held: Held) -> Step:
        desk, submission = self._desk, held.submission
        may_send = held.lease.sends or held.unwanted
        if submission.stage in BEFORE_ANY_TASK and not may_send:
            return _TURN
        match submission.stage:
            case "intended" | "unknown":
                return look_up(desk, held)
            case "disproved":
                return disproved(desk, held)
            case "quarantined":
                return Wait(desk.durations.quarantine, f"waits for a person: {submission.reason}")
            case "waiting" | "held" | "absent":
                return send_again(desk, held)
            case "confirmed" | "processing":
                return poll(desk, held)
            case "succeeded":
                return fetch(desk, held) if isinstance(held.subject, Generation) else deliver(desk, held)
            case _:
                return end(desk, held, _ending_of(submission), submission.reason)

    def _held(self, lease: Lease) -> Held:
        subject = self._desk.registry.state(lease.log, lease.work).state
        if not isinstance(subject, Generation | Element | Voice):
            raise RuntimeError(f"{lease.work} is nothing that is paid for")
        held = Held(lease, subject, Submission())
        if held.paid_by is None:
            return held
        return replace(held, submission=self._desk.registry.state(lease.log, held.paid_by).state)

    def _let_go(self, lease: Lease, pause: Wait, *, progressed: bool) -> None:
        due = self._desk.now() + int(pause.seconds * 1_000_000)
        try:
            self._desk.registry.release(
                lease, due=due, note=pause.note, progressed=progressed, memory=pause.memory
            )
        except RegistryError as busy:
            _log.warning("release_failed", code=busy.code, message=busy.message)

    def _lease_us(self) -> int:
        return int(self._desk.durations.lease * 1_000_000)


def ids_of(lease: Lease) -> dict[str, str]:
    """What a lease is about: the studio, and the generation, element, voice or account by its kind."""
    return {"studio": lease.log, lease.work.partition("_")[0]: lease.work}


@contextmanager
def _told_of(lease: Lease) -> Iterator[None]:
    """Every line that is written meanwhile says which work, whose, and which paid call once it is known."""
    with bound_contextvars(**ids_of(lease), worker=lease.owner):
        try:
            yield
        finally:
            unbind_contextvars("submission")


def _stage_of(held: Held) -> str:
    """Where it stands, in the words of the queue: its own stage, and its submission's while that is under way."""
    subject = held.subject
    own = (
        subject.stage if isinstance(subject, Generation) else subject.mint.stage if subject.mint else "ended"
    )
    return held.submission.stage if own == "submitting" else own


def _ending_of(submission: Submission) -> Ending:
    """How a closed submission ends what it was for."""
    if submission.resolved is not None and submission.resolved.decision == "abandon":
        return "abandoned"
    return "failed" if submission.failed is not None else "refused"
