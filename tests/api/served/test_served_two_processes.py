"""Two service processes on one PostgreSQL: a change sent to both at once under one key happens once, and both say so."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.api.served.serving import problem
from tests.servers.homes import url_of

COMMAND = [sys.executable, "-m", "api.cli"]
ROUNDS = 15


@contextmanager
def started(port: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """One process of the service, which writes its port down once it answers."""
    line = [*COMMAND, "serve", "--port", "0", "--port-file", str(port)]
    with subprocess.Popen(line, env=environment) as process:
        try:
            yield process
        finally:
            process.terminate()


def asking(process: subprocess.Popen[bytes], port: Path, key: str) -> httpx.Client:
    while not port.exists():
        assert process.poll() is None
        time.sleep(0.05)
    headers, url = {"Authorization": f"Bearer {key}"}, f"http://127.0.0.1:{port.read_text()}"
    return httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=30)


@pytest.fixture
def both(on_postgres: Path) -> Iterator[list[httpx.Client]]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CONTINUITY_")},
        "CONTINUITY_DATA": str(on_postgres / "data"),
        "DATABASE_URL": url_of(on_postgres),
    }
    bootstrap = [*COMMAND, "keys", "bootstrap", "--holder", "test"]
    told = subprocess.run(bootstrap, env=environment, capture_output=True, text=True, check=True)
    ports = [on_postgres / name for name in ("one", "other")]
    with ExitStack() as open_:
        processes = [open_.enter_context(started(port, environment)) for port in ports]
        callers = [asking(*each, told.stdout.strip()) for each in zip(processes, ports, strict=True)]
        yield [open_.enter_context(caller) for caller in callers]


def test_a_key_sent_to_both_at_once_is_one_change(both: list[httpx.Client]) -> None:
    """Round after round: one event, the same answer byte for byte, and one of the two says that it is a repeat."""
    together = threading.Barrier(2)

    def send(caller: httpx.Client, number: int, name: str) -> httpx.Response:
        together.wait(30)
        body = {"depicts": "fictional", "name": name}
        return caller.post("/v1/characters", json=body, headers={"Idempotency-Key": f"twin-{number}"})

    with ThreadPoolExecutor(2) as threads:
        for number in range(ROUNDS):
            twins = [*threads.map(lambda one, number=number: send(one, number, f"Extra {number}"), both)]
            assert [one.status_code for one in twins] == [201, 201], [one.text for one in twins]
            assert len({(one.content, one.headers["location"]) for one in twins}) == 1
            assert sum("idempotency-replayed" in one.headers for one in twins) == 1
    made = both[0].get("/v1/events", params={"type": "CharacterIntroduced", "limit": 200}).json()["items"]
    assert [one["body"]["name"] for one in made] == [f"Extra {number}" for number in range(ROUNDS)]


def test_a_key_is_one_change_s_in_both(both: list[httpx.Client]) -> None:
    """What one process took under a key, the other refuses under another body."""
    named = {"Idempotency-Key": "taken"}
    one, other = both
    assert one.post("/v1/characters", json={"depicts": "fictional", "name": "Mina"}, headers=named).is_success
    refused = other.post("/v1/characters", json={"depicts": "fictional", "name": "Jun"}, headers=named)
    problem(refused, 422, "idempotency-key-reused")
