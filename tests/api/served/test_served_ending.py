"""Service and worker as processes that are told to stop: what they finish, what they let go, and how they leave."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import select

from api.auth import issue_key
from api.bootstrap import Continuity, open_continuity
from api.settings import Settings
from registry.log.tables import LEASES
from tests.api.served.serving import NOWHERE, png, running
from tests.servers.homes import SERVED, equip
from tests.servers.sandbox import ROOT, Sandbox, free_port, sandbox
from tests.servers.world import KEYS

BOUND = 60.0
"""Nothing here takes this long unless it hangs."""


@dataclass
class Running:
    """A process of ours and what it wrote down."""

    process: subprocess.Popen[bytes]
    log: Path

    def until(self, good: Callable[[], bool]) -> None:
        deadline = time.monotonic() + BOUND
        while not good():
            assert time.monotonic() < deadline, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.02)

    def tell(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def left(self) -> int:
        return self.process.wait(BOUND)

    def lines(self, event: str) -> list[dict[str, Any]]:
        lines = [orjson.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in lines if line["event"] == event]


@contextmanager
def started(folder: Path, *arguments: str, **settings: str) -> Iterator[Running]:
    environment = {**os.environ, **NOWHERE, "CONTINUITY_DATA": str(folder / "data"), **settings}
    log = folder / "log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "api.cli", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
        )
    try:
        yield Running(process, log)
    finally:
        process.kill()
        process.wait()


@dataclass
class Reached:
    """A service of its own process, and a key to it."""

    run: Running
    http: httpx.Client

    def ready(self) -> int:
        return self.http.get("/health/ready").status_code


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Reached]:
    port_file = folder / "port"
    data = {"CONTINUITY_DATA": str(equip(folder / "data", SERVED))}
    continuity = open_continuity(Settings.from_environment({**NOWHERE, **data}))
    key = issue_key(continuity.registry, continuity.studio, "tester")
    continuity.close()
    with started(folder, "serve", "--port", "0", "--port-file", str(port_file), **settings) as run:
        run.until(port_file.exists)
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "one"}
        url = f"http://127.0.0.1:{port_file.read_text()}"
        with httpx.Client(
            base_url=url, headers=headers, trust_env=False, timeout=BOUND, verify=False
        ) as http:
            yield Reached(run, http)


class Slowly:
    """An upload whose second half waits until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.picture = png()
        self.answer: httpx.Response | None = None

    def __iter__(self) -> Iterator[bytes]:
        yield self.picture[:100]
        self.begun.set()
        self.go_on.wait(BOUND)
        yield self.picture[100:]

    def send(self, http: httpx.Client) -> threading.Thread:
        headers = {"Content-Type": "image/png", "Content-Length": str(len(self.picture))}

        def run() -> None:
            try:
                self.answer = http.post("/v1/assets", content=iter(self), headers=headers)
            except httpx.TransportError:
                self.answer = None

        thread = threading.Thread(target=run)
        thread.start()
        assert self.begun.wait(BOUND)
        return thread


def test_a_service_that_is_told_to_stop_ends_in_order(tmp_path: Path) -> None:
    """First it is not ready and still serves, who waits is answered, what is under way is finished; then it leaves with 0."""
    with serving(tmp_path, CONTINUITY_DRAIN_SECONDS="3") as service:
        assert service.ready() == 200
        polls: list[httpx.Response] = []
        poll = threading.Thread(
            target=lambda: polls.append(service.http.get("/v1/events?after=0&type=ClipRecorded&wait=3600"))
        )
        poll.start()
        upload = Slowly()
        uploading = upload.send(service.http)
        service.run.tell()
        service.run.until(lambda: service.ready() == 503)
        assert service.http.get("/health/ready").json()["checks"] == {"service": "it is stopping"}
        assert service.http.get("/v1/me").status_code == 200
        poll.join(BOUND)
        upload.go_on.set()
        uploading.join(BOUND)
        assert service.run.left() == 0

    assert [answer.json()["items"] for answer in polls] == [[]]
    assert upload.answer is not None
    assert upload.answer.status_code == 201
    assert len(service.run.lines("service_stops")) == 1
    statuses = {(line["route"], line["status"]) for line in service.run.lines("request")}
    assert {("/v1/events", 200), ("/v1/assets", 201), ("/v1/me", 200)} <= statuses
    reopened = open_continuity(
        Settings.from_environment({**NOWHERE, "CONTINUITY_DATA": str(tmp_path / "data")})
    )
    assert kept(reopened) == 1
    reopened.close()


def kept(continuity: Continuity) -> int:
    events = continuity.registry.feed.after(continuity.studio, 0, limit=100, type="AssetRegistered")
    return len(events)


