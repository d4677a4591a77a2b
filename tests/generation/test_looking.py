"""An outcome nobody knows: what finds a task, what disproves one, and what is no information at all."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from generation.submission import MOST_DISPROOFS
from registry.deciders.account import AttestKey
from registry.deciders.generation import OpenSubmission, WantCancel
from registry.deciders.submission import IntendSubmission
from registry.events.submission import Look, SubmissionConfirmed, SubmissionIntended
from tests.crash.invariants import check_all
from tests.generation.unknown import (
    BEGUN,
    OVER,
    counting,
    disproofs,
    hidden,
    posts,
    quarantined,
    reached,
    submission_types,
    unknown,
)
from tests.registry.events.golden import example
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, SHORT, World, new_id

RESENDING = {"text2video": "same_id_after_disproof"}


def via(world: World) -> list[str]:
    return [told.event.via for told in world.log() if isinstance(told.event, SubmissionConfirmed)]


def test_not_found_before_the_grace_is_over_does_not_count(world: World, provider: Sandbox) -> None:
    """However often a task is not found while a byte may be on its way or not yet visible, it proves nothing."""
    watched, looks = counting(world)
    asked = unknown(watched, provider)
    watched.work(steps=6)

    assert len(looks) >= 6
    assert submission_types(world, asked) == BEGUN
    assert "proves nothing before the grace is over" in world.note(asked)
    assert disproofs(world) == []


def test_three_spaced_looks_and_the_list_disprove(world: World, provider: Sandbox) -> None:
    """After the grace, three looks and one scan of the list disprove it; their times and the answers' names are the proof."""
    slower = world.with_desk(durations=replace(SHORT, look_interval=0.3))
    watched, asked_for = counting(slower)
    asked = unknown(watched, provider)
    deadline = world.registry.state(world.studio, world.submission(asked).id).state.send_deadline
    world.clock.pass_by(OVER)
    del asked_for[:]
    reached(watched, asked, "quarantined")

    [looks] = [disproof.looks for disproof in disproofs(world)]
    by_id = [look for look in looks if look.how == "id"]
    assert [look.how for look in looks] == ["id", "id", "id", "list"]
    assert len(asked_for) == len({look.request_id for look in by_id if look.request_id}) == 3
    assert by_id[0].at > deadline + 90_000_000
    assert all(later.at - earlier.at >= 300_000 for earlier, later in pairwise(by_id))


def test_looks_that_are_hurried_do_not_count(world: World, provider: Sandbox) -> None:
    """A look that was pulled forward is too close to the one before to prove anything; found, it would count."""
    slower = world.with_desk(durations=replace(SHORT, look_interval=30))
    asked = unknown(slower, provider)
    world.clock.pass_by(OVER)
    slower.work(steps=1)
    for _ in range(5):
        world.registry.hurry(world.studio, asked, due=0)
        slower.work(steps=1)

    assert "too soon" in world.note(asked)
    assert submission_types(world, asked) == BEGUN


def test_by_default_a_person_decides(world: World, provider: Sandbox) -> None:
    """Disproved and never resent by itself: it waits for a person, is listed as such, and nothing more is sent."""
    asked = quarantined(world, provider)
    world.work(steps=3)

    assert submission_types(world, asked) == [*BEGUN, "SubmissionDisproved", "SubmissionQuarantined"]
    assert [card.subject for card in world.submissions(state="quarantined")] == [asked]
    assert "waits for a person" in world.note(asked)
    assert posts(world, provider, asked) == [False]


def test_by_policy_the_same_bytes_go_again(world: World, provider: Sandbox) -> None:
    """With the policy of its route, what was disproved goes again under the same id with the same bytes, and is delivered."""
    eager = world.with_desk(resend=RESENDING)
    asked = unknown(eager, provider)
    world.clock.pass_by(OVER)
    card = eager.carry(asked)[0]

    assert card.outcome == "delivered"
    assert submission_types(world, asked)[:5] == [
        *BEGUN,
        "SubmissionDisproved",
        "SubmissionResent",
        "SubmissionConfirmed",
    ]
    sent = provider.ledger(world.submission(asked).external_task_id)
    assert [(post["accepted"], post["body_sha256"]) for post in sent] == [
        (accepted, world.submission(asked).wire_digest) for accepted in (False, True)
    ]
    check_all(world, provider.ledger())


@pytest.mark.parametrize(
    "fault",
    [
        {"do": "code", "code": 1002, "status": 401},
        {"do": "code", "code": 1302, "status": 429},
        {
            "do": "code",
            "code": 1201,
            "status": 400,
            "message": "Task not found by id/external id: s-somebody",
        },
        {"do": "code", "code": 1203, "status": 404},
        {"do": "http_status", "status": 404},
        {"do": "http_status", "status": 503},
        {"do": "html", "status": 200},
        {"do": "truncate_json"},
        {"do": "drop_before_accept"},
    ],
    ids=lambda fault: "-".join(str(value) for value in list(fault.values())[:3]),
)
def test_no_information_disproves_nothing(world: World, provider: Sandbox, fault: dict[str, Any]) -> None:
    """Refused, overloaded, broken and absent answers, and a 1201 about another id, never count, however late or often."""
    asked = unknown(world, provider)
    world.clock.pass_by(OVER)
    provider.order(on="query", times=1000, **fault)
    world.work(steps=5)
    assert submission_types(world, asked) == BEGUN

    provider.forgive()
    watched, asked_for = counting(world)
    reached(watched, asked, "quarantined")
    assert len(asked_for) == 3


