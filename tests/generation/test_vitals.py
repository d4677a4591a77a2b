"""The numbers an operator asks for, on a studio that lives: money, what is stuck, slots and budgets, deadlines."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from generation.desk import BUDGET, RESTORED
from generation.reconcile import Run, reconcile_now, usual_window
from registry.deciders.account import HoldAccount, SetSlots
from registry.deciders.likeness import GrantConsent, RegisterLikeness, RevokeConsent
from registry.deciders.production import SetBudget
from registry.events.account import AccountHeld
from registry.events.likeness import ConsentGranted
from registry.views.vitals import Vitals, vitals
from tests.generation.test_allowances import ask_as, key_with, limit
from tests.generation.unknown import quarantined, unknown
from tests.servers.building import build
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, CONTEXT, World, new_id

DAY = 86_400
US = 1_000_000


def now(world: World) -> Vitals:
    with world.registry.snapshot() as connection:
        return vitals(connection, now=world.desk.now(), slots=5, memories=(BUDGET, RESTORED))


def test_an_empty_studio_is_well(studio: World) -> None:
    """Where nothing was asked for nothing is at risk, stuck, full or near its end."""
    seen = now(studio)

    assert seen.money.reserved == seen.money.settled == 0
    assert (seen.money.budgets, seen.money.compared_at, seen.money.held) == ((), None, 0)
    assert {state: (risk.calls, risk.units, risk.since) for state, risk in seen.money.risks.items()} == {
        "unknown": (0, 0, None),
        "quarantined": (0, 0, None),
    }
    assert (seen.progress.stages, seen.progress.due_since, seen.progress.attempts) == ({}, None, 0)
    assert (seen.slots.open, seen.slots.waiting, seen.deadlines.unfetched) == (0, 0, 0)
    assert seen.deadlines.needed_by is seen.deadlines.consent_until is seen.deadlines.result_until is None


def test_an_unknown_outcome_is_money_at_risk(world: World, provider: Sandbox) -> None:
    """A call nobody knows the outcome of counts with its units and since when; quarantined, it counts as that."""
    world.do(SetBudget(stream=world.production, units="12"))
    asked = unknown(world, provider)
    seen = now(world).money

    sent = world.submission(asked).intended_at
    assert (seen.risks["unknown"].calls, seen.risks["unknown"].units, seen.risks["unknown"].since) == (
        1,
        3,
        sent,
    )
    assert (seen.reserved, seen.settled, seen.budgets) == (3, 0, (0.25,))
    quarantined(world, provider)
    risks = now(world).money.risks
    assert risks["quarantined"].calls + risks["unknown"].calls == 2
    assert risks["quarantined"].calls >= 1


def test_the_books_follow_what_was_charged(world: World) -> None:
    """What is delivered is settled and reserved no more; the sums are those of the production's own books."""
    world.do(SetBudget(stream=world.production, units="6"))
    world.carry(world.ask(**ALONE))

    seen = now(world).money
    assert (seen.reserved, seen.settled, seen.budgets) == (0, Decimal(3), (0.5,))


def test_a_limited_day_is_seen_filling(world: World) -> None:
    """What today's calls of a limited key and studio take counts while it is set aside and once it is paid; tomorrow is new."""
    key = key_with(world, "12")
    limit(world, "4")
    asked = ask_as(world, key)
    assert now(world).money.allowances == (0, 0)
    world.carry(asked)

    assert now(world).money.allowances == (0.25, 0.75)
    world.clock.pass_by(DAY)
    assert now(world).money.allowances == (0, 0)


def test_what_waits_and_what_is_due(studio: World) -> None:
    """New work is due at once, work with a plan waits for a slot; a budget that is spent puts it off, by that name."""
    studio.ask(**ALONE)
    studio.do(SetBudget(stream=studio.production, units="1"))
    before = now(studio)
    assert before.progress.stages == {"planned": 1}
    assert before.progress.asked_since is not None
    assert (before.slots.waiting, before.slots.slots, before.slots.full) == (1, 5, 0)

    studio.work(1)
    after = now(studio).progress
    assert (after.waiting, after.studios) == ({BUDGET: 1}, {BUDGET: 1})
    assert after.worked_at is not None


def test_a_holder_that_was_not_heard_of_again(studio: World) -> None:
    """A lease is held until it ends, and expired from then on until somebody takes the work up."""
    studio.ask(**ALONE)
    studio.registry.claim(owner="worker-1", lease_us=60 * US)
    assert (now(studio).progress.kept, now(studio).progress.expired) == (1, 0)
    studio.clock.pass_by(61)
    assert (now(studio).progress.kept, now(studio).progress.expired) == (0, 1)


