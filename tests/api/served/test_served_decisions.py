"""Deciding about generations over HTTP: takes, approval, cancel and retry, refused with state and reason where it must be."""

from __future__ import annotations

from typing import Any

import pytest

from registry.deciders.generation import EndGeneration, OpenSubmission
from registry.deciders.submission import IntendSubmission
from registry.events.envelope import Context
from registry.events.submission import SubmissionIntended
from tests.api.served.serving import Served, problem

DIGEST = "5f" * 32


def asked(service: Served, production: str, **more: Any) -> dict[str, Any]:
    body = {"production": production, "action": "A lantern drifts over a river.", **more}
    answer = service.post("/v1/generations", body)
    assert answer.status_code == 202, answer.text
    card: dict[str, Any] = answer.json()
    return card


def decide(service: Served, card: dict[str, Any], what: str, body: Any, **options: Any) -> Any:
    return service.post(f"/v1/generations/{card['id']}/{what}", body, **options)


def do(service: Served, *commands: Any) -> None:
    service.continuity.registry.handle(service.continuity.studio, commands, context=Context("test"))


def submit(service: Served, card: dict[str, Any], account: str) -> None:
    """Its paid call is on its way."""
    submission = service.continuity.registry.make_id("submission")
    intent = SubmissionIntended(
        **{"subject": card["id"], "external_task_id": f"s-{submission[11:]}", "account": account},
        **{"key_fingerprint": "x", "host": "http://127.0.0.1:9", "route": "text2video", "model": "kling-v3"},
        **{"plan_digest": DIGEST, "wire_digest": DIGEST, "bytes": 1, "send_deadline": 1, "epoch": 1},
    )
    do(
        service,
        OpenSubmission(stream=card["id"], submission=submission),
        IntendSubmission(stream=submission, intent=intent),
    )


def test_takes_name_each_other(service: Served, production: str) -> None:
    """The answer is the first take's; each take names all of them."""
    first = asked(service, production, takes=3)
    others = [service.get(f"/v1/generations/{name}").json() for name in first["all_takes"]]

    assert first["all_takes"][0] == first["id"]
    assert [(card["take"], card["all_takes"]) for card in others] == [
        (number, first["all_takes"]) for number in (1, 2, 3)
    ]
    alone = asked(service, production)
    assert alone["all_takes"] == [alone["id"]]


def test_an_approval_is_answered_and_hurries_the_work(service: Served, production: str) -> None:
    """The card says who approved up to which price, and a worker finds the work due at once."""
    registry = service.continuity.registry
    card = asked(service, production, approval=True)
    while (lease := registry.claim(owner="w", lease_us=60_000_000)) is not None and lease.work != card["id"]:
        registry.release(lease, due=registry.clock() + 3_600_000_000, note="", progressed=False)
    assert lease is not None
    registry.release(lease, due=registry.clock() + 3_600_000_000, note="waits", progressed=False)
    approval = {"plan_digest": card["plan_digest"], "ceiling_units": "4"}
    answer = decide(service, card, "approve", approval).json()

    assert (answer["stage"], answer["ceiling_units"]) == ("planned", "4")
    assert answer["approved_by"] == service.get("/v1/me").json()["key"]
    claimed = registry.claim(owner="w", lease_us=60_000_000)
    assert claimed is not None
    assert claimed.work == card["id"]


def test_approvals_that_do_not_fit_are_refused(service: Served, production: str) -> None:
    """Another plan, a ceiling below the estimate and a wrong stage are refused with state and reason, and nothing is written."""
    waiting, planned = asked(service, production, approval=True), asked(service, production)
    before, right = service.position(), waiting["plan_digest"]
    other = decide(service, waiting, "approve", {"plan_digest": DIGEST, "ceiling_units": "9"})
    told = problem(other, 409, "another-plan")
    assert (told["state"], right in told["detail"]) == ("approval", True)
    low = decide(service, waiting, "approve", {"plan_digest": right, "ceiling_units": "2.9"})
    told = problem(low, 422, "invalid")
    assert (told["state"], told["needed_units"]) == ("approval", "3")
    early = decide(service, planned, "approve", {"plan_digest": right, "ceiling_units": "9"})
    told = problem(early, 409, "wrong-stage")
    assert (told["state"], bool(told["hint"])) == ("planned", True)
    for body in ({"plan_digest": "x", "ceiling_units": "9"}, {"plan_digest": right}, {}):
        problem(decide(service, waiting, "approve", body), 422, "invalid-request")
    assert service.position() == before


def test_a_cancel_ends_what_was_not_sent(service: Served, production: str) -> None:
    """It ends as cancelled; the same key answers the same again, and another cancel is refused with the state."""
    card, key = asked(service, production), {"Idempotency-Key": "cancel-once"}
    first = decide(service, card, "cancel", {"reason": "cut"}, headers=key)
    again = decide(service, card, "cancel", {"reason": "cut"}, headers=key)

    assert (first.json()["outcome"], first.json()["reason"], first.json()["note"]) == ("cancelled", "cut", "")
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    refused = problem(decide(service, card, "cancel", {"reason": "cut"}), 409, "wrong-stage")
    assert (refused["state"], "cancelled" in refused["detail"]) == ("ended", True)


