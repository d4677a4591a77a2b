"""A person's decision about a paid call over HTTP: right, refused, repeated, malformed, and by two people at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import pytest

from api.bodies import Resolution
from generation.worker import Worker
from registry.deciders.submission import NoteOnSubmission, ResolveQuarantine
from registry.errors import AlreadyRegistered
from registry.events.envelope import Context
from registry.events.submission import SubmissionQuarantined
from tests.api.served.serving import Served, problem, running
from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import KEYS

ABSENT = {"decision": "declare_absent", "reason": "support found nothing", "evidence": "ticket 4711"}
ABANDON = {"decision": "abandon", "reason": "the scene was cut"}
_LANTERNS = count(1)
BARE = {"model_name": "kling-v3", "prompt": "Rain.", "duration": "5", "mode": "std"}


@pytest.fixture(scope="module", name="kling")
def kling_fixture() -> Iterator[Sandbox]:
    with sandbox() as started:
        yield started


@pytest.fixture(scope="module", name="service")
def service_fixture(kling: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service on the sandbox's account; its worker works when a test says so, and looks again after half a minute."""
    settings = {
        "KLING_BASE_URL": kling.url,
        "KLING_API_KEY": "",
        "KLING_ACCESS_KEY": KEYS.access_key,
        "KLING_SECRET_KEY": KEYS.secret_key,
        "CONTINUITY_POLL_FIRST_SECONDS": "0.05",
    }
    with running(tmp_path_factory.mktemp("service"), **settings) as started:
        yield started


@pytest.fixture(autouse=True)
def forgiven(kling: Sandbox) -> Iterator[None]:
    yield
    kling.forgive()


def work_until(service: Served, generation: str, state: str) -> None:
    """Work until the paid call is in that state, or the generation has that outcome."""
    worker, end = Worker(service.continuity.desk(), owner="w", sleep=time.sleep), time.monotonic() + 20
    while True:
        card = service.get(f"/v1/generations/{generation}").json()
        paid = card["submission_card"]
        if state in (card["outcome"], paid and paid["state"]):
            return
        assert time.monotonic() < end, card
        if not worker.work_once():
            time.sleep(0.02)


def quarantined(service: Served, kling: Sandbox, production: str, *, accepted: bool) -> dict[str, Any]:
    """A quarantined paid call, of which the provider has a task or not; the card."""
    ours = {"prompt_contains": f"lantern {next(_LANTERNS)}."}
    kling.order(do="drop_after_accept" if accepted else "drop_before_accept", match=ours)
    kling.order(on="query", do="http_status", status=500, match=ours)
    shot = {"production": production, "action": f"A {ours['prompt_contains']}"}
    asked = service.post("/v1/generations", shot).json()["id"]
    work_until(service, asked, "unknown")
    kling.forgive()
    paid = service.get(f"/v1/generations/{asked}").json()["submission"]
    note = NoteOnSubmission(stream=paid, event=SubmissionQuarantined(reason="not found by itself"))
    service.continuity.registry.handle(service.continuity.studio, [note], context=Context("test"))
    card: dict[str, Any] = service.get(f"/v1/submissions/{paid}").json()
    assert card["state"] == "quarantined"
    return card


def decide(service: Served, card: dict[str, Any], body: dict[str, Any], **options: Any) -> httpx.Response:
    return service.post(f"/v1/submissions/{card['id']}/resolve", body, **options)


def adopt(task: str) -> dict[str, Any]:
    return {"decision": "adopt", "task_id": task, "reason": "in the console", "evidence": "page 3"}


def task_of(kling: Sandbox, card: dict[str, Any]) -> str:
    return str(kling.ledger(card["external_task_id"])[0]["task_id"])


def bare_task(kling: Sandbox) -> str:
    """A task somebody made without any external id."""
    token = {"Authorization": f"Bearer {KEYS.token(time.time())}"}
    made = httpx.post(
        f"{kling.url}/v1/videos/text2video", json=BARE, headers=token, trust_env=False, verify=False
    )
    return str(made.json()["data"]["task_id"])


