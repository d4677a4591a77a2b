"""Starting a sandbox for tests: a provider in a process of its own, on a free loopback port."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import httpx

from tests.servers.programs import SANDBOX, Program, start

ROOT = Path(__file__).parents[2]
QUICK = (
    *("--submitted-seconds", "0.05", "--processing-seconds", "0.1"),
    *("--element-seconds", "0.1", "--voice-seconds", "0.1"),
    *("--slots", "1000"),
)
"""Everything asked for is there within 0.15 s, and the account never runs out of slots."""
_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For nobody, as a sandbox speaks plain HTTP; a client that is given none makes one, which takes longer than to ask."""


class Sandbox:
    """A running provider: its address, what it was told to do wrong, and its own account book."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=f"{url}/sandbox/v1", timeout=20, trust_env=False, verify=_TLS)

    def order(self, **fault: Any) -> None:
        """Queue a fault."""
        answer = self._http.post("/faults", json=fault)
        assert answer.status_code == 201, answer.text

    def forgive(self) -> None:
        """Forget every fault that was not used."""
        self._http.delete("/faults")

    def habits(self, **order: Any) -> None:
        """Change habits of one `account`, or of all: repeated ids, lags, slots, units, callbacks."""
        answer = self._http.post("/habits", json=order)
        assert answer.status_code == 200, answer.text

    def chaos(self, **order: Any) -> None:
        """Begin random misbehaviour: `seed`, `rate`, `deeds`; without an order, end it."""
        answer = self._http.post("/chaos", json=order) if order else self._http.delete("/chaos")
        assert answer.status_code == 200, answer.text

    def tasks(self, external_task_id: str | None = None) -> list[dict[str, Any]]:
        """Every task as it truly is, whatever lists and look-ups tell."""
        query = {"external_task_id": external_task_id} if external_task_id else {}
        tasks: list[dict[str, Any]] = self._http.get("/tasks", params=query).json()["tasks"]
        return tasks

    def clock(self, **order: float) -> None:
        """Move its clock forward (`advance_seconds`), or set its `speed` (0 stands still)."""
        answer = self._http.post("/clock", json=order)
        assert answer.status_code == 200, answer.text

    def ledger(self, external_task_id: str | None = None, *, after: int = 0) -> list[dict[str, Any]]:
        """Every create POST it received, in order, from the one numbered `after` + 1; those without `whole` were cut in
        mid-body on order.
        """
        query = {"after": str(after), **({"external_task_id": external_task_id} if external_task_id else {})}
        entries: list[dict[str, Any]] = self._http.get("/ledger", params=query).json()["entries"]
        return entries

    def underway(self) -> int:
        """Requests it is still working on."""
        return int(self._http.get("/health").json()["underway"])

    def close(self) -> None:
        self._http.close()


@contextmanager
def sandbox(*flags: str, port: int = 0, fresh: bool = False) -> Iterator[Sandbox]:
    """Start, wait until it answers, stop. `port` is for a test that knew the address before anybody was there.

    `fresh` starts an interpreter, for who starts no other program: one that forks would have to import all of them.
    """
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/log", "w+") as log:
        port_file = Path(folder) / "port"
        arguments = ["--port", str(port), "--port-file", str(port_file), *QUICK, *flags]
        process = (
            _interpreted(arguments, log)
            if fresh
            else start(SANDBOX, *arguments, environment=os.environ, said=log)
        )
        try:
            running = Sandbox(f"http://127.0.0.1:{_chosen(process, port_file, log.name)}")
            yield running
            running.close()
        finally:
            process.kill()
            process.wait()


def _interpreted(arguments: list[str], log: IO[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "generation.sandbox", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )


@contextmanager
def joined(url: str) -> Iterator[Sandbox]:
    """One that runs already, as if it had just begun: what a test that was killed told it to do wrong is forgotten."""
    running = Sandbox(url)
    running.forgive()
    running.clock(speed=1)
    yield running
    running.close()


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _chosen(
    process: subprocess.Popen[bytes] | Program, port_file: Path, log: str, seconds: float = 60
) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        if port_file.exists():
            return port_file.read_text()
        time.sleep(0.02)
    raise RuntimeError(f"the sandbox did not start:\n{Path(log).read_text()[-2000:]}")
