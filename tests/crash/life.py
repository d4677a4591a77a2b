"""The whole life of generations as hypothesis plays it: asked, carried by two workers, killed, overtaken, decided, cancelled.

After every step the invariants hold in the log alone; at the end everything settles, and the provider's ledger is compared.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from generation.kling.client import KlingClient
from registry.deciders.generation import ApprovePlan, WantCancel
from registry.deciders.production import BudgetExceeded, SetApprovalRule, SetBudget
from registry.deciders.submission import ResolveQuarantine
from registry.errors import Refusal
from tests.crash.hooks import hooked
from tests.crash.invariants import check_all, check_log
from tests.crash.lives import QUICK
from tests.crash.schedules import CHAOS, FAULTS, POINTS
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, KEYS, TALK, World, open_desk, open_registry

SHOTS: Final[dict[str, dict[str, Any]]] = {
    "plain": ALONE,
    "with a person": {"action": "She waits.", "cast": [{"character": "Mina"}]},
    "with lines": {"action": "They argue.", "dialogue": TALK},
}
BUDGETS: Final = (None, "0", "3", "9", "30")
ORDERS: Final = {
    name: orders for name, orders in FAULTS.items() if name not in ("lost answer, found late", CHAOS)
}
"""Without those that only a grace outlasts: here our clock may jump over the grace while the provider's does not."""
MOST: Final = 4
"""Unfinished generations at once."""
AROUND_THE_POST: Final = ("before:create", "body", "sent", "after:create")
STEPS: Final = 8
"""How far a worker goes to meet the point at which something happens to it."""
LEASE: Final = QUICK.lease + QUICK.send_floor + QUICK.lease_margin + 1
SETTLING: Final = 60.0


class Killed(BaseException):
    """A worker dies here: nothing catches this, and its lease stays."""


