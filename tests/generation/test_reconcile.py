"""An account compared with a real provider: what is adopted, what is found, and what a run that cannot read does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from generation.comparing import Window
from generation.errors import KlingUnreachable, ReconciliationRunning
from generation.kling.client import PATH_OF_ROUTE
from generation.listing import TRIES
from generation.reconcile import Run, reconcile_now, usual_window
from registry.deciders.account import HoldAccount
from registry.events.account import AccountHeld, AccountReconciled, OrphanTaskFound
from registry.views.reconciliations import last_reconciliation
from tests.servers.paying import FAILED, QUARANTINED, REJECTED, UNKNOWN, Till, external_of
from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import CONTEXT, World, new_id

DAY = 86_400.0


@pytest.fixture(scope="module", name="provider_process")
def provider_process_fixture() -> Iterator[Sandbox]:
    """A provider of this module's own, that takes an external id twice."""
    with sandbox("--duplicate-external-ids", "accept", "--no-media") as running:
        yield running


@pytest.fixture
def till(world: World, provider: Sandbox) -> Iterator[Till]:
    made = Till(world, provider)
    yield made
    made.close()


def run(world: World, window: Window | None = None) -> AccountReconciled:
    """One run on demand; its report."""
    wanted = Run(new_id("reconciliation"), CONTEXT, window or usual_window(world.desk))
    handled = reconcile_now(world.desk, world.studio, world.account, wanted)
    report = handled.recorded[0].event
    assert isinstance(report, AccountReconciled)
    return report


def without_censuses(world: World) -> World:
    """The studio with a worker that takes no census in these days."""
    return world.with_desk(durations=replace(world.desk.durations, census_every=365 * DAY))


def found(report: AccountReconciled, task: str) -> list[str]:
    return [finding.kind for finding in report.findings if finding.task_id == task]


def reports(world: World) -> int:
    return sum(isinstance(recorded.event, AccountReconciled) for recorded in world.log())


@pytest.mark.parametrize(
    "events", [[UNKNOWN], [UNKNOWN, QUARANTINED], []], ids=["unknown", "quarantined", "intended"]
)
def test_an_orphan_of_ours_is_adopted(world: World, till: Till, events: list[Any]) -> None:
    """The task of a submission nobody knew the outcome of is confirmed once, via reconciliation, and in order from then on."""
    submission = till.intend()
    till.note(submission, *events)
    till.write()
    task = till.post(external_of(submission))

    first, second = run(world), run(world)

    assert (found(first, task), found(second, task)) == (["adopted"], [])
    confirmed = [recorded.event for recorded in world.log() if recorded.type == "SubmissionConfirmed"]
    assert [(event.task_id, event.via) for event in confirmed] == [(task, "reconciliation")]  # type: ignore[attr-defined]


def test_what_is_being_sent_is_left_to_its_sender(world: World, till: Till) -> None:
    """A task whose submission's send deadline has not passed is not adopted."""
    submission = till.intend()
    till.write()
    till.post(external_of(submission))
    world.clock.by -= 60_000_000

    run(world)

    assert world.types(submission) == ["SubmissionIntended"]


def test_a_lost_generation_is_carried_on(world: World, provider: Sandbox) -> None:
    """A quarantined generation whose task turns up in a list goes on by itself: the worker polls what was adopted."""
    provider.order(do="drop_after_accept")
    provider.order(on="lookup", do="hide", times=1000)
    asked = world.ask(cast=[], action="A lantern drifts over a river at night.")
    world.work_until(lambda: world.submissions("unknown") != [])

    run(world)
    provider.forgive()
    world.work_until(lambda: world.submission(asked).state == "succeeded")

    assert world.types(str(world.card(asked).submission)).count("SubmissionConfirmed") == 1


def test_tasks_nothing_stands_for_are_found_once(world: World, till: Till) -> None:
    """A second task, one after a refusal and one the log never heard of are events once, and in every report."""
    paid, task = till.settled("3")
    refused = till.intend()
    till.note(refused, REJECTED)
    till.write()
    twin = till.post(external_of(paid), seconds="10")
    late = till.post(external_of(refused))
    lost = till.post(external_of(new_id("submission")))
    foreign = till.post()

    first, second = run(world), run(world)

    kinds = {twin: ["twin"], late: ["after_end"], lost: ["not_in_log"], foreign: ["foreign"], task: []}
    assert {one: found(first, one) for one in kinds} == kinds
    assert {one: found(second, one) for one in kinds} == kinds
    events = [event.event for event in world.log() if isinstance(event.event, OrphanTaskFound)]
    mine = sorted(event.task_id for event in events if event.task_id in kinds)
    assert mine == sorted([twin, late, lost])
    assert all(line.known for line in second.findings if line.kind != "foreign")


