"""A process that has imported everything and forks workers on order, so that killing hundreds of them is cheap.

It reads one JSON order a line and answers one JSON line: `{"start": …}` answers the new worker's process id, `{"wait": pid}` its
exit status (negative for a signal). A worker opens the folder anew, as a fresh process would, and works until it is killed, or
until nothing is due for `rest` seconds; one with `hears` takes in a call about that submission instead, as the service does.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from generation.hearing import hear
from generation.kling.calls import Call
from generation.worker import Worker
from registry.registry import Registry
from tests import garbage
from tests.crash.hooks import hooked
from tests.servers.world import CONTEXT, SHORT, open_desk, open_registry, wall


def main() -> None:
    garbage.seldom()
    for line in sys.stdin:
        order = json.loads(line)
        answer = _ended(order["wait"]) if "wait" in order else _start(order["start"])
        print(json.dumps(answer), flush=True)  # noqa: T201 - the answer to the order


def _ended(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _start(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _work(order)
        status = 0
    finally:
        os._exit(status)


def _work(order: dict[str, Any]) -> None:
    """`ahead` is how far the clock runs before the wall's (leases of the dead are over then), in microseconds."""
    devnull = os.open(os.devnull, os.O_RDWR)
    os.dup2(devnull, 0)
    os.dup2(2, 1)
    folder, ahead = Path(order["folder"]), order["ahead"]
    registry = open_registry(folder, lambda: wall() + ahead)
    stops = Stops(order["point"], order["signal"], order["host"])
    desk = open_desk(folder, registry, durations=replace(SHORT, **order["durations"]))
    desk = hooked(replace(desk, resend=order["resend"]), stops)
    if order["hears"]:
        _hear(desk.registry, order["hears"])
        return
    worker = Worker(desk, owner=f"worker-{os.getpid()}", sleep=time.sleep)
    if order["most_bytes"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["most_bytes"], order["most_bytes"]))
    idle_since = time.monotonic()
    while time.monotonic() - idle_since < order["rest"]:
        if worker.work_once():
            idle_since = time.monotonic()
        else:
            time.sleep(0.01)


def _hear(registry: Registry, submission: str) -> None:
    """Always the same bytes, as a provider repeats a call that it got no answer to."""
    call = Call(task_id="1", status="succeed", body_sha256="c" * 64)
    hear(registry, submission, call, floor=0, context=CONTEXT)


class Stops:
    """Sends this process a signal when it first comes by `point`. "sent" waits until the provider has it all."""

    def __init__(self, point: str, kind: int, host: str) -> None:
        self._point, self._kind, self._host = point, kind, host

    def __call__(self, point: str, external: str) -> None:
        if point != self._point:
            return
        self._point = ""
        if point == "sent":
            self._arrived(external)
        os.kill(os.getpid(), self._kind)

    def _arrived(self, external: str) -> None:
        url = f"{self._host}/sandbox/v1/ledger?external_task_id={external}"
        while not httpx.get(url, trust_env=False).json()["entries"]:
            time.sleep(0.01)


if __name__ == "__main__":
    main()
