"""An account the provider refuses: what stops, the one alarm, the probe that finds out, and what only a person ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from generation.holding import SCOPE_OF_CODE, after_send
from generation.kling.outcomes import HTTP_OF_CODE, KIND_OF_CODE
from registry.deciders.account import HoldAccount, ResumeAccount
from registry.events.account import AccountHeld, AccountResumed
from registry.events.submission import SubmissionRejected
from tests.crash.invariants import check_all
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World

PATIENT = 30.0
ACCOUNT_CODES = sorted(code for code, kind in KIND_OF_CODE.items() if kind == "account")
STALE = (1003, 1004)


def refusal(code: int) -> dict[str, Any]:
    return {"do": "code", "code": code, "status": HTTP_OF_CODE[code], "message": f"refused {code}"}


def patient(world: World) -> World:
    """The same studio, where the account is left alone for long after a refusal."""
    durations = replace(world.desk.durations, hold_first=PATIENT, hold_most=PATIENT)
    return world.with_desk(durations=durations)


def happened(world: World, kind: type[Any]) -> list[Any]:
    return [recorded.event for recorded in world.log() if isinstance(recorded.event, kind)]


def idle(world: World) -> bool:
    """Whether nothing at all is due."""
    return not world.worker().work_once()


def person_holds(world: World, scope: Any, model: str | None = None) -> None:
    held = AccountHeld(scope=scope, by="person", message="audit", model=model)
    world.do(HoldAccount(stream=world.account, held=held))


def person_resumes(world: World, scope: Any, model: str | None = None) -> None:
    world.do(ResumeAccount(stream=world.account, scope=scope, by="person", reason="audit done", model=model))


def test_every_account_code_has_its_scope() -> None:
    """What counts as the account's refusal and what it stops are one list."""
    assert sorted(SCOPE_OF_CODE) == ACCOUNT_CODES


@pytest.mark.parametrize("code", ACCOUNT_CODES)
def test_one_refusal_stops_all_and_one_probe_resumes_it(world: World, provider: Sandbox, code: int) -> None:
    """A refused account is one alarm, in the append of the refusal; nothing more is sent until one probe got through."""
    slow = patient(world)
    asked = [slow.ask(**ALONE) for _ in range(3)]
    provider.order(**refusal(code), times=2 if code in STALE else 1)
    with capture_logs() as logs:
        slow.work(steps=2 if code in STALE else 1)
        assert idle(slow)

    [held] = happened(world, AccountHeld)
    [refused] = world.submissions()
    assert (held.scope, held.by, held.code, held.submission) == (
        SCOPE_OF_CODE[code],
        "provider",
        code,
        refused.id,
    )
    assert [log["log_level"] for log in logs if log["event"] == "account_held"] == ["error"]
    world.clock.pass_by(PATIENT + 1)
    slow.work(steps=1)
    assert [event.by for event in happened(world, AccountResumed)] == ["provider"]
    assert {card.outcome for card in world.carry(*asked)} == {"delivered"}
    check_all(world, provider.ledger())


def test_a_probe_that_is_refused_again_is_no_second_alarm(world: World, provider: Sandbox) -> None:
    """While the account stays refused, one submission at a time asks again after the pause, and nobody is told twice."""
    slow = patient(world)
    asked = [slow.ask(**ALONE) for _ in range(3)]
    provider.order(**refusal(1102), times=3)
    for _ in range(3):
        slow.work(steps=1)
        assert idle(slow)
        world.clock.pass_by(PATIENT + 1)

    assert len(happened(world, AccountHeld)) == 1
    assert [card.state for card in world.submissions()] == ["held"]
    assert {card.outcome for card in world.carry(*asked)} == {"delivered"}
    assert len(happened(world, AccountResumed)) == 1


@pytest.mark.parametrize("code", STALE)
def test_a_stale_token_is_made_anew_once(world: World, provider: Sandbox, code: int) -> None:
    """A token refused once is no hold: the same bytes go again under the same id with a fresh one."""
    provider.order(**refusal(code))
    card = patient(world).carry(world.ask(**ALONE))[0]

    assert (card.outcome, happened(world, AccountHeld)) == ("delivered", [])
    sent = provider.ledger(world.submission(card.id).external_task_id)
    assert [post["code"] for post in sent] == [code, 0]
    assert len({post["body_sha256"] for post in sent}) == 1


def test_a_person_s_hold_is_not_probed(world: World, provider: Sandbox) -> None:
    """What a person held stands still until a person resumes it, however long that takes."""
    asked = world.ask(**ALONE)
    person_holds(world, "sending")
    world.clock.pass_by(80_000)
    assert idle(world)
    assert world.submissions() == []

    person_resumes(world, "sending")
    assert world.carry(asked)[0].outcome == "delivered"


def test_a_hold_of_one_model_leaves_the_others_alone(world: World, provider: Sandbox) -> None:
    """A model's hold stops that model's paid calls and no other's."""
    asked = world.ask(**ALONE)
    person_holds(world, "model", "another-model")
    assert world.carry(asked)[0].outcome == "delivered"

    later = world.ask(**ALONE)
    person_holds(world, "model", world.card(later).model)
    assert idle(world)
    person_resumes(world, "model", world.card(later).model)
    assert world.carry(later)[0].outcome == "delivered"


def test_a_refused_key_makes_polls_wait_and_a_poll_that_works_resumes(
    world: World, provider: Sandbox
) -> None:
    """A poll that is refused for the key holds everything, once; the next that works lets all of it go on."""
    provider.clock(speed=0)
    asked = world.ask(**ALONE)
    world.work_until(lambda: [card.state for card in world.submissions()] == ["confirmed"])
    provider.order(on="query", **refusal(1002), times=2)
    slow = patient(world)
    world.clock.pass_by(10)
    slow.work(steps=1)
    assert [held.scope for held in happened(world, AccountHeld)] == ["everything"]
    assert idle(slow)
    provider.clock(speed=1)
    world.clock.pass_by(PATIENT * 3)
    slow.work(steps=1)
    world.clock.pass_by(PATIENT * 3)

    assert slow.carry(asked)[0].outcome == "delivered"
    assert [resumed.by for resumed in happened(world, AccountResumed)] == ["provider"]
    assert len(happened(world, AccountHeld)) == 1


def test_a_final_refusal_says_nothing_about_the_money(world: World) -> None:
    """A refusal for good may come before the balance is looked at, so it ends a hold of the key and none of the money."""
    for scope, code in (("everything", 1002), ("sending", 1102)):
        held = AccountHeld(scope=scope, by="provider", message="no", code=code)  # type: ignore[arg-type]
        world.do(HoldAccount(stream=world.account, held=held))
    account = world.registry.state(world.studio, world.account).state
    before = world.registry.state(world.studio, "submission_01jd0000000000000000000001").state
    final = SubmissionRejected(kind="final", http=400, code=1301, message="no")
    commands = after_send(final, account, before, stream=world.account, model="m", submission="submission_x")

    assert [(command.scope, command.model) for command in commands] == [("everything", None)]  # type: ignore[attr-defined]
