"""The demo's stage: sandbox, service and worker as processes of their own on free loopback ports, in a folder of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

READY_SECONDS: Final = 30.0
_BRISK: Final = {
    "CONTINUITY_POLL_FIRST_SECONDS": "0.3",
    "CONTINUITY_POLL_THEN_SECONDS": "0.5",
    "CONTINUITY_IDLE_SECONDS": "0.1",
    "CONTINUITY_LEASE_SECONDS": "5",
    "CONTINUITY_LEASE_MARGIN_SECONDS": "2",
    "CONTINUITY_SEND_FLOOR_SECONDS": "8",
}
"""The sandbox finishes in two seconds; waiting the vendor's minutes, or long for a dead worker, would only be waiting."""


class StageFailed(RuntimeError):
    """A process did not come up; its log says why."""


@dataclass
class Stage:
    """What was started, and how to reach it. `folder` holds data, logs and port files."""

    folder: Path
    environment: Mapping[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    sandbox_url: str = ""
    url: str = ""
    key: str = ""

    def open(self, holder: str) -> None:
        """Start everything and make the first key. Raises StageFailed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.sandbox_url = (
            f"http://127.0.0.1:{self._serve('sandbox', [sys.executable, '-m', 'generation.sandbox'])}"
        )
        self.key = self._command("keys", "bootstrap", "--holder", holder).strip()
        self.url = f"http://127.0.0.1:{self._serve('api', [*_CONTINUITY, 'serve'])}"
        self.start_worker()

    def start_worker(self) -> None:
        """A worker, the first one or in the place of one that died."""
        self._start("worker", [*_CONTINUITY, "worker"])

    @contextmanager
    def tended(self) -> Iterator[None]:
        """While this lasts, a worker that dies is followed by another, which goes on from the log."""
        over = threading.Event()

        def tend() -> None:
            while not over.wait(0.1):
                if self.processes["worker"].poll() is not None:
                    self.start_worker()

        tending = threading.Thread(target=tend, daemon=True)
        tending.start()
        try:
            yield
        finally:
            over.set()
            tending.join()

    def close(self) -> None:
        """Stop what was started, politely first."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def variables(self) -> dict[str, str]:
        """The environment the service and the worker run in; the keys are the sandbox's public toys."""
        return {
            **_BRISK,
            **self.environment,
            "CONTINUITY_DATA": str(self.folder / "data"),
            "CONTINUITY_ALLOW_LOOPBACK": "true",
            "KLING_BASE_URL": self.sandbox_url,
            "KLING_ACCESS_KEY": "sandbox-ak",
            "KLING_SECRET_KEY": "sandbox-sk-for-loopback-use-only-0001",
        }

    def _serve(self, name: str, command: list[str]) -> str:
        """Start a server on a free port and wait until it answers; its port."""
        port_file = self.folder / f"{name}.port"
        self._start(name, [*command, "--port", "0", "--port-file", str(port_file)])
        give_up = time.monotonic() + READY_SECONDS
        while not port_file.exists():
            if self.processes[name].poll() is not None or time.monotonic() > give_up:
                raise StageFailed(f"{name} did not come up; its log: {self.log(name)}\n{self._tail(name)}")
            time.sleep(0.05)
        return port_file.read_text()

    def _start(self, name: str, command: list[str]) -> None:
        with self.log(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(  # noqa: S603 - our own programs
                command,
                env=self.variables(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _command(self, *words: str) -> str:
        done = subprocess.run(  # noqa: S603 - our own program
            [*_CONTINUITY, *words], env=self.variables(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise StageFailed(f"continuity {' '.join(words)} failed:\n{done.stderr}")
        return done.stdout

    def _tail(self, name: str) -> str:
        return os.linesep.join(self.log(name).read_text(errors="replace").splitlines()[-15:])


_CONTINUITY: Final = [sys.executable, "-m", "api.cli"]