def test_a_task_is_adopted(service: Served, kling: Sandbox, production: str) -> None:
    """Adopted: confirmed at once by whose key it was, with reason and evidence in the log; the worker goes on and delivers."""
    card = quarantined(service, kling, production, accepted=True)
    task, before = task_of(kling, card), service.position()
    answer = decide(service, card, adopt(task))

    assert (answer.status_code, answer.json()["state"], answer.json()["task_id"]) == (200, "confirmed", task)
    decided, confirmed = service.get("/v1/events", params={"after": before}).json()["items"]
    assert decided["body"] == {**adopt(task)}
    assert decided["actor"] == service.get("/v1/me").json()["key"]
    assert confirmed["body"]["via"] == "operator"
    work_until(service, card["subject"], "delivered")
    assert len(kling.ledger(card["external_task_id"])) == 1


def test_what_is_declared_absent_goes_again(service: Served, kling: Sandbox, production: str) -> None:
    """Declared absent: the worker sends the same bytes under the same id at once, and delivers."""
    card = quarantined(service, kling, production, accepted=False)

    assert decide(service, card, ABSENT).json()["state"] == "absent"
    work_until(service, card["subject"], "delivered")
    sent = kling.ledger(card["external_task_id"])
    assert [post["accepted"] for post in sent] == [False, True]
    assert {post["body_sha256"] for post in sent} == {card["wire_digest"]}


def test_what_is_abandoned_ends(service: Served, kling: Sandbox, production: str) -> None:
    """Abandoned: the generation ends so with the reason, nothing is sent, and its price counts as spent."""
    card = quarantined(service, kling, production, accepted=False)

    assert decide(service, card, ABANDON).json()["state"] == "closed"
    work_until(service, card["subject"], "abandoned")
    assert service.get(f"/v1/generations/{card['subject']}").json()["reason"] == ABANDON["reason"]
    assert len(kling.ledger(card["external_task_id"])) == 1
    settled = service.get("/v1/events", params={"type": "BudgetSettled", "limit": 500}).json()["items"][-1]
    assert (settled["body"]["submission"], settled["body"]["basis"]) == (card["id"], "assumed")


def test_a_task_that_is_not_ours_is_not_adopted(service: Served, kling: Sandbox, production: str) -> None:
    """Tasks the account lacks, tasks of another id, ours instead of the task's, and tasks confirmed elsewhere are refused."""
    card = quarantined(service, kling, production, accepted=False)
    other = quarantined(service, kling, production, accepted=True)
    before = service.position()
    for task, why in (
        ("862931", "has no task"),
        (task_of(kling, other), other["external_task_id"]),
        (other["external_task_id"], "is no task's id"),
    ):
        refused = problem(decide(service, card, adopt(task)), 409, "task-not-adoptable")
        assert (why in refused["detail"], refused["state"]) == (True, "quarantined")
    assert service.position() == before

    assert decide(service, other, adopt(task_of(kling, other))).status_code == 200
    refused = problem(decide(service, card, adopt(task_of(kling, other))), 409, "another-task")
    assert other["id"] in refused["detail"]
    assert service.get(f"/v1/submissions/{card['id']}").json() == card


def test_a_task_without_any_id_is_adopted_once(service: Served, kling: Sandbox, production: str) -> None:
    """A task that bears no external id may be adopted, by one submission: the database itself refuses a second."""
    first, second = (quarantined(service, kling, production, accepted=False) for _ in range(2))
    task = bare_task(kling)

    assert decide(service, first, adopt(task)).json()["task_id"] == task
    problem(decide(service, second, adopt(task)), 409, "another-task")
    unchecked = ResolveQuarantine(stream=second["id"], decision="adopt", reason="at once", task_id=task)
    with pytest.raises(AlreadyRegistered):
        service.continuity.registry.handle(service.continuity.studio, [unchecked], context=Context("test"))


def test_an_unreachable_provider_decides_nothing(service: Served, kling: Sandbox, production: str) -> None:
    """When the provider cannot say whether it has the task, that is named, and nothing is written."""
    card = quarantined(service, kling, production, accepted=True)
    before = service.position()
    kling.order(on="query", do="http_status", status=503, match={"task_id": task_of(kling, card)})
    refused = decide(service, card, adopt(task_of(kling, card)))

    assert "503" in problem(refused, 503, "kling-unreachable")["detail"]
    assert (service.position(), "retry-after" in refused.headers) == (before, True)


