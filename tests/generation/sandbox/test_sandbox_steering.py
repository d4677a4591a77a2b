"""The ledger, the clock, the accounts, and what survives a restart."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from generation.sandbox import DEFAULT_ACCOUNT, MediaMissing, SandboxSettings, create_app
from generation.sandbox.clock import VirtualClock
from generation.sandbox.journal import Journal


def test_the_ledger_holds_every_post(sandbox: Any) -> None:
    """Every create POST is an entry with the digest of its exact bytes; units stand there once the task ended."""
    body = b'{"model_name": "kling-v3",   "prompt": "A kite.", "external_task_id": "exact"}'
    sandbox.client.post("/v1/videos/text2video", content=body)
    sandbox.client.post("/v1/videos/text2video", content=body)
    sandbox.client.post("/v1/videos/omni-video", content=b"{", headers={"authorization": "Bearer x"})
    before = sandbox.ledger()
    sandbox.advance(200)
    after = sandbox.ledger(account="first", external_task_id="exact")

    assert [(e["number"], e["code"], e["accepted"]) for e in before] == [
        (1, 0, True),
        (2, 1201, False),
        (3, 1002, False),
    ]
    assert {e["body_sha256"] for e in after} == {hashlib.sha256(body).hexdigest()}
    assert [e["billed_units"] for e in before] == [None, None, None]
    assert [e["billed_units"] for e in after] == ["3", None]
    assert [e["number"] for e in sandbox.ledger(after=2)] == [3]


def test_accounts_show_elements_and_no_secrets(sandbox: Any) -> None:
    """The steering surface names keys and elements, never a secret."""
    answer = sandbox.client.get("/sandbox/v1/accounts")
    first = answer.json()["accounts"][0]

    assert first["access_key"] == DEFAULT_ACCOUNT.access_key
    assert [e["name"] for e in first["elements"]][:2] == ["Mina", "Jun"]
    assert DEFAULT_ACCOUNT.secret_key not in answer.text
    assert DEFAULT_ACCOUNT.api_key not in answer.text


@pytest.mark.parametrize("order", [b"{", b'{"advance_seconds": -1}', b'{"speed": -1}', b'{"back": 1}'])
def test_the_clock_only_goes_forward(sandbox: Any, order: bytes) -> None:
    """Orders that would turn time back, or that cannot be read, are refused."""
    assert sandbox.client.post("/sandbox/v1/clock", content=order).status_code == 400


def test_the_virtual_clock() -> None:
    """It follows real time, jumps, stops and hurries; it never runs back, even when real time does."""
    real = [100.0]
    clock = VirtualClock(lambda: real[0])

    real[0] = 101.0
    followed = clock.now()
    clock.advance(10)
    clock.set_speed(0)
    real[0] = 200.0
    stopped = clock.now()
    clock.set_speed(2)
    real[0] = 205.0
    hurried = clock.now()
    clock.set_speed(1)
    real[0] = 50.0

    assert (followed, stopped, hurried, clock.now()) == (101.0, 111.0, 121.0, 121.0)
    for wrong in (clock.advance, clock.set_speed):
        with pytest.raises(ValueError, match="cannot"):
            wrong(-1)


def test_a_restart_forgets_nothing(serve: Any, tmp_path: Path) -> None:
    """A sandbox on the same folder knows tasks, ledger and spent units again, and a torn last line spoils nothing."""
    settings = SandboxSettings(data_folder=tmp_path, submitted_seconds=100, processing_seconds=100)
    first = serve(settings)
    first.create(external_task_id="old")
    first.advance(500)
    late = first.create(external_task_id="late").json()["data"]
    with (tmp_path / "tasks.jsonl").open("ab") as torn:
        torn.write(b'{"task_id": "17')
    second = serve(settings)
    again = second.create(external_task_id="old")
    new = second.create(external_task_id="new").json()["data"]

    assert second.task("old")["task_status"] == "succeed"
    assert second.task("late")["task_status"] == "submitted"
    assert again.json()["message"] == "External_task_id old already exists"
    assert int(new["task_id"]) > int(late["task_id"])
    assert len(Journal(tmp_path).tasks()) == 3
    assert [e["external_task_id"] for e in second.ledger()] == ["old", "late", "old", "new"]


def test_without_pyav(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyAV a sandbox with films does not start, and says what to do; one without films does."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(MediaMissing, match="extra 'media'"):
        create_app(SandboxSettings())


def test_films_can_be_off(serve: Any) -> None:
    """With media off tasks still succeed, and their URLs answer 404."""
    sandbox = serve(SandboxSettings(media=False, submitted_seconds=0, processing_seconds=0))
    made = sandbox.create(external_task_id="x").json()["data"]

    assert (made["task_status"], sandbox.task("x")["task_status"]) == ("submitted", "succeed")
    assert httpx.get(sandbox.task("x")["task_result"]["videos"][0]["url"]).status_code == 404


def test_the_process(tmp_path: Path) -> None:
    """`python -m generation.sandbox` writes its port when it answers, and stops on a signal."""
    port_file = tmp_path / "port"
    command = [sys.executable, "-m", "generation.sandbox", "--port-file", str(port_file), "--no-media"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 15
        while not port_file.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        health = httpx.get(f"http://127.0.0.1:{port_file.read_text()}/sandbox/v1/health").json()
    finally:
        process.terminate()
        _, said = process.communicate(timeout=10)

    assert health == {"status": "ok", "version": 1, "media": False, "underway": 0}
    assert "runs without films" in said
