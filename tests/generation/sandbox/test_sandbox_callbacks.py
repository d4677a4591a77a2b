"""Callbacks: every status change is told once, signed when there is a secret, and wrongly only on order."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from generation.sandbox import SandboxSettings
from generation.sandbox.signatures import sign
from tests.generation.sandbox.listening import SECRET, Listener


def tell(sandbox: Any, listener: Listener, *orders: dict[str, Any], expected: int) -> list[str]:
    """What is told about one task from its making to its end, under these orders."""
    for order in orders:
        assert sandbox.order(on="callback", **order).status_code == 201
    sandbox.create(external_task_id="x", callback_url=listener.url)
    sandbox.advance(150)
    sandbox.advance(150)
    sandbox.until(lambda: len(listener.got) >= expected)
    return listener.told


def test_every_status_change_is_told(sandbox: Any, listener: Listener) -> None:
    """Three callbacks in the legacy shape: no envelope, one per status, results and units only with the last."""
    told = tell(sandbox, listener, expected=3)
    bodies = [json.loads(body) for _, _, body in listener.got]
    truth, (path, headers, _) = sandbox.tasks()[0], listener.got[0]

    assert (told, path) == (["submitted", "processing", "succeed"], "/callbacks/kling/s/t?x=1")
    assert {body["task_id"] for body in bodies} == {truth["task_id"]}
    assert [("task_result" in body, body.get("final_unit_deduction")) for body in bodies] == [
        (False, None),
        (False, None),
        (True, "3"),
    ]
    assert sorted(bodies[2]["task_result"]["videos"][0]) == ["duration", "id", "url"]
    assert [body["updated_at"] - truth["created_at"] for body in bodies] == [0, 100_000, 200_000]
    assert "webhook-signature" not in headers


def test_the_new_shape(sandbox: Any, listener: Listener) -> None:
    """An account may be told in the shape of the newer interface."""
    sandbox.habits(callback_shape="new")
    told = tell(sandbox, listener, expected=3)
    last = json.loads(listener.got[2][2])

    assert told == ["submitted", "processing", "succeeded"]
    assert ("task_id" in last, last["external_id"], last["outputs"][0]["type"]) == (False, "x", "video")
    assert last["billing"] == [{"charge_type": "unit", "amount": "3"}]


def test_the_vendors_own_signature() -> None:
    """The signature of the vendor's published example comes out as published (contract 9)."""
    body = (
        b'{"id":"1234567890","status":"succeeded","message":"",'
        b'"create_time":1781080778802,"update_time":1781080794151}'
    )
    signature = sign(SECRET, webhook_id="9876543210", timestamp=1781080794, body=body)

    assert signature == "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4="


def test_signatures(sandbox: Any, listener: Listener) -> None:
    """With a secret every callback is signed over its exact bytes, unless it is ordered unsigned or wrongly signed."""
    sandbox.habits(account="first", webhook_secret=SECRET)
    tell(
        sandbox,
        listener,
        {"do": "unsigned", "match": {"status": "processing"}},
        {"do": "wrong_signature", "match": {"status": "succeed"}},
        expected=3,
    )

    assert listener.signed(0)
    assert "webhook-signature" not in listener.got[1][1]
    assert not listener.signed(2)
    assert abs(int(listener.got[0][1]["webhook-timestamp"]) - time.time()) < 60
    assert SECRET not in sandbox.client.get("/sandbox/v1/habits").text


@pytest.mark.parametrize(
    ("orders", "told"),
    [
        ([{"do": "repeat", "match": {"status": "processing"}}], "submitted processing processing succeed"),
        (
            [{"do": "repeat", "count": 2, "match": {"status": "succeed"}}],
            "submitted processing succeed succeed succeed",
        ),
        ([{"do": "hold", "match": {"status": "submitted"}}], "processing submitted succeed"),
        ([{"do": "hold", "match": {"status": "processing"}}], "submitted succeed processing"),
        ([{"do": "withhold"}, {"do": "hold", "match": {"status": "succeed"}}], "processing succeed"),
        ([{"do": "status", "word": "failed", "match": {"status": "processing"}}], "submitted failed succeed"),
        ([{"do": "status", "word": "odd"}, {"do": "repeat"}], "odd odd processing succeed"),
        ([{"do": "other_shape", "match": {"status": "succeed"}}], "submitted processing succeeded"),
    ],
)
def test_wrong_callbacks(sandbox: Any, listener: Listener, orders: list[dict[str, Any]], told: str) -> None:
    """Callbacks come twice, in another order, not at all, or with another status, as ordered; orders join."""
    assert tell(sandbox, listener, *orders, expected=len(told.split())) == told.split()
    assert sandbox.task("x")["task_status"] == "succeed"


def test_a_late_callback(sandbox: Any, listener: Listener) -> None:
    """A delayed callback comes behind later ones."""
    orders = {"do": "delay", "seconds": 0.4, "match": {"status": "submitted"}}

    assert tell(sandbox, listener, orders, expected=3) == ["processing", "succeed", "submitted"]


def test_nothing_is_tried_again(sandbox: Any, listener: Listener) -> None:
    """A callback that is answered with an error, or by nobody, is not repeated, and the sandbox says how it went."""
    listener.status = 500
    tell(sandbox, listener, expected=3)
    sandbox.create(external_task_id="deaf", callback_url="http://127.0.0.1:9/x")
    sandbox.create(external_task_id="far", callback_url="http://192.0.2.1/x")
    sandbox.create(external_task_id="tls", callback_url="https://127.0.0.1/x")

    def all_tried() -> list[dict[str, Any]]:
        tried: list[dict[str, Any]] = sandbox.client.get("/sandbox/v1/callbacks").json()["callbacks"]
        return tried if len(tried) >= 6 else []

    tried = {(e["external_task_id"], e["status"]): e for e in sandbox.until(all_tried)}
    assert [tried["x", status]["answered"] for status in ("submitted", "processing", "succeed")] == [500] * 3
    assert "refused" in tried["deaf", "submitted"]["problem"]
    for name in ("far", "tls"):
        assert "loopback only" in tried[name, "submitted"]["problem"]
    assert len(listener.got) == 3


def test_a_restart_tells_only_what_is_new(serve: Any, listener: Listener, tmp_path: Path) -> None:
    """A sandbox on the folder of an earlier one tells what happens from now on, and nothing a second time."""
    settings = SandboxSettings(data_folder=tmp_path, submitted_seconds=100, processing_seconds=100)
    first = serve(settings)
    first.create(external_task_id="x", callback_url=listener.url)
    first.until(lambda: len(listener.got) == 1)
    second = serve(settings)
    second.advance(300)
    second.until(lambda: len(listener.got) >= 3)

    assert listener.told == ["submitted", "processing", "succeed"]
