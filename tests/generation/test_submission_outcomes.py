"""What becomes of a paid POST: every row of the outcome table, through the real client, provider, log and worker."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generation.errors import KlingUnreachable
from generation.kling.signing import AccessKeyPair
from registry.events.scene import ContinuityRecorded
from registry.events.submission import SubmissionConfirmed, SubmissionRejected, SubmissionResent
from tests.crash.hooks import hooked
from tests.crash.invariants import check_all
from tests.servers.building import build
from tests.servers.sandbox import Sandbox, free_port, sandbox
from tests.servers.world import ALONE, KEYS, World, open_desk

CONFIRMED_TO_END = ["TaskProcessing", "TaskSucceeded"]
LOAD = {"do": "code", "code": 1303, "status": 429, "message": "parallel task over resource pack limit"}
POLICY = {"do": "code", "code": 1301, "status": 400, "message": "The content does not pass the safety policy"}


def outcomes(world: World, generation: str) -> list[str]:
    """The events of the generation's submission up to its confirmation."""
    types = world.types(world.submission(generation).id)
    return [kind for kind in types if kind not in CONFIRMED_TO_END]


def posts(world: World, provider: Sandbox, generation: str) -> list[dict[str, Any]]:
    return provider.ledger(world.submission(generation).external_task_id)


def wait_until(world: World, generation: str, state: str) -> None:
    def reached() -> bool:
        return world.card(generation).submission is not None and world.submission(generation).state == state

    world.work_until(reached)


def test_a_task_that_fails(world: World, provider: Sandbox) -> None:
    """The provider's failure is the generation's end, in its own words, with a continuity record and no clip."""
    provider.order(do="fail_task", message="out of film")
    card = world.carry(world.ask(**ALONE))[0]

    assert (card.outcome, card.reason, card.clip) == ("failed", "out of film", None)
    record = next(event.event for event in world.log() if isinstance(event.event, ContinuityRecorded))
    assert (record.outcome, record.reason, record.clip, record.units) == ("failed", "out of film", None, "0")
    check_all(world, provider.ledger())


def test_a_refusal_for_good(world: World, provider: Sandbox) -> None:
    """A refusal for good ends the generation after one POST, and the answer is kept."""
    provider.order(**POLICY)
    card = world.carry(world.ask(**ALONE))[0]

    assert (card.outcome, card.reason) == ("refused", POLICY["message"])
    assert outcomes(world, card.id) == ["SubmissionIntended", "SubmissionRejected"]
    assert [post["accepted"] for post in posts(world, provider, card.id)] == [False]
    assert len(world.submission(card.id).answers) == 1
    check_all(world, provider.ledger())


def test_a_full_account(world: World, provider: Sandbox) -> None:
    """A refusal for load is waited out; the same bytes go again under the same id, and one task is accepted."""
    provider.order(**LOAD, times=2)
    card = world.carry(world.ask(**ALONE))[0]

    again = ["SubmissionRejected", "SubmissionResent"]
    assert card.outcome == "delivered"
    assert outcomes(world, card.id) == ["SubmissionIntended", *again, *again, "SubmissionConfirmed"]
    sent = posts(world, provider, card.id)
    assert [(post["code"], post["accepted"]) for post in sent] == [(1303, False), (1303, False), (0, True)]
    assert {post["body_sha256"] for post in sent} == {world.submission(card.id).wire_digest}
    check_all(world, provider.ledger())


def test_a_wrong_key(world: World, provider: Sandbox) -> None:
    """A refused key holds the submission until the key is right; then the same bytes go."""
    asked = world.ask(**ALONE)
    wrong = AccessKeyPair(KEYS.access_key, "w" * 40)
    locked_out = replace(world, desk=open_desk(world.folder, world.registry, credentials=wrong))
    wait_until(locked_out, asked, "held")
    note = world.note(asked)
    card = world.carry(asked)[0]

    assert "a person must act" in note
    assert card.outcome == "delivered"
    resent = [event.event for event in world.log() if isinstance(event.event, SubmissionResent)]
    assert {event.after for event in resent} == {"account"}
    check_all(world, provider.ledger())


@pytest.mark.parametrize(("code", "status"), [(1102, 429), (1103, 403), (1304, 429), (1004, 401)])
def test_an_account_in_trouble(world: World, provider: Sandbox, code: int, status: int) -> None:
    """No money, no right, or an expired token hold the submission: HTTP 429 alone never means load."""
    provider.order(do="code", code=code, status=status)
    asked = world.ask(**ALONE)
    wait_until(world, asked, "held")

    rejected = next(event.event for event in world.log() if isinstance(event.event, SubmissionRejected))
    assert (rejected.kind, rejected.code, rejected.http) == ("account", code, status)
    assert world.carry(asked)[0].outcome == "delivered"


