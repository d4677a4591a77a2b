"""A month of paid calls in a log with mistakes of every kind, against a provider: all are found, and the sums fit to the unit.

`CONTINUITY_TEST_TASKS=10000` runs it at full size; the seed is fixed, so a run can be repeated.
"""

from __future__ import annotations

import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

import pytest

from generation.reconcile import Run, reconcile_now, usual_window
from registry.events.account import AccountReconciled, FindingKind
from registry.events.envelope import Recorded
from registry.events.submission import SubmissionConfirmed
from tests.servers.paying import QUARANTINED, REJECTED, UNKNOWN, Till, external_of
from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import CONTEXT, World, new_id

TASKS = int(os.environ.get("CONTINUITY_TEST_TASKS", "300"))
STEP = 28 * 86_400 / TASKS
"""Seconds between two of them: a month."""
PRICES = {"5": "3", "10": "6"}
HIDDEN = "Fog over a grey sea."
FATES: dict[str, int] = {
    **{"good": 60, "charge": 4, "unsettled": 4, "no_charge": 4, "late": 4, "unknown": 4, "quarantined": 4},
    **{"twin": 4, "after_end": 4, "not_in_log": 4, "foreign": 6, "stranger": 4, "unlisted": 1},
}
"""What becomes of a call, and its weight."""
Expected = dict[FindingKind, set[str]]


@pytest.fixture(scope="module", name="provider_process")
def provider_process_fixture() -> Iterator[Sandbox]:
    """A provider of this module's own, that takes an external id twice."""
    flags = ("--duplicate-external-ids", "accept", "--no-media", "--slots", "1000000", "--units", "1000000")
    with sandbox(*flags) as running:
        yield running


class Month:
    """The calls of a month as they are made, and what a comparison must say of them."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.draw = random.Random(32)
        self.expected: Expected = defaultdict(set)
        self.sums: Counter[str] = Counter()

    def live(self) -> None:
        fates = self.draw.choices(list(FATES), list(FATES.values()), k=TASKS)
        for fate in fates:
            self.call(fate, self.draw.choice(list(PRICES)))
            self.till.world.clock.pass_by(STEP)
            self.till.provider.clock(advance_seconds=STEP)
        self.till.write()
        self.till.world.clock.pass_by(7_200)

    def call(self, fate: str, seconds: str) -> None:
        """One call, its task and its log, as its fate wants it."""
        till, price = self.till, int(PRICES[seconds])
        if fate in ("foreign", "stranger", "not_in_log"):
            external = {"foreign": "", "stranger": "film-7", "not_in_log": external_of(new_id("submission"))}
            kind: FindingKind = "not_in_log" if fate == "not_in_log" else "foreign"
            self.expected[kind].add(till.post(external[fate], seconds=seconds))
            self.sums["orphans" if fate == "not_in_log" else "foreign"] += price
        elif fate in ("unknown", "quarantined", "after_end", "late"):
            self.unsettled(fate, seconds)
        else:
            self.settled(fate, seconds)

    def unsettled(self, fate: str, seconds: str) -> None:
        submission = self.till.intend()
        task = self.till.post(external_of(submission), seconds=seconds)
        said = {
            "unknown": [UNKNOWN],
            "quarantined": [UNKNOWN, QUARANTINED],
            "after_end": [REJECTED],
            "late": [SubmissionConfirmed(task_id=task, via="answer")],
        }
        self.till.note(submission, *said[fate])
        kinds: dict[str, FindingKind] = {"after_end": "after_end", "late": "charge"}
        self.expected[kinds.get(fate, "adopted")].add(task)
        where = {"after_end": "orphans", "late": "gap"}
        self.sums[where.get(fate, "open")] += int(PRICES[seconds])

    def settled(self, fate: str, seconds: str) -> None:
        price = int(PRICES[seconds])
        units = {"charge": str(price - 1), "no_charge": str(price + 2), "unsettled": None}.get(
            fate, str(price)
        )
        words = HIDDEN if fate == "unlisted" else "A kite over a grey sea."
        submission, task = self.till.settled(units, seconds=seconds, prompt=words)
        self.sums["ours"] += int(units or 0)
        self.sums["gap"] += price - int(units or 0)
        kinds: dict[str, FindingKind] = {
            **{"charge": "charge", "unsettled": "charge"},
            **{"no_charge": "no_charge", "unlisted": "unlisted"},
        }
        if fate in kinds:
            self.expected[kinds[fate]].add(task)
        if fate == "twin":
            self.expected["twin"].add(self.till.post(external_of(submission), seconds=seconds))
            self.sums["orphans"] += price


def compared(world: World) -> tuple[AccountReconciled, list[Recorded]]:
    """A run's report, and what it added to the log before it."""
    before = world.log()[-1].position
    wanted = Run(new_id("reconciliation"), CONTEXT, usual_window(world.desk))
    report = reconcile_now(world.desk, world.studio, world.account, wanted).recorded[0].event
    assert isinstance(report, AccountReconciled)
    return report, [recorded for recorded in world.log() if recorded.position > before][:-1]


@pytest.mark.slow
def test_a_month_is_reconciled(world: World, provider: Sandbox) -> None:
    """Every orphan, charge and hidden task is found, nothing else is, and the provider's books equal ours and the findings."""
    month = Month(Till(world, provider))
    month.live()
    month.till.close()
    provider.order(on="list", do="hide", match={"prompt_contains": "Fog"}, times=10_000)
    billed = sum(Decimal(entry["billed_units"]) for entry in provider.ledger() if entry["accepted"])

    report, written = compared(world)
    again, second = compared(world)

    assert report.counts == {kind: len(tasks) for kind, tasks in month.expected.items()}
    if not report.omitted:
        found: Expected = defaultdict(set)
        for line in report.findings:
            found[line.kind].add(line.task_id)
        assert found == month.expected
    units = report.units.model_dump()
    assert {name: Decimal(units[name]) for name in month.sums} == month.sums
    assert Decimal(units["theirs"]) == billed
    assert len(written) == sum(len(month.expected[kind]) for kind in EVENTS)
    assert (second, report.complete) == ([], True)
    assert "adopted" not in again.counts


EVENTS: tuple[FindingKind, ...] = ("twin", "after_end", "not_in_log", "charge", "no_charge", "adopted")
"""Each of these is one event."""
