"""Units a day: set aside with the intent, by key and by studio, so that no number of submitters spends more than a day holds."""

from __future__ import annotations

import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generation.allowances import purses
from generation.intake import Takes, preview, request_generation
from generation.shot import ShotRequest
from registry.deciders.access import IssueKey
from registry.deciders.account import SetSlots
from registry.deciders.allowance import Allowance, AllowanceExceeded, allowance_of, day_of
from registry.deciders.studio import LimitStudio
from registry.events.allowance import AllowanceReleased, AllowanceReserved, AllowanceSettled
from registry.events.envelope import Context
from registry.events.studio import KeyLimited, StudioLimited
from tests.registry.log.older import grown
from tests.servers.homes import database_of
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World, new_id

EACH = Decimal(3)
"""What five silent seconds of text2video cost."""
DAY = 86_400.0


def limit(world: World, units: str | None) -> None:
    limits = StudioLimited(requests_per_minute=None, units_per_day=units)
    world.do(LimitStudio(stream=world.studio, limits=limits))


def key_with(world: World, units: str | None) -> str:
    key = new_id("key")
    limits = KeyLimited(requests_per_minute=None, units_per_day=units)
    issue = IssueKey(stream=key, studio=world.studio, holder="Jun", secret_sha256="a" * 64, limits=limits)
    world.do(issue)
    return key


def ask_as(world: World, key: str, **more: Any) -> str:
    generation = new_id("generation")
    shot = ShotRequest.model_validate({"scene": world.scene, **ALONE, **more})
    names = tuple(new_id("generation") for _ in range(shot.takes - 1))
    given = Takes((generation, *names))
    request_generation(world.registry, world.studio, shot, generation=given, context=Context(key))
    return generation


def today(world: World, holder: str) -> Decimal:
    state = world.registry.state(world.studio, allowance_of(holder)).state
    assert isinstance(state, Allowance)
    return state.committed(day_of(world.registry.clock()))


def sent(world: World) -> int:
    return sum(isinstance(recorded.event, AllowanceReserved) for recorded in world.log())


def test_submitters_together_spend_no_more_than_a_day_holds(world: World, provider: Sandbox) -> None:
    """Of what was taken in exactly as much is sent as the day holds; the rest waits, and goes on the day after."""
    asked = [world.ask(**ALONE) for _ in range(8)]
    limit(world, "10.9")
    world.do(SetSlots(stream=world.account, model=world.card(asked[0]).model, slots=8))
    threads = [threading.Thread(target=world.worker(f"worker-{number}").work_once) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert (sent(world), today(world, world.studio)) == (3, 3 * EACH)
    waiting = [name for name in asked if world.card(name).submission is None]
    assert {world.note(name).partition(":")[0] for name in waiting} == {"waits for the day to end"}
    world.clock.pass_by(DAY)
    world.work_until(lambda: sum(world.card(name).stage == "ended" for name in asked) == 6)
    world.work(steps=2)
    assert (sent(world), today(world, world.studio)) == (6, 3 * EACH)


def test_the_price_is_settled_with_what_was_charged(world: World, provider: Sandbox) -> None:
    """Key and studio are both told, once; whoever asked pays, whichever process sends it."""
    limit(world, "100")
    key = key_with(world, "50")
    world.carry(ask_as(world, key))

    assert (today(world, key), today(world, world.studio)) == (EACH, EACH)
    settled = [one.stream for one in world.log() if isinstance(one.event, AllowanceSettled)]
    assert sorted(settled) == sorted([allowance_of(key), allowance_of(world.studio)])


def test_what_was_not_charged_is_free_again(world: World, provider: Sandbox) -> None:
    """A task that fails and a request that is refused cost nothing, so the day holds as much as before."""
    limit(world, "3")
    provider.order(on="create", do="fail_task")
    failed = world.carry(world.ask(**ALONE))[0]
    provider.order(do="code", code=1301, status=400, message="no")
    refused = world.carry(world.ask(**ALONE))[0]

    assert (failed.outcome, refused.outcome) == ("failed", "refused")
    assert sum(isinstance(one.event, AllowanceReleased) for one in world.log()) == 1
    assert today(world, world.studio) == 0
    assert world.carry(world.ask(**ALONE))[0].outcome == "delivered"


def test_the_door_refuses_what_the_day_does_not_hold(world: World) -> None:
    """All takes count; nothing is written, and a preview says it beside the other findings."""
    key = key_with(world, "5")
    before = world.registry.feed.head(world.studio)
    with pytest.raises(AllowanceExceeded, match=f"{key} has 5 of 5 units left today, and this takes 6"):
        ask_as(world, key, takes=2)
    assert world.registry.feed.head(world.studio) == before

    shot = ShotRequest.model_validate({"scene": world.scene, **ALONE, "takes": 2})
    shown = preview(world.registry, world.studio, shot, payer=key)
    assert ("E427", False) in {(one.rule, shown.sendable) for one in shown.findings}
    assert preview(world.registry, world.studio, shot, payer=key_with(world, None)).sendable


def test_nothing_is_counted_where_nothing_is_limited(world: World) -> None:
    """Without a limit no event says what a day has cost."""
    world.carry(ask_as(world, key_with(world, None)))

    assert purses(world.registry, world.studio, "operator") == ()
    assert sent(world) == 0


def test_a_preview_of_then_counts_what_was_left_then(world: World, provider: Sandbox) -> None:
    """Limits and what was spent are those of the position asked about: the bytes of the preview that was made there."""
    key, request = key_with(world, "5"), ShotRequest.model_validate({"scene": world.scene, **ALONE})

    def told(as_of: int | None = None) -> str:
        shown = preview(world.registry, world.studio, request, as_of=as_of, payer=key)
        return shown.model_dump_json()

    world.do(
        SetSlots(stream=world.account, model="kling-v3", slots=5)
    )  # a position after the key was given out
    free, before = told(), world.log()[-1].position
    world.carry(ask_as(world, key))
    spent, after = told(), world.log()[-1].position
    limit(world, "1")

    assert (told(before), told(after)) == (free, spent)
    assert free != spent
    assert '"sendable":true' in free
    assert '"sendable":false' in spent


def test_older_allowances_are_seen(world: World, provider: Sandbox, tmp_path: Path) -> None:
    """A database from before the view gets a row of every call that counted and was not released, as a rebuild would."""
    key = key_with(world, "12")
    world.carry(ask_as(world, key))
    provider.order(do="code", code=1301, status=400)
    world.carry(ask_as(world, key))
    rows, again = grown(database_of(world.folder), tmp_path, before="0007", table="view_allowances")
    assert again == rows
    assert len(rows) == 1