def test_what_takes_too_long_is_left(tmp_path: Path) -> None:
    """A request that does not end within the bound does not keep the service: it leaves with 0, and its caller asks again."""
    with serving(tmp_path, CONTINUITY_DRAIN_SECONDS="0", CONTINUITY_STOP_SECONDS="1") as service:
        upload = Slowly()
        uploading = upload.send(service.http)
        service.run.tell()
        assert service.run.left() == 0
        upload.go_on.set()
        uploading.join(BOUND)

    assert upload.answer is None or upload.answer.status_code >= 500


def test_a_service_that_is_told_twice_ends_at_once(tmp_path: Path) -> None:
    """The second signal ends it, whatever is under way, as if nobody had heard it."""
    with serving(tmp_path, CONTINUITY_DRAIN_SECONDS="600", CONTINUITY_STOP_SECONDS="600") as service:
        upload = Slowly()
        uploading = upload.send(service.http)
        service.run.tell()
        service.run.until(lambda: service.ready() == 503)
        service.run.tell()
        assert service.run.left() == -signal.SIGTERM
        upload.go_on.set()
        uploading.join(BOUND)


@pytest.fixture(scope="module")
def kling() -> Iterator[Sandbox]:
    with sandbox() as provider:
        yield provider


@contextmanager
def asked(folder: Path, kling: Sandbox) -> Iterator[dict[str, str]]:
    """A generation is asked for in a studio on the sandbox; what its worker must be told."""
    settings = {
        "KLING_BASE_URL": kling.url,
        "KLING_API_KEY": "",
        "KLING_ACCESS_KEY": KEYS.access_key,
        "KLING_SECRET_KEY": KEYS.secret_key,
    }
    with running(folder / "data", **settings) as service:
        service.made("/v1/accounts", {"name": "main", "region": "sandbox"})
        production = service.made("/v1/productions", {"name": "Café"})["id"]
        service.post(
            "/v1/generations", {"production": production, "action": "A lantern drifts over a river."}
        )
    yield settings


def left_behind(folder: Path, settings: dict[str, str]) -> tuple[list[str], list[bool]]:
    """Once its processes are gone: the types of all events of paid calls, and of each lease whether it was let go."""
    given = {**NOWHERE, "CONTINUITY_DATA": str(folder / "data"), **settings}
    continuity = open_continuity(Settings.from_environment(given))
    events = continuity.registry.feed.after(continuity.studio, 0, limit=1000)
    with continuity.registry.reading() as connection:
        leases = connection.execute(select(LEASES.c.expires)).scalars().all()
    continuity.close()
    types = [one.type for one in events if one.stream.startswith("submission_")]
    return types, [expires == 0 for expires in leases]


def test_a_worker_that_is_told_to_stop_hears_the_outcome_first(tmp_path: Path, kling: Sandbox) -> None:
    """In the middle of a paid call it waits for the answer, writes it down, lets the work go, and leaves with 0."""
    with asked(tmp_path, kling) as settings:
        before = len(kling.ledger())
        kling.order(do="delay", seconds=3)
        with started(tmp_path, "worker", CONTINUITY_LOG_LEVEL="debug", **settings) as worker:
            worker.until(lambda: kling.underway() > 0 or len(kling.ledger()) > before)
            worker.tell()
            assert worker.left() == 0
    assert left_behind(tmp_path, settings) == (["SubmissionIntended", "SubmissionConfirmed"], [True])
    assert len(worker.lines("worker_ends")) == 1


def test_a_worker_that_is_told_twice_ends_at_once(tmp_path: Path, kling: Sandbox) -> None:
    """The second signal does not wait for the answer; the outcome is looked up by the next worker, as after any crash."""
    with asked(tmp_path, kling) as settings:
        kling.order(do="delay", seconds=20)
        with started(tmp_path, "worker", **settings) as worker:
            worker.until(lambda: kling.underway() > 0)
            while worker.process.poll() is None:  # two that come together are heard as one
                worker.tell()
                time.sleep(0.05)
            assert worker.left() == -signal.SIGTERM
    assert left_behind(tmp_path, settings) == (["SubmissionIntended"], [False])


def test_a_worker_serves_its_own_metrics(tmp_path: Path) -> None:
    """At a port of its own, on the loopback; idle, it ends as soon as it is told."""
    with running(tmp_path / "data"):
        pass
    port = free_port()
    with started(tmp_path, "worker", CONTINUITY_METRICS_PORT=str(port)) as worker:
        pages: list[str] = []

        def read() -> bool:
            try:
                pages.append(
                    httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False, verify=False).text
                )
            except httpx.TransportError:
                return False
            return "continuity_worker_looked_timestamp_seconds 0.0" not in pages[-1]

        worker.until(read)
        worker.tell()
        assert worker.left() == 0
    assert "continuity_append_seconds_count" in pages[-1]
    assert "continuity_slots " not in pages[-1]
