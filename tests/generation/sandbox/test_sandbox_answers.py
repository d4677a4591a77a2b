"""Every row of the table of what can happen to a create can be ordered, and the ledger knows what was truly accepted."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

CODES = [
    *((401, code) for code in range(1000, 1005)),
    *((429, code) for code in (1100, 1101, 1102, 1302, 1303, 1304)),
    *((400, code) for code in (1200, 1201, 1300, 1301)),
    *((403, 1103), (404, 1202), (404, 1203), (500, 5000), (503, 5001), (504, 5002)),
    *((200, 1302), (500, 1302), (400, 5000), (418, 99999)),
]


@pytest.mark.parametrize(("status", "code"), CODES)
@pytest.mark.parametrize("accept", [False, True])
def test_every_business_code(sandbox: Any, status: int, code: int, accept: bool) -> None:
    """Each code comes with the HTTP status that was ordered, its own or a wrong one, and accepts only on order."""
    sandbox.order(do="code", status=status, code=code, message="as ordered", accept=accept)
    answer = sandbox.create(external_task_id="x")
    (entry,) = sandbox.ledger(external_task_id="x")

    assert (answer.status_code, answer.json()["code"], "data" in answer.json()) == (status, code, False)
    assert (entry["http_status"], entry["code"], entry["accepted"]) == (status, code, accept)
    assert len(sandbox.tasks()) == accept


@pytest.mark.parametrize("status", [301, 302, 408, 413, 500, 502, 503, 504])
def test_bare_statuses(sandbox: Any, status: int) -> None:
    """A status without an envelope, as something between us and the vendor would send it."""
    sandbox.order(do="http_status", status=status, accept=True)
    answer = sandbox.create(external_task_id="x")

    assert (answer.status_code, answer.content) == (status, b"")
    assert [task["external_task_id"] for task in sandbox.tasks()] == ["x"]


@pytest.mark.parametrize(
    ("fault", "task_id", "echo"),
    [
        ({"do": "echo_missing"}, True, None),
        ({"do": "echo_other"}, True, "of-another-task"),
        ({"do": "echo_other", "external_task_id": "theirs"}, True, "theirs"),
        ({"do": "no_task_id"}, False, "x"),
    ],
)
def test_ids_in_the_answer(sandbox: Any, fault: dict[str, Any], task_id: bool, echo: str | None) -> None:
    """An accepted create may be answered with code 0 and without its ids, or with another's."""
    sandbox.order(**fault)
    answer = sandbox.create(external_task_id="x").json()
    (entry,) = sandbox.ledger(external_task_id="x")

    assert (answer["code"], "task_id" in answer["data"]) == (0, task_id)
    assert answer["data"]["task_info"].get("external_task_id") == echo
    assert (entry["accepted"], entry["fault"]) == (True, fault["do"])


def test_a_lookup_may_echo_another_id(sandbox: Any) -> None:
    """A look-up may answer with another task's name too."""
    sandbox.create(external_task_id="x")
    sandbox.order(on="lookup", do="echo_other", external_task_id="y")

    assert [sandbox.task("x")["task_info"]["external_task_id"] for _ in range(2)] == ["y", "x"]


@pytest.mark.parametrize(
    "order",
    [
        {"do": "hide"},
        {"do": "lag", "on": "lookup"},
        {"do": "invent", "on": "lookup"},
        {"do": "repeat", "on": "create"},
        {"do": "code", "on": "callback"},
        {"do": "no_task_id", "accept": False},
        {"do": "code", "after_bytes": 1, "accept": True},
        {"do": "delay", "after_bytes": 1},
        {"do": "http_status", "on": "lookup", "after_bytes": 1},
        {"do": "other_length", "on": "result", "seconds": 1000},
        {"do": "units", "on": "list", "units": "-1"},
        {"do": "redirect", "location": "http://a\r\nb: c"},
    ],
)
def test_deeds_at_the_wrong_moment(sandbox: Any, order: dict[str, Any]) -> None:
    """A deed that means nothing where it is ordered is refused and not queued."""
    assert sandbox.order(**order).status_code == 400
    assert sandbox.client.get("/sandbox/v1/faults").json()["faults"] == []


def test_the_truth_behind_lost_answers(sandbox: Any) -> None:
    """Ledger and truth name task, digest and units of what was accepted, whatever the caller was told."""
    for fault in (
        {"do": "drop_after_accept"},
        {"do": "html", "status": 502, "accept": True},
        {"do": "no_task_id"},
    ):
        sandbox.order(**fault)
    for name in "abc":
        try:
            sandbox.create(external_task_id=name)
        except httpx.RemoteProtocolError:
            continue
    sandbox.advance(200)
    tasks = {task["external_task_id"]: task for task in sandbox.tasks()}

    assert sorted(tasks) == ["a", "b", "c"]
    assert {(task["status"], task["billed_units"]) for task in tasks.values()} == {("succeed", "3")}
    for entry in sandbox.ledger():
        task = tasks[entry["external_task_id"]]
        assert (entry["accepted"], entry["task_id"], entry["billed_units"]) == (True, task["task_id"], "3")
        assert (len(entry["body_sha256"]), entry["whole"]) == (64, True)
