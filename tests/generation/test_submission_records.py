"""An outcome that is known must reach the log, and a resend stands on what still stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generation.posting import RECORD_TRIES
from registry.deciders.asset import RetireAsset
from registry.errors import LogBusy
from tests.crash.invariants import check_all
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World

FULL = {"do": "code", "code": 1303, "status": 429}


class Busy:
    """A registry whose log is busy for the next so many outcomes; by what it says, they did or may have landed."""

    def __init__(self, inner: Any, times: int, **detail: Any) -> None:
        self._inner, self.left, self._detail = inner, times, detail

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def handle(self, log: str, commands: Any, **rest: Any) -> Any:
        event = getattr(commands[0], "event", None)
        if self.left and event is not None and event.NAME in ("SubmissionConfirmed", "SubmissionRejected"):
            self.left -= 1
            raise LogBusy("the disk is full", hint="make room", **self._detail)
        return self._inner.handle(log, commands, **rest)


def busy(world: World, times: int, **detail: Any) -> tuple[World, list[float]]:
    """The world with that log, and the pauses its workers make."""
    slept: list[float] = []
    registry: Any = Busy(world.registry, times, **detail)
    return replace(world, desk=replace(world.desk, registry=registry, sleep=slept.append)), slept


@pytest.mark.parametrize("refusal", [None, {"do": "code", "code": 1301, "status": 400}])
def test_a_known_outcome_waits_for_the_log(world: World, provider: Sandbox, refusal: Any) -> None:
    """What the provider said is still in memory: a log that certainly did not take it is asked again, without any look-up."""
    if refusal:
        provider.order(**refusal)
    full, slept = busy(world, RECORD_TRIES - 1, landed=False)
    card = full.carry(world.ask(**ALONE))[0]

    assert card.outcome == ("refused" if refusal else "delivered")
    assert len(slept) == RECORD_TRIES - 1
    assert "SubmissionUnknown" not in world.types(world.submission(card.id).id)
    check_all(world, provider.ledger())


@pytest.mark.parametrize(("times", "detail"), [(RECORD_TRIES, {"landed": False}), (1, {})])
def test_an_outcome_that_may_be_lost_is_looked_up(
    world: World, provider: Sandbox, times: int, detail: Any
) -> None:
    """A log that stays full, or that may have taken it, is not asked again: the task is found by our id, and paid once."""
    full, slept = busy(world, times, **detail)
    card = full.carry(world.ask(**ALONE))[0]

    assert len(slept) == times - 1
    assert "SubmissionUnknown" in world.types(world.submission(card.id).id)
    assert card.outcome == "delivered"
    check_all(world, provider.ledger())


def test_the_log_is_not_waited_for_beyond_the_lease(world: World, provider: Sandbox) -> None:
    """When the pause would outlast the lease, nothing more is written under it: the next holder looks the task up."""
    full, slept = busy(world, 100, landed=False)
    patient = full.with_desk(durations=replace(world.desk.durations, retry_first=1e4, retry_most=1e4))
    asked = world.ask(**ALONE)
    patient.work(steps=1)

    assert slept == []
    assert world.types(world.submission(asked).id) == ["SubmissionIntended"]


def test_what_was_retired_before_a_resend(world: World, provider: Sandbox) -> None:
    """A picture that was retired between two sends stops the second one, and the submission is closed with the end."""
    provider.order(**FULL)
    asked = world.ask(cast=[], action="The lamps come on.", opening=world.cafe)
    world.work(steps=1)
    world.do(RetireAsset(stream=world.cafe, reason="not cleared"))
    card = world.carry(asked)[0]

    assert (card.outcome, world.cafe in card.reason) == ("refused", True)
    submission = world.submission(asked)
    assert world.types(submission.id) == ["SubmissionIntended", "SubmissionRejected", "SubmissionClosed"]
    assert (submission.state, submission.reason) == ("closed", "its generation ended as refused")
    assert world.submissions(state="waiting") == []
    assert len(provider.ledger(submission.external_task_id)) == 1
    check_all(world, provider.ledger())
