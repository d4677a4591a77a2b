"""Asking the provider to call: what goes into the body, and who may use the address."""

from __future__ import annotations

import orjson
import pytest

from generation.callbacks import Callbacks, unfit_for_callers
from registry.events.submission import SubmissionIntended
from tests.crash.invariants import check_all
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World

BASE = "https://film.example/continuity"
MAKER = Callbacks(b"k" * 32, BASE)


def intent(world: World) -> SubmissionIntended:
    return next(recorded.event for recorded in world.log() if isinstance(recorded.event, SubmissionIntended))


def test_an_address_opens_for_its_submission_alone() -> None:
    """A token fits one submission and one secret; nothing else fits, whatever it is made of."""
    token = MAKER.address("submission_1", BASE).rpartition("/")[2]

    assert MAKER.address("submission_1", BASE).startswith(f"{BASE}/v1/callbacks/kling/submission_1/")
    assert MAKER.opens("submission_1", token)
    for submission, offered in (
        ("submission_2", token),
        ("submission_1", token[:-1]),
        ("submission_1", token.upper()),
        ("submission_1", ""),
        ("submission_1", "é\udcff"),
        ("\udcff", token),
    ):
        assert not MAKER.opens(submission, offered)
    assert not Callbacks(b"j" * 32, BASE).opens("submission_1", token)
    assert "k" * 32 not in repr(MAKER)


@pytest.mark.parametrize(
    "url", ["https://film.example", "https://film.example:8443/a/b", "http://127.0.0.1:9"]
)
def test_fit_public_addresses(url: str) -> None:
    """Https anywhere, with a port and a path; plain http to this machine when that is allowed."""
    assert unfit_for_callers(url, loopback=True) == ""


def test_the_body_carries_the_address_and_the_log_does_not(world: World, provider: Sandbox) -> None:
    """With a public URL the task names where to call; the plan is the same plan, and the token is nowhere in the log."""
    silent = world.carry(world.ask(**ALONE))[0].id
    asked = world.ask(**ALONE)
    world.with_desk(callbacks=MAKER).carry(asked)

    address = MAKER.address(world.submission(asked).id, BASE)
    sent = [provider.ledger(world.submission(one).external_task_id)[0] for one in (silent, asked)]
    bodies = [world.submission(one).wire_bytes for one in (silent, asked)]
    assert bodies[1] - bodies[0] == len(f'"callback_url":"{address}",')
    assert world.card(asked).plan_digest == world.card(silent).plan_digest
    assert sent[1]["body_sha256"] == world.submission(asked).wire_digest
    log = orjson.dumps([recorded.event.model_dump(mode="json") for recorded in world.log()])
    assert address.rpartition("/")[2].encode() not in log


def test_a_resend_calls_back_to_where_the_first_send_did(world: World, provider: Sandbox) -> None:
    """The intent freezes the base: a send again makes the same bytes though the setting changed since."""
    provider.order(
        on="create", do="code", code=1303, status=429, message="parallel task over resource pack limit"
    )
    asked = world.ask(**ALONE)
    first = world.with_desk(callbacks=MAKER)
    first.work_until(lambda: [card.state for card in world.submissions()] == ["waiting"])
    assert intent(world).callback_base == BASE

    moved = world.with_desk(callbacks=Callbacks(MAKER.secret, ""))
    assert moved.carry(asked)[0].outcome == "delivered"
    check_all(world, provider.ledger())


def test_without_the_secret_the_bytes_cannot_be_made_again(world: World, provider: Sandbox) -> None:
    """A desk that cannot make the frozen address sends nothing: other bytes would be another request."""
    provider.order(
        on="create", do="code", code=1303, status=429, message="parallel task over resource pack limit"
    )
    asked = world.ask(**ALONE)
    first = world.with_desk(callbacks=MAKER)
    first.work_until(lambda: [card.state for card in world.submissions()] == ["waiting"])

    assert world.carry(asked)[0].outcome == "refused"
    assert [entry["accepted"] for entry in provider.ledger(world.submission(asked).external_task_id)] == [
        False
    ]