def test_a_list_that_does_not_answer_disproves_nothing(world: World, provider: Sandbox) -> None:
    """Looks alone are no proof: without an answer of the list it stays unknown, and is asked on."""
    asked = hidden(world, provider)
    world.clock.pass_by(OVER)
    provider.order(on="query", do="http_status", status=500, times=1000)
    world.work(steps=6)

    assert submission_types(world, asked) == BEGUN
    assert "the list says" in world.note(asked)


def test_a_task_that_only_the_list_shows(world: World, provider: Sandbox) -> None:
    """A task that no question by id finds, but the account's list holds, is adopted from there."""
    asked = hidden(world, provider)
    world.clock.pass_by(OVER)
    reached(world, asked, "confirmed", "processing", "succeeded")
    provider.forgive()

    assert (via(world), disproofs(world)) == (["list"], [])
    assert world.carry(asked)[0].outcome == "delivered"
    check_all(world, provider.ledger())


def test_a_task_that_is_visible_late(world: World, provider: Sandbox) -> None:
    """A task that shows only after several looks, within the grace, is adopted: paid once."""
    eager = world.with_desk(resend=RESENDING)
    watched, looks = counting(eager)
    asked = hidden(watched, provider, times=4)
    reached(watched, asked, "confirmed", "processing", "succeeded")
    card = eager.carry(asked)[0]

    assert (card.outcome, via(world), disproofs(world)) == ("delivered", ["lookup"], [])
    assert len(looks) >= 1 + 4 + 1
    check_all(world, provider.ledger())


@pytest.mark.parametrize("memory", ["", "{broken", "early"])
def test_lost_memory_costs_looks_and_no_truth(world: World, provider: Sandbox, memory: str) -> None:
    """Looks whose memory is lost, unreadable or older than the send are made again."""
    asked = unknown(world, provider)
    world.clock.pass_by(OVER)
    world.work(steps=2)
    early = f"[{Look(how='id', at=1).model_dump_json()}]"
    lease = None
    while lease is None:
        lease = world.registry.claim(owner="forgetful", lease_us=60_000_000)
    forged = early if memory == "early" else memory
    world.registry.release(lease, due=0, note="", progressed=False, memory=forged)
    watched, asked_for = counting(world)
    reached(watched, asked, "quarantined")

    assert len(asked_for) == 3


@pytest.mark.parametrize("foreign", [{"key_fingerprint": "0" * 16}, {"host": "http://127.0.0.1:1"}])
def test_who_did_not_send_cannot_disprove(world: World, provider: Sandbox, foreign: dict[str, str]) -> None:
    """What went out under a key nobody vouched for, or to another host, is a person's: asking here could only say no."""
    asked, paid = world.ask(**ALONE), new_id("submission")
    account = world.registry.state(world.studio, world.account).state
    ours = {"key_fingerprint": account.key_fingerprint, "host": account.host}
    fields: dict[str, Any] = {"subject": asked, "account": world.account, "route": "text2video"}
    intent = example("SubmissionIntended", **(fields | ours | foreign))
    assert isinstance(intent, SubmissionIntended)
    world.do(OpenSubmission(stream=asked, submission=paid), IntendSubmission(stream=paid, intent=intent))
    watched, asked_for = counting(world)
    reached(watched, asked, "quarantined")

    assert (world.types(paid)[1:], asked_for) == (["SubmissionUnknown", "SubmissionQuarantined"], [])
    assert next(iter(foreign.values())) in world.submission(asked).reason


def test_a_rotated_key_may_disprove(world: World, provider: Sandbox) -> None:
    """Once a person vouches that the new key is the same account's, it may look up and disprove what the old one sent."""
    asked = unknown(world, provider)
    world.do(AttestKey(stream=world.account, key_fingerprint="1" * 16, reason="rotated"))
    world.clock.pass_by(OVER)
    reached(world, asked, "quarantined")

    assert len(disproofs(world)) == 1


@pytest.mark.parametrize("resend", [{}, RESENDING], ids=["never", "same id"])
def test_a_wish_to_cancel_is_fulfilled_by_disproof(world: World, provider: Sandbox, resend: Any) -> None:
    """Cancelled while unknown: once disproved it ends as cancelled, without another POST and with its budget free."""
    patient = world.with_desk(resend=resend)
    asked = unknown(patient, provider)
    world.do(WantCancel(stream=asked, reason="the scene was cut"))
    world.clock.pass_by(OVER)
    card = patient.carry(asked)[0]

    assert (card.outcome, posts(world, provider, asked)) == ("cancelled", [False])
    assert submission_types(world, asked) == [*BEGUN, "SubmissionDisproved", "SubmissionClosed"]
    assert world.submission(asked).state == "closed"
    assert world.types(world.production)[-1] == "BudgetReleased"
    check_all(world, provider.ledger())


def test_sends_that_leave_nothing_are_bounded(world: World, provider: Sandbox) -> None:
    """A provider that swallows every send is a person's after so many disproofs, also where the policy resends."""
    eager = world.with_desk(resend=RESENDING)
    provider.order(do="drop_before_accept", times=1000)
    asked = unknown(eager, provider)
    for _ in range(MOST_DISPROOFS):
        reached(eager, asked, "unknown")
        world.clock.pass_by(OVER)
        done = len(disproofs(world))
        eager.work_until(lambda done=done: len(disproofs(world)) > done)  # type: ignore[misc]
    reached(eager, asked, "quarantined")

    assert posts(world, provider, asked) == [False] * MOST_DISPROOFS
    assert f"{MOST_DISPROOFS} times" in world.submission(asked).reason
    check_all(world, provider.ledger())
