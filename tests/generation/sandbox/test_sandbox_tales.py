"""What look-ups and lists tell, when they are ordered not to tell the truth."""

from __future__ import annotations

from typing import Any

import pytest


def statuses(sandbox: Any, name: str, times: int) -> list[str]:
    return [sandbox.task(name)["task_status"] for _ in range(times)]


def names(tasks: list[dict[str, Any]]) -> list[str | None]:
    return [task["task_info"].get("external_task_id") for task in tasks]


def test_a_new_task_is_hidden_for_a_while(sandbox: Any) -> None:
    """A lag ordered for one create hides that task from look-ups, lists or both, for virtual seconds."""
    for name, where in (("a", "lookup"), ("b", "list"), ("c", "both")):
        sandbox.order(do="lag", seconds=60, where=where, match={"external_task_id": name})
        sandbox.create(external_task_id=name)
    found = [sandbox.client.get(f"/v1/videos/text2video/{name}").json()["code"] for name in "abc"]
    listed = names(sandbox.listed())
    sandbox.advance(60)

    assert (found, listed) == ([1201, 0, 1201], ["a"])
    assert names(sandbox.listed()) == ["c", "b", "a"]
    assert sandbox.task("c")["task_status"] == "submitted"
    assert [task["external_task_id"] for task in sandbox.tasks()] == ["a", "b", "c"]


def test_a_lag_joins_a_lost_answer(sandbox: Any) -> None:
    """Faults that change the task join one that changes the answer, on the same request."""
    sandbox.order(do="lag", seconds=60)
    sandbox.order(do="http_status", status=504, accept=True)
    answer = sandbox.create(external_task_id="x")

    assert (answer.status_code, sandbox.ledger()[0]["fault"]) == (504, "lag+http_status")
    assert sandbox.client.get("/v1/videos/text2video/x").json()["code"] == 1201


def test_a_task_that_comes_and_goes(sandbox: Any) -> None:
    """A look-up may deny a task that exists as often as ordered, with the vendor's status or another."""
    sandbox.create(external_task_id="x")
    sandbox.order(on="lookup", do="hide", times=2, skip=1)
    sandbox.order(on="lookup", do="hide", status=404, match={"external_task_id": "x"})
    answers = [sandbox.client.get("/v1/videos/text2video/x") for _ in range(5)]

    assert [a.status_code for a in answers] == [404, 400, 400, 200, 200]
    assert {a.json()["code"] for a in answers[:3]} == {1201}
    assert names(sandbox.listed()) == ["x"]


def test_states_go_backwards(sandbox: Any) -> None:
    """A task that was seen further may be told to be where it was, in a word nobody knows, or at another end."""
    sandbox.create(external_task_id="x")
    sandbox.order(on="lookup", do="status", word="submitted", match={"status": "processing"}, skip=1)
    sandbox.order(on="lookup", do="status", word="processing", match={"status": "succeed"}, skip=1)
    sandbox.order(on="lookup", do="status", word="resting", match={"status": "succeed"}, skip=1)
    sandbox.order(on="lookup", do="status", word="failed", match={"status": "succeed"}, skip=1)
    sandbox.advance(150)
    early = statuses(sandbox, "x", 3)
    sandbox.advance(150)

    assert early == ["processing", "submitted", "processing"]
    assert statuses(sandbox, "x", 5) == ["succeed", "processing", "resting", "failed", "succeed"]
    assert sandbox.tasks()[0]["status"] == "succeed"


@pytest.mark.parametrize(
    ("word", "message", "units", "results"),
    [("succeed", "", "0", True), ("failed", "Failure to pass the risk control system", "0", False)],
)
def test_an_end_before_the_end(sandbox: Any, word: str, message: str, units: str, results: bool) -> None:
    """An end that is told too early looks like one, and bills nothing yet."""
    sandbox.create(external_task_id="x")
    sandbox.order(on="query", do="status", word=word)
    told = sandbox.task("x")

    assert (told["task_status"], told["task_status_msg"]) == (word, message)
    assert (told["final_unit_deduction"], "task_result" in told) == (units, results)


