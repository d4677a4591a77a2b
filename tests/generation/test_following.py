"""Following a paid task to its clip: results that are refused, moved, late or lost, and answers that cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generation.durations import Durations
from registry.errors import BlobStoreDown
from registry.events.generation import ResultStored
from registry.events.scene import ContinuityRecorded
from registry.events.submission import ProviderAnomaly, TaskSucceeded
from tests.crash.hooks import hooked
from tests.crash.invariants import check_all
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, SHORT, World

MONTH_AND_A_BIT = 31 * 86_400.0


def found(world: World, kind: type[Any]) -> list[Any]:
    return [recorded.event for recorded in world.log() if isinstance(recorded.event, kind)]


def on(world: World, point: str, then: Any) -> World:
    """The world with a desk that calls `then` once, at the point."""
    called: list[str] = []

    def at(reached: str, _external: str) -> None:
        if reached == point and not called:
            called.append(reached)
            then()

    return replace(world, desk=hooked(world.desk, at))


def with_durations(world: World, **changed: float) -> World:
    durations: Durations = replace(SHORT, **changed)  # type: ignore[arg-type]
    return world.with_desk(durations=durations)


def test_an_expired_address_is_refreshed(world: World, provider: Sandbox) -> None:
    """When the result's address has expired, the task is asked for again and the new address is fetched and recorded."""
    late = on(world, "after:TaskSucceeded", lambda: provider.clock(advance_seconds=MONTH_AND_A_BIT))
    card = late.carry(world.ask(**ALONE))[0]

    assert card.outcome == "delivered"
    assert found(world, ResultStored)[0].fetched_from != found(world, TaskSucceeded)[0].url
    check_all(world, provider.ledger())


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "html", "status": 200},
        {"do": "truncate_json"},
        {"do": "http_status", "status": 404},
        {"do": "http_status", "status": 503},
        {"do": "http_status", "status": 302},
        {"do": "drop_before_accept"},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_what_is_no_clip_is_not_delivered(world: World, provider: Sandbox, fault: dict[str, Any]) -> None:
    """A page, half a file or an error in the place of the result is waited out: nothing is stored until it is footage."""
    provider.order(on="result", times=4, **fault)
    asked = world.ask(**ALONE)
    world.work_until(lambda: [card.state for card in world.submissions()] == ["succeeded"])

    assert (world.card(asked).stage, found(world, ResultStored)) == ("submitting", [])
    assert world.note(asked)
    assert world.carry(asked)[0].outcome == "delivered"
    check_all(world, provider.ledger())


def test_a_result_that_is_gone_for_good(world: World, provider: Sandbox) -> None:
    """Only when the provider must have deleted the result is a paid task given up, as lost, with its record."""
    provider.order(on="result", do="http_status", status=404, times=1000)
    card = with_durations(world, result_lifetime=1.0).carry(world.ask(**ALONE))[0]

    assert (card.outcome, card.clip) == ("lost", None)
    assert "dead (404)" in card.reason
    assert found(world, ContinuityRecorded)[0].task_id == world.submission(card.id).task_id
    check_all(world, provider.ledger())


@pytest.mark.parametrize("spoilt", [1, 2], ids=["once", "twice"])
def test_a_stored_copy_that_went_bad(world: World, provider: Sandbox, spoilt: int) -> None:
    """A clip whose stored bytes changed before its end is fetched from the provider again, and kept beside the bad copy."""

    def spoil() -> None:
        for file in (world.folder / "blobs").glob("**/clip*/bytes"):
            file.chmod(0o600)
            file.write_bytes(file.read_bytes()[:-1] + b"?")
        raise BlobStoreDown("the machine stops", hint="start it again")

    late = world
    for _ in range(spoilt):
        late = on(late, "after:clip", spoil)
    card = late.carry(world.ask(**ALONE))[0]
    [result] = found(world, ResultStored)

    assert (card.outcome, result.stored.key[-7:]) == ("delivered", f"/clip-{spoilt + 1}")
    check_all(world, provider.ledger())


def test_a_result_that_is_too_large(world: World, provider: Sandbox) -> None:
    """A result over the cap is not taken."""
    asked = world.ask(**ALONE)
    small = world.with_desk(durations=replace(SHORT, fetch_most_bytes=100))
    small.work_until(lambda: "more than 100" in world.note(asked))

    assert found(world, ResultStored) == []


def test_a_provider_that_does_not_answer_polls(world: World, provider: Sandbox) -> None:
    """Polls that fail are no information: they leave no event, and polling goes on."""
    provider.order(on="query", do="http_status", status=500, times=3)
    card = world.carry(world.ask(**ALONE))[0]

    assert card.outcome == "delivered"
    assert found(world, ProviderAnomaly) == []


def test_a_task_that_disappears(world: World, provider: Sandbox) -> None:
    """A task the provider accepted and no longer knows is an anomaly, noted once; it is followed on and delivered."""

    def forget() -> None:
        task = world.submissions()[0].task_id
        provider.order(
            on="query", do="code", code=1201, status=400, message=f"Task not found: {task}", times=3
        )

    card = on(world, "after:SubmissionConfirmed", forget).carry(world.ask(**ALONE))[0]

    assert card.outcome == "delivered"
    assert [
        str(world.submission(card.id).task_id) in note.what for note in found(world, ProviderAnomaly)
    ] == [True]
    check_all(world, provider.ledger())


def test_the_result_s_age_counts_from_its_end(world: World) -> None:
    """The provider keeps a result for thirty days from when it finished, and that is what the clip says."""
    card = world.carry(world.ask(**ALONE))[0]
    succeeded = next(recorded for recorded in world.log() if isinstance(recorded.event, TaskSucceeded))

    kept = succeeded.event.url_expires_at - succeeded.recorded_at  # type: ignore[attr-defined]
    assert -60_000_000 < kept - 30 * 86_400_000_000 <= 0
    assert card.outcome == "delivered"