def test_slots_and_holds(world: World, provider: Sandbox) -> None:
    """A task takes a slot while it runs; said slots count instead of the usual ones; a held account is told."""
    model = world.card(world.ask(**ALONE)).model
    world.do(SetSlots(stream=world.account, model=model, slots=1))
    provider.clock(speed=0)
    world.work_until(lambda: "confirmed" in [card.state for card in world.submissions()])
    seen = now(world).slots
    assert (seen.slots, seen.open, seen.full, seen.lanes, seen.paused) == (1, 1, 1, 1, 0)

    held = AccountHeld(scope="sending", by="person", message="audit")
    world.do(HoldAccount(stream=world.account, held=held))
    assert (now(world).money.held, now(world).money.accounts) == (1, 1)


def test_a_result_that_is_not_fetched_has_an_end(world: World, provider: Sandbox) -> None:
    """From the provider's success until it is in our store, a result is told with the moment it will be deleted."""
    provider.order(on="result", do="http_status", status=503, times=50)
    asked = world.ask(**ALONE)
    world.work_until(
        lambda: world.card(asked).submission is not None and world.submission(asked).state == "succeeded"
    )

    seen = now(world).deadlines
    assert (seen.unfetched, seen.result_until) == (1, world.submission(asked).url_expires_at)


def test_what_is_needed_and_what_was_allowed(studio: World) -> None:
    """The first `needed_by` and the next end of a consent are told; what is past or revoked is not waited for."""
    moment = studio.desk.now()
    first, later = (datetime.fromtimestamp(moment // US + seconds, UTC) for seconds in (5, 9))
    studio.ask(**ALONE, needed_by=later.isoformat())
    studio.ask(**ALONE, needed_by=first.isoformat())
    who, kept, revoked = new_id("likeness"), new_id("consent"), new_id("consent")
    studio.do(RegisterLikeness(stream=who, name="Hana Lim", minor=False))
    for consent, days in ((kept, 9), (revoked, 2), (new_id("consent"), 90)):
        ends: dict[str, Any] = {"starts_at": 0, "ends_at": moment + days * DAY * US}
        granted = ConsentGranted(consent=consent, evidence=studio.cafe, signed_by="Hana Lim", **ends)
        studio.do(GrantConsent(stream=who, consent=granted))
    studio.do(RevokeConsent(stream=who, consent=revoked, reason="changed her mind"))

    seen = now(studio).deadlines
    assert (seen.needed_by, seen.missed) == (first.timestamp() * US, 0)
    assert (seen.consents, seen.consent_until) == (1, moment + 9 * DAY * US)
    studio.clock.pass_by(6)
    assert now(studio).deadlines.missed == 1


def test_the_newest_comparison_counts(world: World, provider: Sandbox) -> None:
    """What an account's last comparison found is told by kind, with when it ran."""
    world.carry(world.ask(**ALONE))
    run = Run(name=new_id("reconciliation"), context=CONTEXT, window=usual_window(world.desk))
    reconcile_now(world.desk, world.studio, world.account, run)

    seen = now(world).money
    assert seen.compared_at is not None
    assert all(count >= 0 for count in seen.findings.values())


def test_nothing_is_counted_over_the_past(studio: World) -> None:
    """No question scans a table that grows with every clip; what is large is found by an index."""
    growing = {"events", "view_submissions", "view_generations", "view_spend", "view_clips", "answers"}
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _k: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    engine = studio.registry._log.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        now(studio)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    questions = [one for one in asked if one[0].startswith("SELECT")]
    with studio.registry.reading() as connection:
        for statement, parameters in questions:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            assert [
                row[3] for row in plan if row[3].split()[:1] == ["SCAN"] and row[3].split()[1] in growing
            ] == []
    assert len(questions) > 15


@pytest.mark.parametrize("name", ["unknown", "quarantined"])
def test_a_number_names_nobody(studio: World, name: str) -> None:
    """No id and no name is in the answer, whatever is in the studio."""
    studio.ask(**ALONE)
    told = now(studio).model_dump_json()

    assert name in told
    for secret in (studio.studio, studio.production, studio.account, "Mina"):
        assert secret not in told


def test_the_numbers_come_from_postgresql_too(on_postgres: Path) -> None:
    """The same questions on the other engine, with something to count in each of them."""
    world = build(on_postgres, "http://127.0.0.1:9")
    try:
        world.ask(**ALONE, needed_by=datetime.fromtimestamp(world.desk.now() // US + 60, UTC).isoformat())
        world.do(SetBudget(stream=world.production, units="6"))
        world.work(1)
        seen = now(world)
        world.clock.pass_by(700)
        later = now(world)
    finally:
        world.registry.close()

    assert (seen.money.reserved, seen.money.budgets) == (3, (0.5,))
    assert (seen.slots.open + seen.slots.waiting, sum(seen.progress.stages.values())) == (1, 1)
    assert seen.deadlines.needed_by is not None
    assert later.deadlines.missed == 1
    assert seen.progress.worked_at is not None