def test_a_cancel_after_submission_is_a_note(service: Served, production: str, account: str) -> None:
    """It says that the paid task is followed to its end, and writes the wish once."""
    card = asked(service, production)
    submit(service, card, account)
    noted = decide(service, card, "cancel", {"reason": "cut"}).json()
    position = service.position()
    decide(service, card, "cancel", {"reason": "cut again"})

    assert (noted["cancel_wanted"], noted["outcome"], noted["stage"]) == (True, None, "submitting")
    assert "followed to its end" in noted["note"]
    assert service.position() == position


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x", "force": True}, None])
def test_a_cancel_says_why(service: Served, production: str, body: Any) -> None:
    """Without a reason nothing is cancelled."""
    card = asked(service, production)
    assert decide(service, card, "cancel", body).status_code == 422
    assert service.get(f"/v1/generations/{card['id']}").json()["outcome"] is None


def test_a_retry_is_a_new_generation_with_changes(service: Served, production: str) -> None:
    """202 with a place to follow it; it names the earlier one, and the same key asks once."""
    card = asked(service, production, framing="wide shot")
    running = problem(decide(service, card, "retry", {"changes": {}}), 409, "wrong-stage")
    assert running["state"] == "planned"
    do(service, EndGeneration(stream=card["id"], outcome="refused", reason="x"))
    key, changes = {"Idempotency-Key": "retry-once"}, {"changes": {"framing": None, "duration": 6}}
    again = decide(service, card, "retry", changes, headers=key)
    new = service.get(again.headers["location"]).json()

    assert (again.status_code, new["retry_of"], new["stage"]) == (202, card["id"], "planned")
    assert (new["request"]["framing"], new["request"]["duration"]) == (None, 6)
    assert decide(service, card, "retry", changes, headers=key).json()["id"] == new["id"]


def test_changes_that_make_no_request_are_named(service: Served, production: str) -> None:
    """Every place is reported under changes; a patch of any depth or kind is no failure of ours."""
    card = asked(service, production)
    do(service, EndGeneration(stream=card["id"], outcome="refused", reason="x"))
    bad = problem(
        decide(service, card, "retry", {"changes": {"colour": 1, "takes": 0}}), 422, "invalid-request"
    )
    deep: Any = 1
    for _ in range(60):
        deep = {"accept": deep}

    assert {one["path"] for one in bad["errors"]} == {"$.changes.colour", "$.changes.takes"}
    assert decide(service, card, "retry", {"changes": deep}).status_code == 422
    assert decide(service, card, "retry", {"changes": [1]}).status_code == 422
    assert decide(service, {"id": "x"}, "retry", {"changes": {}}).status_code == 404


def test_a_request_beyond_the_budget_is_refused(service: Served, account: str) -> None:
    """The refusal names what is left and what it takes; the preview says it as a finding beside the price of all takes."""
    show = service.made("/v1/productions", {"name": "Poor", "account": account})["id"]
    service.change("PUT", f"/v1/productions/{show}/budget", {"units": "5"})
    body = {"production": show, "action": "A lantern drifts.", "takes": 2}
    told = problem(service.post("/v1/generations", body), 409, "budget-exceeded")
    shown = service.http.post("/v1/generations/preview", json=body).json()

    assert (told["left_units"], told["needed_units"]) == ("5", "6")
    assert (shown["sendable"], shown["estimate"]["units"], shown["total"]["units"]) == (False, "3", "6")
    assert "E421" in [finding["rule"] for finding in shown["findings"]]
    dear = problem(
        service.post("/v1/generations", {**body, "takes": 1, "max_units": "2"}), 409, "max-units-exceeded"
    )
    assert dear["errors"][0]["path"] == "$.max_units"


def test_the_plan_that_was_seen_or_none(service: Served, production: str) -> None:
    """Who names the plan of a preview gets that one; another is refused with the preview as it is now, and nothing is written.

    A repeat of what was taken meets its first answer, whatever the plan would be by then.
    """
    scene = service.made("/v1/scenes", {"production": production, "name": "x", "setting": "a river"})["id"]
    body = {"scene": scene, "cast": [], "action": "A lantern drifts."}
    seen = service.http.post("/v1/generations/preview", json=body).json()
    wanted = body | {"plan_digest": seen["plan_digest"], "accepted_by": "Ana Ruiz"}
    once = {"Idempotency-Key": "seen-and-wanted"}
    first = service.post("/v1/generations", wanted, headers=once).json()
    service.change("PATCH", f"/v1/scenes/{scene}", {"setting": "a lake"})
    before = service.position()

    told = problem(service.post("/v1/generations", wanted), 409, "plan-changed")
    shown = service.http.post("/v1/generations/preview", json=wanted).json()
    again = service.post("/v1/generations", wanted, headers=once).json()

    assert (first["plan_digest"], again["id"]) == (seen["plan_digest"], first["id"])
    assert told["errors"][0]["path"] == "$.plan_digest"
    assert told["preview"]["plan_digest"] != seen["plan_digest"]
    assert told["preview"] == shown
    assert (shown["sendable"], [one["rule"] for one in shown["findings"] if one["severity"] == "E"]) == (
        False,
        ["E426"],
    )
    assert service.position() == before
    newer = wanted | {"plan_digest": shown["plan_digest"]}
    assert service.post("/v1/generations", newer).json()["plan_digest"] == shown["plan_digest"]
