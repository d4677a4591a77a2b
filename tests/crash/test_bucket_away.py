"""A bucket that goes away while an answer or a film is put into it: the work waits, saying why, and goes on when it is back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from registry.blobs import store_for
from tests.crash.hooks import hooked
from tests.crash.invariants import check_all
from tests.servers.gate import Gate
from tests.servers.s3 import S3Server
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World, new_id

WAYS: dict[str, Callable[[Gate], None]] = {"away": Gate.shut, "answers are lost": Gate.swallow}


@pytest.fixture
def gate(s3: S3Server) -> Iterator[Gate]:
    standing = Gate(s3.endpoint)
    yield standing
    standing.shut()


@pytest.fixture
def bucketed(world: World, s3: S3Server, gate: Gate) -> World:
    """The small studio with its blobs in a bucket behind the gate."""
    url = s3.url(new_id("away").replace("_", "-"), gate.endpoint)
    return world.with_desk(blobs=store_for(url, access_key=s3.access_key, secret_key=s3.secret_key))


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("point", ["before:answer", "before:clip"])
def test_a_bucket_that_goes_away(
    bucketed: World, provider: Sandbox, gate: Gate, point: str, how: str
) -> None:
    """Gone before a put, or silent after it: a known outcome is recorded, the film waits, and one POST is delivered later."""
    world, asked, reached_it = bucketed, bucketed.ask(**ALONE), list[str]()

    def at(reached: str, _external: str) -> None:
        if reached == point and not reached_it:
            reached_it.append(reached)
            WAYS[how](gate)

    broken = replace(world, desk=hooked(world.desk, at))
    broken.work_until(lambda: "the bucket failed" in world.note(asked))
    assert world.submission(asked).task_id
    gate.shut()
    gate.open()
    card = world.carry(asked)[0]

    assert (card.outcome, reached_it) == ("delivered", [point])
    assert len(provider.ledger(world.submission(asked).external_task_id)) == 1
    check_all(world, provider.ledger())