@pytest.mark.parametrize(
    "fault",
    [{"do": "drop_before_accept"}, {"do": "html", "status": 200}, {"do": "http_status", "status": 503}],
)
def test_an_unknown_outcome_stays_unknown(world: World, provider: Sandbox, fault: dict[str, Any]) -> None:
    """When no look-up finds a task, nothing is sent again: the submission stays unknown and is listed as such."""
    provider.order(**fault)
    asked = world.ask(**ALONE)
    world.work(steps=6)

    submission = world.submission(asked)
    assert [card.id for card in world.submissions(state="unknown")] == [submission.id]
    assert world.types(submission.id) == ["SubmissionIntended", "SubmissionUnknown"]
    assert [post["accepted"] for post in posts(world, provider, asked)] == [False]
    assert (world.card(asked).stage, world.card(asked).outcome) == ("submitting", None)
    assert submission.id in world.note(asked)


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "drop_after_accept"},
        {"do": "stall", "seconds": 0.1},
        {"do": "truncate_json"},
        {"do": "html", "status": 200, "accept": True},
        *({"do": "http_status", "status": status, "accept": True} for status in (302, 408, 500, 504)),
        {"do": "code", "code": 5000, "status": 500, "accept": True},
        {"do": "code", "code": 1203, "status": 400, "accept": True},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_an_answer_that_proves_nothing_is_looked_up(world: World, provider: Sandbox, fault: Any) -> None:
    """An accepted POST whose answer is lost or makes no sense is found by our own id, and delivered, paid once."""
    provider.order(**fault)
    card = world.carry(world.ask(**ALONE))[0]

    assert card.outcome == "delivered"
    assert outcomes(world, card.id) == ["SubmissionIntended", "SubmissionUnknown", "SubmissionConfirmed"]
    confirmed = next(event.event for event in world.log() if isinstance(event.event, SubmissionConfirmed))
    assert confirmed.via == "lookup"
    assert len(posts(world, provider, card.id)) == 1
    check_all(world, provider.ledger())


def test_a_look_up_that_is_not_answered(world: World, provider: Sandbox) -> None:
    """A look-up that fails is no information: it is repeated, and a later one finds the task."""
    provider.order(do="drop_after_accept")
    provider.order(on="query", do="http_status", status=503, times=3)
    card = world.carry(world.ask(**ALONE))[0]

    assert card.outcome == "delivered"
    assert outcomes(world, card.id) == ["SubmissionIntended", "SubmissionUnknown", "SubmissionConfirmed"]


def test_a_refusal_for_load_that_was_not_true(world: World, provider: Sandbox) -> None:
    """A provider that says "full" and accepts all the same says "exists already" at the resend; that task is adopted."""
    provider.order(**LOAD, accept=True)
    card = world.carry(world.ask(**ALONE))[0]

    again = ["SubmissionRejected", "SubmissionResent"]
    assert card.outcome == "delivered"
    assert outcomes(world, card.id) == ["SubmissionIntended", *again, "SubmissionConfirmed"]
    assert [post["accepted"] for post in posts(world, provider, card.id)] == [True, False]
    check_all(world, provider.ledger())


@pytest.mark.parametrize(
    ("accepted", "outage", "seen"),
    [
        (False, 0, ["SubmissionRejected"]),
        (True, 0, ["SubmissionConfirmed"]),
        (True, 1, ["SubmissionUnknown", "SubmissionConfirmed"]),
    ],
    ids=["nothing-there", "a-task-is-there", "nobody-answers"],
)
def test_a_refusal_after_an_earlier_send_is_checked(
    world: World, provider: Sandbox, accepted: bool, outage: int, seen: list[str]
) -> None:
    """Before a refusal for good of a resend is believed, one look-up asks whether an earlier send was accepted after all."""
    provider.order(**LOAD, accept=accepted)
    asked = world.ask(**ALONE)
    wait_until(world, asked, "waiting")
    provider.order(**POLICY)
    if outage:
        provider.order(on="query", do="http_status", status=503, times=outage)
    card = world.carry(asked)[0]

    assert card.outcome == ("delivered" if accepted else "refused")
    start = ["SubmissionIntended", "SubmissionRejected", "SubmissionResent"]
    assert outcomes(world, card.id) == [*start, *seen]


def test_our_id_is_taken_but_not_found(world: World, provider: Sandbox) -> None:
    """An id that exists already, without a task to be found is unknown, not a refusal and not a success."""
    provider.order(do="code", code=1201, status=400, message="External_task_id already exists")
    asked = world.ask(**ALONE)
    world.work(steps=3)

    assert world.types(world.submission(asked).id) == ["SubmissionIntended", "SubmissionUnknown"]
    assert "exists already" in world.submission(asked).reason


def test_nobody_at_the_address(tmp_path: Any) -> None:
    """While the provider is down not a byte is sent and that is recorded; when it comes up the same bytes are delivered."""
    port = free_port()
    world = build(tmp_path, f"http://127.0.0.1:{port}")
    asked = world.ask(**ALONE)
    world.work(steps=3)
    before = world.types(world.submission(asked).id)
    with sandbox(port=port) as provider:
        card = world.carry(asked)[0]
        sent = provider.ledger()
        check_all(world, sent)
    world.registry.close()

    again = ["SubmissionNotSent", "SubmissionResent"]
    assert before == ["SubmissionIntended", *again, *again, "SubmissionNotSent"]
    assert (card.outcome, len(sent)) == ("delivered", 1)


def test_a_deadline_that_passed_before_the_first_byte(world: World, provider: Sandbox) -> None:
    """A sender whose time ran out before it could begin sends nothing, says so, and the next send delivers."""
    ticks: list[float] = [0.0]
    slow = world.with_desk(monotonic=lambda: ticks[0])

    def at(point: str, _external: str) -> None:
        if point == "before:create" and not ticks[0]:
            ticks[0] += 1000

    asked = world.ask(**ALONE)
    replace(world, desk=hooked(slow.desk, at)).work(steps=1)
    assert posts(world, provider, asked) == []
    assert world.carry(asked)[0].outcome == "delivered"
    assert outcomes(world, asked)[:2] == ["SubmissionIntended", "SubmissionNotSent"]


def test_a_key_that_is_not_configured(world: World) -> None:
    """Without the account's key nothing is recorded and nothing is lost; with it the request is delivered."""
    asked = world.ask(**ALONE)

    def no_key(_account: Any) -> Any:
        raise KlingUnreachable("no key with this fingerprint is configured", hint="configure it")

    world.with_desk(kling_for=no_key).work(steps=2)
    assert world.types(asked) == ["GenerationRequested", "PlanCompiled"]
    assert "no key" in world.note(asked)
    assert world.carry(asked)[0].outcome == "delivered"