def test_hidden_tasks_are_asked_for_by_id(world: World, till: Till, provider: Sandbox) -> None:
    """A task in no list is asked for by its id: found it is compared all the same, unknown there it is missing."""
    unlisted, gone, unsure = (till.settled("3", prompt="Fog over a sea.")[1] for _ in range(3))
    till.write()
    provider.order(on="list", do="hide", match={"prompt_contains": "Fog"})
    provider.order(on="lookup", do="hide", match={"task_id": gone})
    provider.order(on="lookup", do="code", match={"task_id": unsure})

    report = run(world)

    assert [found(report, task) for task in (unlisted, gone, unsure)] == [["unlisted"], ["missing"], []]
    assert not report.complete
    assert any(unsure in words for words in report.unread)


def test_a_failed_list_is_said(world: World, till: Till, provider: Sandbox) -> None:
    """A route that cannot be read makes the report incomplete, and nothing of it missing; it is tried three times."""
    _, task = till.settled("3")
    till.write()
    provider.order(on="list", do="html", route="text2video", times=3)
    report = run(world)

    assert (report.complete, found(report, task)) == (False, [])
    assert [words.partition(":")[0] for words in report.unread] == ["text2video"]
    provider.order(on="list", do="http_status", route="text2video", times=2)
    assert run(world).complete


def test_an_outage_writes_nothing(world: World, provider: Sandbox) -> None:
    """When no list at all can be read, the outage is named, nothing is written, and the account is free again."""
    provider.order(on="list", do="drop_before_accept", times=TRIES * len(PATH_OF_ROUTE))
    with pytest.raises(KlingUnreachable, match="none of the task lists"):
        run(world)

    assert reports(world) == 0
    assert run(world).complete


def test_a_silenced_account_is_not_asked(world: World) -> None:
    """While a person holds all calls, no comparison goes out."""
    held = AccountHeld(scope="everything", by="person", message="audit")
    world.do(HoldAccount(stream=world.account, held=held))

    with pytest.raises(KlingUnreachable, match="held"):
        run(world)


def test_one_run_at_a_time(world: World) -> None:
    """While somebody compares an account, a second run is refused; an abandoned run is taken over when its lease is over."""
    every = 86_400_000_000
    claim = {"lease_us": 60_000_000, "every": every}
    assert world.registry.claim_account(world.studio, world.account, owner="dead", **claim) is not None
    with pytest.raises(ReconciliationRunning, match=world.account):
        run(world)
    world.clock.pass_by(61)

    assert run(world).complete


def test_the_worker_compares_every_day(world: World) -> None:
    """A worker compares an account a day after it was opened and a day after each run, and on demand in between counts."""
    worker = without_censuses(world).worker()
    assert not worker.work_once()
    for days, runs in ((0.9, 0), (0.2, 1), (0.5, 1), (0.6, 2)):
        world.clock.pass_by(days * DAY)
        while worker.work_once():
            pass
        assert reports(world) == runs
    world.clock.pass_by(0.9 * DAY)
    run(world)
    world.clock.pass_by(0.2 * DAY)

    assert not worker.work_once()
    assert reports(world) == 3


def test_a_special_window_does_not_stand_for_the_daily_run(world: World) -> None:
    """A run over another window is an extra one."""
    world.clock.pass_by(0.9 * DAY)
    run(world, Window(world.desk.now() - 1000, world.desk.now()))
    world.clock.pass_by(0.2 * DAY)

    assert without_censuses(world).worker().work_once()


def test_a_worker_outlives_an_outage(world: World, provider: Sandbox) -> None:
    """A round that fails is tried again after a pause, by a worker that goes on."""
    world.clock.pass_by(1.1 * DAY)
    provider.order(on="list", do="drop_before_accept", times=TRIES * len(PATH_OF_ROUTE))
    worker = without_censuses(world).worker()
    assert worker.work_once()
    assert "task lists" in world.note(world.account)
    world.clock.pass_by(60)

    assert worker.work_once()
    assert reports(world) == 1


def test_a_run_that_lost_its_lease_writes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen run that wakes up after another took over cannot act."""
    claim = world.registry.claim_account

    def stolen(*args: Any, **kwargs: Any) -> Any:
        lease = claim(*args, **kwargs)
        world.clock.pass_by(61)
        assert claim(*args, **kwargs) is not None
        return lease

    monkeypatch.setattr(world.registry, "claim_account", stolen)
    with pytest.raises(Exception, match="epoch"):
        run(world)

    assert reports(world) == 0


def test_packs_are_compared_with_the_run_before(world: World, till: Till) -> None:
    """The report shows the account's packs, and how much less they hold than the run before said."""
    assert run(world).packs_used is None
    till.settled("3")
    till.write()
    report = run(world)
    with world.registry.reading() as connection:
        last = last_reconciliation(connection, world.studio, world.account)

    assert (report.packs_used, report.packs[0].kind) == ("3", "decreasing_total")
    assert last is not None
    assert last.packs == report.packs


def test_a_failure_that_cost_nothing_is_in_order(world: World, till: Till, provider: Sandbox) -> None:
    """A task that failed at both ends without a deduction is no finding."""
    provider.order(do="fail_task", message="risk control")
    submission, task = till.settled(None)
    till.commands.pop()
    till.note(submission, FAILED)
    till.write()

    assert found(run(world), task) == []
