"""Misbehaviour on order, over real connections."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from generation.sandbox import DEFAULT_ACCOUNT, SandboxSettings, create_app


@pytest.mark.parametrize(("do", "made"), [("drop_before_accept", 0), ("drop_after_accept", 1), ("stall", 1)])
def test_cut_connections(sandbox: Any, do: str, made: int) -> None:
    """A cut create gets no byte of answer; whether a task exists afterwards is what was ordered."""
    sandbox.order(do=do, seconds=0.05)

    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        sandbox.create(external_task_id="cut")

    entry = sandbox.ledger()[0]
    assert len(sandbox.client.get("/v1/videos/text2video").json()["data"]) == made
    assert (entry["accepted"], entry["http_status"], entry["fault"]) == (bool(made), None, do)


@pytest.mark.parametrize(
    ("fault", "status", "start", "made"),
    [
        ({"do": "code", "code": 1302, "status": 429, "message": "slow down"}, 429, b'{"code":1302,"mes', 0),
        ({"do": "code", "code": 5000, "status": 500, "accept": True}, 500, b'{"code":5000', 1),
        ({"do": "html", "status": 502}, 502, b"<html>", 0),
        ({"do": "http_status", "status": 503}, 503, b"", 0),
        ({"do": "http_status", "status": 504, "accept": True}, 504, b"", 1),
        ({"do": "truncate_json"}, 200, b'{"code":0', 1),
    ],
)
def test_wrong_answers(sandbox: Any, fault: dict[str, Any], status: int, start: bytes, made: int) -> None:
    """Ordered answers replace the right one, and carry the create out only when they should."""
    sandbox.order(**fault)
    answer = sandbox.create()

    assert (answer.status_code, answer.content.startswith(start)) == (status, True)
    assert len(sandbox.client.get("/v1/videos/text2video").json()["data"]) == made
    if fault["do"] == "truncate_json":
        with pytest.raises(ValueError, match=r"JSON|Expecting|Unterminated|EOF"):
            answer.json()


def test_a_delayed_answer(sandbox: Any) -> None:
    """A delayed answer is the right one, later."""
    sandbox.order(do="delay", seconds=0.2)
    began = time.monotonic()
    answer = sandbox.create()

    assert (answer.json()["code"], time.monotonic() - began >= 0.2) == (0, True)


def test_a_failing_task(sandbox: Any) -> None:
    """An ordered failure is accepted first and ends with the vendor's words, or the ordered ones."""
    sandbox.order(do="fail_task", times=1)
    sandbox.order(do="fail_task", message="out of film")
    for name in "ab":
        sandbox.create(external_task_id=name)
    sandbox.advance(200)

    ends = [(sandbox.task(name)["task_status"], sandbox.task(name)["task_status_msg"]) for name in "ab"]
    assert ends == [("failed", "Failure to pass the risk control system"), ("failed", "out of film")]
    assert "task_result" not in sandbox.task("a")


def test_faults_wait_for_their_match(sandbox: Any) -> None:
    """A fault takes only the request it names, as often as it was ordered, and can be called off."""
    sandbox.order(do="http_status", match={"external_task_id": "b"})
    sandbox.order(do="http_status", match={"prompt_contains": "storm"}, route="text2video", times=2)
    sandbox.order(do="http_status", on="query", times=9)

    plain = [sandbox.create(external_task_id=name).status_code for name in "ab"]
    stormy = [sandbox.create(prompt="a storm").status_code for _ in range(3)]
    queried = sandbox.client.get("/v1/videos/text2video/a").status_code
    forgotten = sandbox.client.delete("/sandbox/v1/faults").json()["forgotten"]

    assert (plain, stormy, queried, forgotten) == ([200, 500], [500, 500, 200], 500, 1)
    assert sandbox.client.get("/v1/videos/text2video/a").status_code == 200


def test_a_fault_behind_an_acceptance_waits_for_one(sandbox: Any) -> None:
    """A create that is refused anyway does not use up a fault that shows after acceptance."""
    sandbox.order(do="drop_after_accept")
    refused = sandbox.create(duration="2")

    assert refused.json()["code"] == 1201
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.create()


def test_downloads_misbehave_too(sandbox: Any) -> None:
    """Results can be cut or refused on order, and are whole afterwards."""
    sandbox.create(external_task_id="x")
    sandbox.advance(200)
    url = sandbox.task("x")["task_result"]["videos"][0]["url"]
    sandbox.order(on="result", do="http_status", status=503, match={"external_task_id": "x"})
    sandbox.order(on="result", do="drop_before_accept")

    assert httpx.get(url).status_code == 503
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url)
    assert httpx.get(url).status_code == 200


@pytest.mark.parametrize(
    "order",
    [
        b"{",
        b"[]",
        b'{"do": "explode"}',
        b'{"do": "delay", "colour": 1}',
        b'{"do": "delay", "seconds": -1}',
        b'{"do": "fail_task", "on": "query"}',
        b'{"do": "drop_before_accept", "accept": true}',
    ],
)
def test_orders_that_make_no_sense(sandbox: Any, order: bytes) -> None:
    """A fault that cannot be read or contradicts itself is refused and not queued."""
    answer = sandbox.client.post("/sandbox/v1/faults", content=order)

    assert (answer.status_code, bool(answer.json()["problems"])) == (400, True)
    assert sandbox.client.get("/sandbox/v1/faults").json()["faults"] == []


def test_a_cut_in_process() -> None:
    """Without a socket a cut is the error the application raises, never an answer."""
    with TestClient(create_app(SandboxSettings())) as client:
        client.headers["authorization"] = f"Bearer {DEFAULT_ACCOUNT.api_key}"
        client.post("/sandbox/v1/faults", json={"do": "drop_before_accept"})

        with pytest.raises(ConnectionAbortedError):
            client.post("/v1/videos/text2video", json={"model_name": "kling-v3", "prompt": "A kite."})