def test_a_repeated_decision_is_one(service: Served, kling: Sandbox, production: str) -> None:
    """Under its key it is answered again without asking the provider; the same decision under a new key changes nothing."""
    card = quarantined(service, kling, production, accepted=True)
    key, body = {"Idempotency-Key": f"once-{card['id']}"}, adopt(task_of(kling, card))
    first, before = decide(service, card, body, headers=key), service.position()
    kling.order(on="query", do="http_status", status=503)

    assert decide(service, card, body, headers=key).content == first.content
    assert decide(service, card, body).content == first.content
    assert service.position() == before
    problem(decide(service, card, ABANDON, headers=key), 422, "idempotency-key-reused")


def test_two_people_decide_at_once(service: Served, kling: Sandbox, production: str) -> None:
    """One wins; the other is told the state that led to."""
    card = quarantined(service, kling, production, accepted=False)
    answers: list[httpx.Response] = []

    def say(body: dict[str, Any]) -> None:
        answers.append(decide(service, card, body))

    said = [threading.Thread(target=say, args=(body,)) for body in (ABSENT, ABANDON)]
    for one in said:
        one.start()
    for one in said:
        one.join()

    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert won.status_code == 200
    assert problem(lost, 409, "step-not-allowed")["state"] == won.json()["state"]
    types = [
        event["type"] for event in service.get("/v1/events", params={"stream": card["id"]}).json()["items"]
    ]
    assert types.count("QuarantineResolved") == 1


def test_only_quarantined_calls_are_decided(service: Served, kling: Sandbox, production: str) -> None:
    """What the protocol settles by itself is refused with its state; a stale version and an unknown id are told as such."""
    card = quarantined(service, kling, production, accepted=True)
    stale = decide(service, card, ABANDON, headers={"If-Match": f'"{card["version"] - 1}"'})
    problem(stale, 412, "version-conflict")
    assert decide(service, card, adopt(task_of(kling, card))).status_code == 200

    assert problem(decide(service, card, ABANDON), 409, "step-not-allowed")["state"] == "confirmed"
    problem(decide(service, {"id": "submission_01jd0000000000000000000001"}, ABANDON), 404, "not-found")
    problem(decide(service, {"id": "nope"}, ABANDON), 404, "not-found")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"decision": "retry"}, "$.decision"),
        ({"reason": ""}, "$.reason"),
        ({"reason": "no"}, "$.reason"),
        ({"task_id": "1"}, "$.task_id"),
        ({"decision": "adopt"}, "$.task_id"),
        ({"decision": "adopt", "task_id": "../../account"}, "$.task_id"),
        ({"resend": True}, "$.resend"),
    ],
    ids=str,
)
def test_malformed_decisions_name_the_place(
    service: Served, kling: Sandbox, production: str, change: dict[str, Any], place: str
) -> None:
    """Unknown decisions, empty reasons, tasks where none belong and unknown fields are refused, and nothing is half done."""
    card = quarantined(service, kling, production, accepted=False)
    before = service.position()
    refused = decide(service, card, {**ABANDON, **change})

    assert refused.status_code == 422
    assert [error["path"] for error in refused.json()["errors"]] == [place]
    assert service.position() == before


def test_the_quarantined_are_listed(service: Served, kling: Sandbox, production: str) -> None:
    """`state=quarantined` lists those that wait for a person; the documented example decides."""
    card = quarantined(service, kling, production, accepted=False)
    listed = {"state": "quarantined", "limit": 500}

    assert card in service.get("/v1/submissions", params=listed).json()["items"]
    [example] = Resolution.model_config["json_schema_extra"]["examples"]  # type: ignore[index,call-overload]
    assert decide(service, card, example).status_code == 200
    assert card["id"] not in [
        item["id"] for item in service.get("/v1/submissions", params=listed).json()["items"]
    ]
