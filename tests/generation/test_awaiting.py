"""Short-window chaining: a request that continues a generation still running waits for its clip (guide E)."""

from __future__ import annotations

import pytest

from generation.errors import CannotResolve, PayloadRefused
from registry.views.continuity import continuity
from tests.crash.invariants import check_all
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, TALK, World

RAIN = {"cast": [], "action": "The rain begins."}


def test_a_continuation_waits_for_its_parent_and_is_compiled_then(world: World, provider: Sandbox) -> None:
    """Asked for while the parent is only planned, it is compiled from the parent's clip and delivered."""
    parent = world.ask(**ALONE)
    child = world.ask(**RAIN, continue_from=parent)
    before = world.types(child)

    made, continued = world.carry(parent, child)

    assert before == ["GenerationRequested", "ParentAwaited"]
    assert world.types(child)[1:3] == ["ParentAwaited", "PlanCompiled"]
    assert (continued.pattern, continued.outcome) == ("E", "delivered")
    assert (continued.plan or {})["parents"] == [made.clip]
    check_all(world, provider.ledger())


def test_a_parent_without_a_clip_ends_what_waits_for_it(world: World, provider: Sandbox) -> None:
    """Nothing is sent for a continuation of nothing; its end is on the continuity log with the reason."""
    provider.order(on="create", do="fail_task")
    parent = world.ask(**ALONE)
    child = world.ask(**RAIN, continue_from=parent)

    _, ended = world.carry(parent, child)

    assert (ended.outcome, ended.submission) == ("refused", None)
    assert parent in ended.reason
    with world.desk.registry.reading() as connection:
        records = continuity(connection, world.studio, ended.scene).items
    assert [entry.record.pattern for entry in records if entry.record.generation == child] == [None]


def test_what_can_be_judged_is_judged_at_the_door(world: World) -> None:
    """A continuation that could never be made is refused at once, with its findings, and does not wait."""
    parent = world.ask(**ALONE)
    log = world.log()

    with pytest.raises((CannotResolve, PayloadRefused)) as refused:
        world.ask(action="They talk on.", dialogue=TALK, continue_from=parent)

    assert "E502" in refused.value.message
    assert world.log() == log