def test_lists_hide_tasks(sandbox: Any) -> None:
    """A list may leave out the tasks that match, before it is cut into pages; look-ups still know them."""
    for name in "abcd":
        sandbox.create(external_task_id=name, prompt=f"kite {name}")
    sandbox.order(on="list", do="hide", match={"external_task_id": "c"}, times=2)
    sandbox.order(on="list", do="hide", match={"prompt_contains": "kite z"})

    assert names(sandbox.listed(pageSize=2)) == ["d", "b"]
    assert names(sandbox.listed(pageSize=2, pageNum=2)) == ["a"]
    assert names(sandbox.listed()) == ["d", "c", "b", "a"]
    assert sandbox.task("c")["task_status"] == "submitted"
    sandbox.order(on="list", do="hide")
    assert sandbox.listed() == []


def test_lists_invent_tasks(sandbox: Any) -> None:
    """A list may hold tasks that nobody made: nameless ones, or one bearing a name of ours and another id."""
    mine = sandbox.create(external_task_id="mine").json()["data"]["task_id"]
    sandbox.order(on="list", do="invent", count=2, word="succeed", units="4.5", times=2)
    foreign = sandbox.listed()[:2]
    assert [task["task_id"] for task in sandbox.listed()[:2]] == [task["task_id"] for task in foreign]

    sandbox.order(on="list", do="invent", external_task_id="mine", task_id="77")
    twins = sandbox.listed()

    assert [(t["task_info"], t["task_status"], t["final_unit_deduction"]) for t in foreign] == [
        ({}, "succeed", "4.5")
    ] * 2
    assert [(t["task_id"], t["task_info"]["external_task_id"]) for t in twins] == [
        ("77", "mine"),
        (mine, "mine"),
    ]
    assert [task["task_id"] for task in sandbox.tasks()] == [mine]


def test_how_often_is_no_part_of_an_invented_id(sandbox: Any) -> None:
    """Orders that differ only in `times` and `skip` invent the same ids, so that a test can order one more of the same."""
    told = []
    for how_often in ({}, {"times": 3}, {"skip": 1}):
        sandbox.order(on="list", do="invent", word="processing", **how_often)
        told.append([task["task_id"] for page in (sandbox.listed(), sandbox.listed()) for task in page[:1]])
        sandbox.client.delete("/sandbox/v1/faults")
    sandbox.order(on="list", do="invent", word="resting")

    once, thrice, second = told
    assert (once, thrice, second) == (once[:1], once * 2, once)
    assert sandbox.listed()[0]["task_id"] not in once


def test_units_may_differ(sandbox: Any) -> None:
    """Lists may tell a charge that was not made, and hide one that was; the truth stays in the ledger."""
    for name in "ab":
        sandbox.create(external_task_id=name)
    sandbox.advance(150)
    sandbox.order(on="list", do="units", units="9.25", match={"external_task_id": "a"})
    open_ones = sandbox.listed()
    sandbox.advance(150)
    sandbox.order(on="list", do="units", units="0", match={"external_task_id": "a"})
    ended = sandbox.listed()

    assert [task.get("final_unit_deduction") for task in open_ones] == [None, "9.25"]
    assert [task["final_unit_deduction"] for task in ended] == ["3", "0"]
    assert [entry["billed_units"] for entry in sandbox.ledger()] == ["3", "3"]


def test_a_fault_on_a_lookup_waits_for_the_asked_id(sandbox: Any) -> None:
    """A look-up of an unknown id can be made to say 500: the id that was asked for is what matches."""
    sandbox.order(on="lookup", do="http_status", status=503, match={"external_task_id": "nobody"})
    sandbox.order(on="list", do="code", status=401, code=1004)

    asked = [
        sandbox.client.get(f"/v1/videos/text2video/{name}").status_code for name in ("x", "nobody", "nobody")
    ]
    lists = [sandbox.client.get("/v1/videos/text2video").status_code for _ in range(2)]
    assert (asked, lists) == ([400, 503, 400], [401, 200])
