"""Cancelling before, during and after the paid call: whoever is first under the log's lock wins, and nothing paid is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generation.cancelling import cancel
from generation.recording import ending
from registry.deciders.generation import NotThere
from registry.deciders.submission import Submission
from registry.errors import NotFound
from registry.events.envelope import Recorded
from registry.events.generation import GenerationEnded
from registry.events.scene import ContinuityRecorded
from registry.registry import Registry
from tests.crash.hooks import hooked
from tests.crash.invariants import check_all
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, CONTEXT, World, new_id

INTENT = ("IntendSubmission", "ReserveBudget")
"""The append of the intent, by its first or its last command."""


def cancelled(world: World, asked: str, registry: Registry | Any = None) -> None:
    cancel(registry or world.registry, world.studio, asked, reason="the scene was cut", context=CONTEXT)


def once_at(world: World, *points: str, do: Any) -> World:
    """The same studio, where something happens the first time a worker comes by one of the points."""
    done: list[str] = []

    def at(point: str, _external: str) -> None:
        if point in points and not done:
            done.append(point)
            do()

    return replace(world, desk=hooked(world.desk, at))


@pytest.mark.parametrize("fields", [{}, {"approval": True}])
def test_what_was_not_sent_ends_at_once(world: World, provider: Sandbox, fields: dict[str, Any]) -> None:
    """Before a submission, also while it waits for approval, it ends with its continuity in one append, and is never sent."""
    asked, before = world.ask(**ALONE, **fields), len(provider.ledger())
    cancelled(world, asked)
    continuity, end = world.log()[-2:]

    assert isinstance(continuity.event, ContinuityRecorded)
    assert isinstance(end.event, GenerationEnded)
    assert (end.event.outcome, end.event.reason) == ("cancelled", "the scene was cut")
    assert (world.worker().work_once(), len(provider.ledger())) == (False, before)
    check_all(world, provider.ledger())


def test_a_child_of_what_was_cancelled_is_refused(world: World) -> None:
    """A continuation that waits can be cancelled; one whose parent is cancelled ends with the reason."""
    parent = world.ask(**ALONE)
    first, second = (world.ask(cast=[], action="The rain begins.", continue_from=parent) for _ in range(2))
    cancelled(world, first)
    cancelled(world, parent)
    card = world.carry(second)[0]

    assert (world.card(first).outcome, card.outcome) == ("cancelled", "refused")
    assert f"{parent} ended cancelled" in card.reason


def test_a_cancel_that_comes_first_stops_the_worker(world: World, provider: Sandbox) -> None:
    """A cancel just before the intent wins: the worker's append is refused, and not a byte goes out."""
    asked, before = world.ask(**ALONE), len(provider.ledger())
    racing = once_at(world, *(f"before:{name}" for name in INTENT), do=lambda: cancelled(world, asked))
    racing.work(steps=1)

    assert world.types(asked) == ["GenerationRequested", "PlanCompiled", "GenerationEnded"]
    assert (world.card(asked).outcome, len(provider.ledger())) == ("cancelled", before)
    check_all(world, provider.ledger())


def test_a_cancel_that_comes_second_is_a_note(world: World, provider: Sandbox) -> None:
    """A cancel just after the intent only notes the wish: the paid task is followed, and its clip delivered."""
    asked = world.ask(**ALONE)
    racing = once_at(world, *(f"after:{name}" for name in INTENT), do=lambda: cancelled(world, asked))
    racing.work(steps=1)
    card = world.carry(asked)[0]

    assert (card.outcome, card.cancel_wanted) == ("delivered", True)
    assert "CancelWanted" in world.types(asked)
    check_all(world, provider.ledger())


def test_a_cancel_that_is_overtaken_decides_again(world: World, provider: Sandbox) -> None:
    """When the worker sends between a cancel's look and its append, the cancel becomes a note instead of failing."""
    asked = world.ask(**ALONE)
    overtaken = once_at(world, "before:EndGeneration", do=lambda: world.work(steps=1)).registry
    cancelled(world, asked, overtaken)

    assert (world.card(asked).cancel_wanted, world.card(asked).outcome) == (True, None)
    assert world.carry(asked)[0].outcome == "delivered"
    check_all(world, provider.ledger())


def test_a_cancel_never_claims_another_end(world: World) -> None:
    """When it ends between a cancel's look and its append, the cancel is refused; there is one end and one record."""
    asked = world.ask(**ALONE)
    refused = ending(
        asked, world.registry.state(world.studio, asked).state, Submission(), outcome="refused", reason="no"
    )
    overtaken = once_at(world, "before:EndGeneration", do=lambda: world.do(*refused)).registry
    with pytest.raises(NotThere):
        cancelled(world, asked, overtaken)

    assert world.card(asked).outcome == "refused"
    check_all(world, [])


def test_what_the_provider_refused_for_now_ends_at_once(world: World, provider: Sandbox) -> None:
    """After a refusal that proves nothing was accepted there is no paid task, so it ends, and its reservation is free."""
    provider.order(do="code", code=1303, status=429, times=50)
    asked = world.ask(**ALONE)
    world.work_until(lambda: [card.state for card in world.submissions()] == ["waiting"])
    cancelled(world, asked)

    assert world.card(asked).outcome == "cancelled"
    assert world.registry.state(world.studio, world.production).state.committed == 0
    assert not [one for one in after_end(world, asked) if one.stream == asked]


def after_end(world: World, asked: str) -> list[Recorded]:
    log = world.log()
    ends = [n for n, one in enumerate(log) if isinstance(one.event, GenerationEnded) and one.stream == asked]
    return log[ends[0] + 1 :]


def test_what_has_ended_is_not_cancelled(world: World) -> None:
    """After the end a cancel is refused with the state, and an unknown id is not found; nothing is written."""
    asked = world.ask(**ALONE)
    cancelled(world, asked)
    before = world.log()
    with pytest.raises(NotThere) as refused:
        cancelled(world, asked)
    with pytest.raises(NotFound):
        cancelled(world, new_id("generation"))

    assert (refused.value.detail["stage"], world.log()) == ("ended", before)
