"""Looking tasks up: only a clear yes is Found, only the vendor's own words are Absent, the rest says nothing."""

from __future__ import annotations

import pytest

from generation.kling.client import Absent, Found, NoInformation, Page
from tests.generation.kling import scripted
from tests.generation.kling.scripted import EXTERNAL, ScriptedServer, answering, envelope, seconds_of

TASK = {
    "task_id": "830000000000000001",
    "task_status": "succeed",
    "task_info": {"external_task_id": EXTERNAL},
    "task_result": {"videos": [{"id": "v", "url": "https://cdn/x.mp4", "duration": 5.041}]},
    "final_unit_deduction": "1.8",
    "created_at": 1,
    "something_new": {"kept": True},
}
GONE = envelope(1201, f"Task not found by id/external id: {EXTERNAL}")


def look(make_client, script, wanted: str = EXTERNAL):
    with ScriptedServer(script) as server:
        return make_client(server.url).task("text2video", wanted), server


@pytest.mark.parametrize("wanted", [EXTERNAL, "830000000000000001"])
@pytest.mark.parametrize("shape", ["object", "array"])
def test_a_task_is_found_by_either_id(shape, wanted, make_client) -> None:
    """Given a task under the vendor's id or ours, it comes back with everything known and unknown about it."""
    data = TASK if shape == "object" else [{"task_id": "1", "task_status": "failed"}, TASK]
    found, server = look(make_client, answering(200, envelope(data=data)), wanted)
    assert isinstance(found, Found)
    assert (found.task.external_task_id, found.task.is_ended) == (EXTERNAL, True)
    assert (found.task.videos[0].duration, found.task.final_unit_deduction) == ("5.041", "1.8")
    assert found.task.model_dump()["something_new"] == {"kept": True}
    assert server.talks[0].head.startswith(f"GET /v1/videos/text2video/{wanted} HTTP/1.1".encode())


@pytest.mark.parametrize("status", [400, 200])
def test_only_the_vendors_own_words_make_a_task_absent(status, make_client) -> None:
    """1201 with "not found" and our id is Absent, with the request id as evidence."""
    assert look(make_client, answering(status, GONE))[0] == Absent("r-1")


NOTHING = {
    "another 1201": answering(400, envelope(1201, f"{EXTERNAL} is busy")),
    "another id": answering(400, envelope(1201, "Task not found by id/external id: s-other")),
    "a longer id": answering(400, envelope(1201, f"Task not found by id/external id: {EXTERNAL}9")),
    "absent under 500": answering(500, GONE),
    "1203": answering(404, envelope(1203, "not found")),
    "credentials": answering(401, envelope(1002, "no")),
    "throttled": answering(429, envelope(1302, "slow")),
    "html": answering(200, b"<html>"),
    "other task": answering(200, envelope(data={"task_id": "2", "task_status": "succeed"})),
    "null data": answering(200, envelope(data=None)),
    "empty list": answering(200, envelope(data=[])),
    "broken task": answering(200, envelope(data={**TASK, "task_result": 7})),
    "reset": scripted.reset_at_once,
    "redirect": answering(302, location="http://127.0.0.1:1/"),
    "short": scripted.raw(b"HTTP/1.1 400 X\r\ncontent-length: 900\r\n\r\n" + GONE),
}


@pytest.mark.parametrize("case", NOTHING)
def test_everything_else_is_no_information(case, make_client) -> None:
    """Refusals, faults and strange answers prove neither that the task exists nor that it does not."""
    found, server = look(make_client, NOTHING[case])
    assert isinstance(found, NoInformation)
    assert found.why
    assert len(server.talks) == 1


@pytest.mark.parametrize("script", [scripted.stalling, scripted.dripping], ids=lambda s: s.__name__)
def test_a_read_ends_at_its_own_deadline(script, make_client) -> None:
    """A stalled or dripping read is NoInformation within 0.3 s of `read_seconds`."""
    results = []
    with ScriptedServer(script) as server:
        client = make_client(server.url, read_seconds=0.3)
        took = seconds_of(lambda: results.append(client.task("omni-video", "1")), at_most=0.6)
    assert all(isinstance(result, NoInformation) for result in results)
    assert took < 0.6


@pytest.mark.parametrize("wanted", ["", ".", "..", "a/b", "a?b", "a b", "é", "x" * 201, "a\r\nb"])
def test_what_cannot_be_an_id_is_not_asked(wanted, make_client) -> None:
    """An id that would read as another path is never put into one."""
    assert isinstance(make_client("http://127.0.0.1:9").task("omni-video", wanted), NoInformation)


def test_a_page_holds_tasks_and_counts_what_it_cannot_read(make_client) -> None:
    """One broken entry does not hide the others."""
    with ScriptedServer(answering(200, envelope(data=[TASK, {"task_id": ""}, 5]))) as server:
        page = make_client(server.url).tasks("omni-video", page=2, size=500)
    assert isinstance(page, Page)
    assert ([task.task_id for task in page.tasks], page.unreadable) == ([TASK["task_id"]], 2)
    assert b"GET /v1/videos/omni-video?pageNum=2&pageSize=500 HTTP/1.1" in server.talks[0].head


@pytest.mark.parametrize(("page", "size"), [(0, 30), (1001, 30), (1, 0), (1, 501)])
def test_a_page_outside_the_vendors_range_is_not_asked(page, size, make_client) -> None:
    """Contract 5.2: pageNum 1-1000, pageSize 1-500."""
    assert isinstance(make_client("http://127.0.0.1:9").tasks("omni-video", page, size), NoInformation)
