"""What carrying a paid call needs from outside, in one frozen value: the registry, the bytes, the provider, the clocks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

import structlog

from generation.callbacks import Callbacks
from generation.durations import Durations
from generation.errors import PayloadRefused
from generation.examining import Examine, examine
from generation.kling.client import KlingClient
from generation.outbound import Outbound
from generation.policies import GUIDE, Policies
from generation.relaying import Relays
from registry.blobs import Blobs
from registry.deciders.account import Account
from registry.deciders.command import Command
from registry.deciders.element import Element
from registry.deciders.generation import Generation
from registry.deciders.production import Production
from registry.deciders.submission import Submission
from registry.deciders.voice import Voice
from registry.errors import LogBusy
from registry.events.envelope import Context
from registry.events.production import BudgetReleased, BudgetSettled
from registry.log.lanes import DEFAULT_SLOTS
from registry.log.leases import Lease
from registry.log.marks import Marks
from registry.log.roles import Handled, Trace, untraced
from registry.registry import Registry
from registry.views import queue

_log = structlog.get_logger("desk")
BUDGET: Final = "budget"
"""What a send that waits for budget leaves in its lease's memory, for the queue to tell and for `go_on` to find."""
RESTORED: Final = "restored"
"""What a send leaves there that waits because the database is older than what was sent from it."""
Subject = Generation | Element | Voice
"""What a paid call is for: a generation, or an element or a voice in the making."""
ResendPolicy = Literal["never", "same_id_after_disproof"]
"""What follows when a submission is disproved: a person decides, or the same bytes go out again under the same id."""

KlingFor = Callable[[Account], AbstractContextManager[KlingClient]]
"""A client that sends under an account's key. Raises KlingUnreachable when no key of that fingerprint is configured."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a step works with. `monotonic`, `jitter` (0 to 1) and `sleep` come in like the clock does.

    `policies` are those a continuation is compiled under when its parent is there.
    """

    registry: Registry
    blobs: Blobs
    kling_for: KlingFor
    outbound: Outbound
    durations: Durations
    monotonic: Callable[[], float]
    jitter: Callable[[], float]
    marks: Marks
    policies: Policies = GUIDE
    resend: Mapping[str, ResendPolicy] = field(default_factory=dict)
    """Route -> policy; a route that is not named is never resent."""
    sleep: Callable[[float], None] = time.sleep
    callbacks: Callbacks | None = None
    """Who makes callback addresses; None where the provider is never asked to call."""
    relays: Relays | None = None
    """Who makes relay addresses; None where the provider cannot reach us."""
    slots: int = DEFAULT_SLOTS
    """Tasks of a model an account may have open at once, where nobody said otherwise."""
    trace: Trace = untraced
    """Who times and traces what is done here."""
    examine: Examine = examine
    """Who reads marks and prints out of what is kept."""
    stopping: Callable[[], bool] = lambda: False
    """Whether this worker is to end: what can be taken up again at no cost is then let go."""

    def resend_policy(self, route: str) -> ResendPolicy:
        return self.resend.get(route, "never")

    @property
    def callback_base(self) -> str:
        """The public URL that new intents freeze; empty when the provider is not to call."""
        return self.callbacks.base if self.callbacks is not None else ""

    def callback_url(self, submission: str, base: str) -> str | None:
        """Where the provider shall call about a submission; None when its intent froze no base. Raises PayloadRefused."""
        if not base:
            return None
        if self.callbacks is None:
            raise PayloadRefused(
                f"the callback address of {submission} cannot be made here",
                findings=[],
                hint="use the service's own desk",
            )
        return self.callbacks.address(submission, base)

    def relayed(self, submission: str, source: str, sha256: str) -> str:
        """Where the provider may fetch our copy of a clip or a recording. Raises PayloadRefused."""
        if self.relays is None:
            raise PayloadRefused(
                f"{source} can only come from our relay, and there is none",
                findings=[],
                hint="set CONTINUITY_PUBLIC_URL and ask again",
            )
        return self.relays.address(submission, source, sha256, now=self.now())

    def now(self) -> int:
        """Microseconds since 1970."""
        return self.registry.clock()


@dataclass(frozen=True, slots=True)
class Held:
    """What a paid call is for, while this worker holds its lease: as it was when the step began.

    Every append carries the lease's epoch.
    """

    lease: Lease
    subject: Subject
    submission: Submission

    @property
    def id(self) -> str:
        return self.lease.work

    @property
    def generation(self) -> Generation:
        """The subject of the steps that only a generation takes. Raises RuntimeError for anything else."""
        if not isinstance(self.subject, Generation):
            raise RuntimeError(f"{self.id} is no generation")
        return self.subject

    @property
    def paid_by(self) -> str | None:
        """The id of its one submission, once it is open."""
        if isinstance(self.subject, Generation):
            return self.subject.submission
        return self.subject.mint.submission if self.subject.mint else None

    @property
    def unwanted(self) -> bool:
        """Whether it shall end as soon as that is certain to cost nothing: cancelled, or retired before it was made."""
        if isinstance(self.subject, Generation):
            return self.subject.cancel_wanted is not None
        return self.subject.retired

    def append(self, desk: Desk, *commands: Command) -> Handled:
        """All of it or nothing, under the lease; what waits for money this frees goes on. Raises StaleLease when another
        worker took over.
        """
        context = Context(actor=self.lease.owner, correlation_id=self.id)
        handled = desk.registry.handle(self.lease.log, commands, context=context, fence=self.lease.fence)
        go_on(desk.registry, handled)
        return handled


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing more can be done now: look again after `seconds`. `note` says what it waits for, for people.

    `memory` is handed to whoever looks again; losing it costs time, never truth.
    """

    seconds: float
    note: str
    memory: str = ""


class LetGo(Exception):
    """The worker is to end, and the step at hand can be taken up again from its beginning by another."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Something became known and is in the log: read it again and go on."""


@dataclass(frozen=True, slots=True)
class Done:
    """It has its end."""


Step = Wait | Moved | Done


def go_on(registry: Registry, handled: Handled) -> None:
    """Hurry what waits for budget and fits into what an append has freed, in its order; the rest looks again by itself.

    The append stands whatever happens here: a log that is busy now only lets the worker find out a little later.
    """
    freed = {
        (one.log, one.stream)
        for one in handled.recorded
        if isinstance(one.event, BudgetReleased | BudgetSettled)
    }
    for log, production in freed:
        try:
            registry.hurry_all(log, _affordable(registry, log, production), due=registry.clock())
        except LogBusy as busy:
            _log.warning("not_hurried", production=production, message=busy.message)


def _affordable(registry: Registry, log: str, production: str) -> list[str]:
    state = registry.state(log, production).state
    if not isinstance(state, Production) or state.budget is None:
        return []
    with registry.reading(log) as connection:
        waiting = queue.held_up(connection, log, production=production, memory=BUDGET)
    left, fitting = state.budget - state.committed, []
    for work, units in waiting:
        if Decimal(units) <= left:
            left -= Decimal(units)
            fitting.append(work)
    return fitting
