"""Orders to the nursery: start a worker process on a world's folder, end it, wait for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.servers.sandbox import ROOT
from tests.servers.world import World


class Nursery:
    """A running nursery. What its workers write to their error output is in `said`."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._said = Path(self._folder.name, "said").open("w+")  # noqa: SIM115 - closed in close()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
        )

    def start(
        self,
        world: World,
        point: str = "",
        *,
        kind: int = signal.SIGKILL,
        rest: float = 5.0,
        durations: dict[str, float] | None = None,
        most_bytes: int = 0,
        hears: str = "",
    ) -> int:
        """A worker on the world's folder that gets a signal when it first comes by `point`; its process id.

        With `most_bytes` no file may grow beyond that, as on a disk that is full. With `hears` it is no worker: it takes in the
        provider's call about that submission and ends.
        """
        order: dict[str, Any] = {
            "folder": str(world.folder),
            "ahead": world.clock.by,
            "host": world.registry.state(world.studio, world.account).state.host,
            "point": point,
            "signal": int(kind),
            "rest": rest,
            "durations": durations or {},
            "most_bytes": most_bytes,
            "resend": dict(world.desk.resend),
            "hears": hears,
        }
        return self._ask({"start": order})

    def wait(self, pid: int) -> int:
        """Its exit status, negative for the signal that ended it."""
        return self._ask({"wait": pid})

    def kill(self, pid: int, *, after: float) -> int:
        """End it without warning after so many seconds."""
        time.sleep(after)
        os.kill(pid, signal.SIGKILL)
        return self.wait(pid)

    def said(self) -> str:
        return Path(self._said.name).read_text()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._said.close()
        self._folder.cleanup()

    def _ask(self, order: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, self.said()
        return int(json.loads(answer))


def stopped(pid: int) -> bool:
    """Whether a process is stopped by a signal (state T)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def wait_for(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