class Life(RuleBasedStateMachine):
    """`stage` is set by the test: the provider, and a folder with a studio in it of which every life gets a copy."""

    stage: ClassVar[tuple[Sandbox, World]]
    generations = Bundle("generations")

    @initialize(
        target=generations,
        resend=st.sampled_from(["never", "same_id_after_disproof"]),
        lax=st.booleans(),
        shots=st.lists(st.sampled_from(sorted(SHOTS)), min_size=1, max_size=3),
        fault=st.sampled_from(sorted(ORDERS)),
    )
    def begin(self, resend: str, lax: bool, shots: list[str], fault: str) -> MultipleResults[str]:
        self.provider, built = self.stage
        self.provider.forgive()
        self.provider.habits(duplicate_external_ids="accept" if lax else "refuse")
        self.folder = tempfile.TemporaryDirectory()
        shutil.copytree(built.folder, self.folder.name, dirs_exist_ok=True)
        self.asked: list[str] = []
        self.posts = len(self.provider.ledger())
        self.built, self.resend = built, dict.fromkeys(("omni-video", "text2video", "image2video"), resend)
        self._open()
        self.the_provider_misbehaves(fault)
        return multiple(*(self._asked(shot, opened=shot == "plain") for shot in shots))

    @rule(target=generations, shot=st.sampled_from(sorted(SHOTS)), opened=st.booleans())
    def ask(self, shot: str, opened: bool) -> str:
        """What is refused, or too many, stands for an earlier one: what may be drawn next must not hang on how fast things go."""
        if len(self._unfinished()) < MOST:
            with suppress(BudgetExceeded):
                return self._asked(shot, opened=opened and shot == "plain")
        return self.asked[0]

    @rule(worker=st.sampled_from(["one", "two"]), steps=st.integers(1, 5))
    def a_worker_works(self, worker: str, steps: int) -> None:
        self._work(self.world, worker, steps)

    @rule(worker=st.sampled_from(["one", "two"]), point=st.sampled_from(POINTS))
    def a_worker_is_killed(self, worker: str, point: str) -> None:
        def at(reached: str, _external: str) -> None:
            if reached == point:
                raise Killed

        with suppress(Killed):
            self._work(self._hooked(at), worker, STEPS)
        self._pass_by(LEASE)

    @rule(
        point=st.one_of(st.sampled_from(AROUND_THE_POST), st.sampled_from(POINTS)),
        steps=st.sampled_from([1, 2, 4, 12, 24]),
    )
    def a_worker_is_overtaken(self, point: str, steps: int) -> None:
        """It stands still at a point past its lease, while another goes on with the work; then it wakes up."""
        done: list[str] = []

        def at(reached: str, external: str) -> None:
            if reached != point or done:
                return
            done.append(reached)
            self._arrived(point, external)
            self._pass_by(LEASE)
            self._work(self.world, "two", steps)

        self._work(self._hooked(at), "one", STEPS)

    @rule(name=st.sampled_from(sorted(ORDERS)))
    def the_provider_misbehaves(self, name: str) -> None:
        for order in ORDERS[name]:
            self.provider.order(**order)

    @rule(seconds=st.sampled_from([0.3, 1.0, 10.0, 200.0]))
    def time_passes(self, seconds: float) -> None:
        self._pass_by(seconds)

    @rule(hours=st.sampled_from([-3, -1, 2]))
    def our_clock_steps(self, hours: int) -> None:
        self._quiet()
        self.world.clock.pass_by(hours * 3600.0)

    @rule(units=st.sampled_from(BUDGETS))
    def the_budget_is_set(self, units: str | None) -> None:
        with suppress(Refusal):
            self.world.do(SetBudget(stream=self.world.production, units=units))

    @rule(above=st.sampled_from([None, "0"]))
    def approval_is_asked_for(self, above: str | None) -> None:
        self.world.do(SetApprovalRule(stream=self.world.production, above_units=above))

    @rule(generation=generations, digest=st.sampled_from(["its own", "another"]))
    def a_person_approves(self, generation: str, digest: str) -> None:
        self._approve(generation, "0" * 64 if digest == "another" else None)

    @rule(generation=generations, abandon=st.booleans())
    def a_person_decides(self, generation: str, abandon: bool) -> None:
        self._decide(generation, abandon=abandon)

    @rule(generation=generations)
    def somebody_wants_it_cancelled(self, generation: str) -> None:
        with suppress(Refusal):
            self.world.do(WantCancel(stream=generation, reason="not needed any more"))

    @rule(generation=generations)
    def the_provider_calls(self, generation: str) -> None:
        """As a callback does: what waits is due now, and nothing else changes."""
        self.world.registry.hurry(self.world.studio, generation, due=self.world.clock())

    @rule()
    def the_process_starts_again(self) -> None:
        ahead = self.world.clock.by
        self.world.registry.close()
        self._open()
        self.world.clock.by = ahead

    @invariant()
    def the_log_holds(self) -> None:
        if not hasattr(self, "world"):
            return
        check_log(self.world.desk.blobs, self.world.log())

    def teardown(self) -> None:
        """Everybody behaves from here on: all of it ends, and what the provider was paid for is what was delivered."""
        if not hasattr(self, "world"):
            return
        try:
            self.provider.forgive()
            self.world.do(SetBudget(stream=self.world.production, units=None))
            self._settle()
            ledger = self.provider.ledger(after=self.posts)
            check_all(self.world, [post for post in ledger if post["whole"]])
            delivered = sum(self.world.card(name).outcome == "delivered" for name in self.asked)
            assert sum(post["accepted"] for post in ledger) == delivered, "paid for, and not delivered"
            assert self.world.registry.rebuild().different == ()
        finally:
            self.world.registry.close()
            self.folder.cleanup()

    def _asked(self, shot: str, *, opened: bool) -> str:
        self.asked.append(self.world.ask(**SHOTS[shot], **({"opening": self.world.cafe} if opened else {})))
        return self.asked[-1]

    def _work(self, world: World, worker: str, steps: int) -> None:
        for _ in range(steps):
            if not world.worker(worker).work_once():
                self._pass_by(QUICK.look_interval)

    def _settle(self) -> None:
        end = time.monotonic() + SETTLING
        while unfinished := self._unfinished():
            assert time.monotonic() < end, [self.world.note(name) for name in unfinished]
            if not self.world.worker("three").work_once():
                for name in unfinished:
                    self._approve(name)
                    self._decide(name, abandon=False)
                self._pass_by(600.0)

    def _unfinished(self) -> list[str]:
        return [name for name in self.asked if self.world.card(name).stage != "ended"]

    def _approve(self, generation: str, digest: str | None = None) -> None:
        card = self.world.card(generation)
        with suppress(Refusal):
            approved = ApprovePlan(
                stream=generation, plan_digest=digest or card.plan_digest, ceiling_units="99"
            )
            self.world.do(approved)

    def _decide(self, generation: str, *, abandon: bool) -> None:
        """As somebody who can see the provider's own books."""
        card = self.world.card(generation)
        if card.submission is None or self.world.submission(generation).state != "quarantined":
            return
        external = self.world.submission(generation).external_task_id
        paid = [post["task_id"] for post in self.provider.ledger(external) if post["accepted"]]
        decision = "adopt" if paid else "abandon" if abandon else "declare_absent"
        task = paid[0] if paid else None
        self.world.do(
            ResolveQuarantine(stream=card.submission, decision=decision, reason="seen", task_id=task)
        )  # type: ignore[arg-type]

    def _pass_by(self, seconds: float) -> None:
        self._quiet()
        self.world.clock.pass_by(seconds)
        self.provider.clock(advance_seconds=seconds)

    def _quiet(self) -> None:
        """Real time must not hide in the jump of a clock: the provider has dealt with all that was sent."""
        end = time.monotonic() + 20
        while self.provider.underway():
            assert time.monotonic() < end, "the provider does not come to rest"
            time.sleep(0.002)

    def _arrived(self, point: str, external: str) -> None:
        """The last byte is out: the other worker must not look before the provider has it."""
        if point == "sent":
            end = time.monotonic() + 1
            while not self.provider.ledger(external) and time.monotonic() < end:
                time.sleep(0.005)

    def _hooked(self, at: Callable[[str, str], None]) -> World:
        return replace(self.world, desk=hooked(self.world.desk, at))

    def _open(self) -> None:
        clock = type(self.built.clock)()
        folder = Path(self.folder.name)
        registry = open_registry(folder, clock)
        desk = open_desk(folder, registry, durations=QUICK)

        @contextmanager
        def kling_for(account: Any) -> Iterator[KlingClient]:
            with desk.outbound.client_for_api(account.host) as http:
                yield KlingClient(http, account.host, KEYS, read_seconds=5)

        desk = replace(desk, kling_for=kling_for, resend=self.resend)
        self.world = replace(self.built, folder=folder, desk=desk, clock=clock)
