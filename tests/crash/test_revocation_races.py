"""An actor takes consent back while requests are on their way: nothing is sent after it, whoever is quicker (invariant I9)."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from generation.kling.client import PostResult
from generation.kling.outcomes import Rejected
from generation.worker import Worker
from registry.deciders import generation as generation_decider
from registry.deciders import submission as submission_decider
from registry.deciders.portrayal import UnlinkLikeness
from registry.events.envelope import Recorded
from registry.events.likeness import ConsentRevoked
from registry.events.submission import SubmissionIntended
from tests.crash.consents import consents_hold
from tests.crash.invariants import check_all
from tests.generation.people import actor
from tests.servers.sandbox import Sandbox
from tests.servers.world import World

PARTS, RACES, REAL_RACES = 2, 200, 20
"""Four hundred races, in parts that run side by side; REAL_RACES go to a provider that answers."""
EACH = 25
"""Races of one person: after so many another one is behind the character, so that no history grows long."""
ARGUE = {"action": "They argue over the last seat."}
REFUSED = PostResult(Rejected(kind="final", http=400, code=1201, message="no", request_id="r"))


class Provider:
    """Stands in for the provider, and refuses everything: the log tells what was posted, and when."""

    def __init__(self) -> None:
        self.posts = 0

    def create(self, *_: Any, **__: Any) -> PostResult:
        self.posts += 1
        return REFUSED


@contextmanager
def provider_for(provider: Provider, _account: Any) -> Iterator[Any]:
    yield provider


def positions(log: list[Recorded]) -> tuple[dict[str, int], list[int]]:
    """Where each generation's intent stands, and where the revocations do."""
    intents = {one.event.subject: one.position for one in log if isinstance(one.event, SubmissionIntended)}
    return intents, [one.position for one in log if isinstance(one.event, ConsentRevoked)]


def race(world: World, worker: Worker, who: Any, *, within: float) -> str:
    """Ask with consent, then let a revocation and the sender run at the same time; the generation."""
    who.allow()
    asked = world.ask(**ARGUE)
    gate, pause = threading.Barrier(2), random.random() * within

    def revoke() -> None:
        gate.wait()
        time.sleep(pause)
        who.take_back()

    revoking = threading.Thread(target=revoke)
    revoking.start()
    gate.wait()
    worker.work_once()
    revoking.join()
    return asked


@pytest.mark.slow(20)
@pytest.mark.parametrize("_part", range(PARTS))
def test_nothing_is_sent_after_a_revocation(world: World, _part: int) -> None:
    """Hundreds of races of a revocation against the sender: an intent, if there is one, stands before the revocation."""
    provider = Provider()
    raced = world.with_desk(kling_for=lambda account: provider_for(provider, account))
    who, worker = actor(raced, allows=False), raced.worker()
    within, asked = 0.02, []
    for number in range(1, RACES + 1):
        began = time.monotonic()
        asked.append(race(raced, worker, who, within=within))
        within = 0.9 * within + 0.1 * (time.monotonic() - began)
        if number % EACH == 0:
            raced.do(UnlinkLikeness(stream=who.character, reason="another sat for it"))
            who = actor(raced, allows=False)
    log = raced.log()
    intents, revoked = positions(log)
    sent = [name for name in asked if name in intents]

    assert len(revoked) == RACES
    for name, taken_back in zip(asked, revoked, strict=True):
        assert intents.get(name, 0) < taken_back, name
    assert provider.posts == len(sent)
    assert RACES // 50 < len(sent) < RACES - RACES // 50, "one side always won: nothing was raced"
    consents_hold(log)


@pytest.mark.slow(20)
def test_races_against_a_provider_that_keeps_books(world: World, provider: Sandbox) -> None:
    """Twenty races over HTTP: what the provider accepted was intended before the revocation, and nothing else came in."""
    who, worker = actor(world, allows=False), world.worker()
    posts = len(provider.ledger())
    asked, cards = [], []
    for _ in range(REAL_RACES):
        asked.append(race(world, worker, who, within=0.05))
        cards += world.carry(asked[-1])  # to its end: under the next consent it would be sent with right
    intents, revoked = positions(world.log())

    for name, taken_back in zip(asked, revoked, strict=True):
        assert intents.get(name, 0) < taken_back, name
    assert {card.outcome for card in cards} <= {"delivered", "refused"}
    assert len(provider.ledger()) - posts == len(intents)
    check_all(world, provider.ledger())


def test_the_harness_finds_a_missing_guard(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the intent's guard off a revoked consent is sent on, and the invariant says so."""
    who = actor(world)
    asked = world.ask(**ARGUE)
    who.take_back()
    for decider in (generation_decider, submission_decider):
        monkeypatch.setattr(decider, "must_stand", lambda *_: None)
    world.carry(asked)

    with pytest.raises(AssertionError, match="without consent"):
        consents_hold(world.log())
