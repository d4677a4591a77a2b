"""What was made at the provider is compared with the log like a film: its list is read, and a lost outcome is adopted from it."""

from __future__ import annotations

from generation.comparing import Window
from generation.reconcile import Run, reconcile_now, usual_window
from registry.events.account import AccountReconciled
from registry.events.submission import SubmissionConfirmed
from tests.crash.invariants import check_all
from tests.servers.making import card, carry_mints, made, mint, mint_a_voice, paid, with_views
from tests.servers.sandbox import Sandbox
from tests.servers.world import CONTEXT, World, new_id


def run(world: World) -> AccountReconciled:
    """One run on demand over all that the provider keeps; its report."""
    window: Window = usual_window(world.desk)
    handled = reconcile_now(
        world.desk, world.studio, world.account, Run(new_id("reconciliation"), CONTEXT, window)
    )
    report = handled.recorded[0].event
    assert isinstance(report, AccountReconciled)
    return report


def test_what_was_made_is_accounted_for(world: World, provider: Sandbox) -> None:
    """An element and a voice of ours are tasks with a submission each, charged as the log says: nothing is found about them."""
    element, voice = mint(with_views(world)), mint_a_voice(world, production=world.production)
    carry_mints(world, element, voice)
    report = run(world)

    ours = {paid(world, stream).task_id for stream in (element, voice)}
    assert report.complete
    assert [one for one in report.findings if one.task_id in ours] == []
    assert report.submissions >= len(ours)
    assert provider.ledger()


def test_a_lost_element_is_adopted_from_the_list(world: World, provider: Sandbox) -> None:
    """While look-ups say nothing, the account's list has it: it is confirmed as that task, and made once."""
    provider.order(do="drop_after_accept")
    provider.order(on="lookup", do="http_status", status=500, times=3)
    element = mint(with_views(world))
    world.work_until(
        lambda: made(world, element).mint.submission is not None and _state(world, element) == "unknown"
    )
    world.clock.pass_by(100)
    run(world)

    confirmed = [one.event for one in world.log() if isinstance(one.event, SubmissionConfirmed)]
    assert [one.via for one in confirmed] == ["reconciliation"]
    provider.forgive()
    carry_mints(world, element)
    assert card(world, element).live
    check_all(world, provider.ledger())


def _state(world: World, element: str) -> str:
    return paid(world, element).state
