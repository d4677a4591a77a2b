"""One worker carrying many generations against a Kling whose tasks take a second.

- worker: generations/s from the first claim to the last end, with CPU and memory per generation and questions per task
- bare: the same HTTP calls by a plain loop that keeps nothing (create, ask until it is done, download), as the limit
- estimate: with few slots, how far the ends that the queue foretold were from those that came, as a share of the wait

    python -m benchmarks.worker [--generations 1000] [--task-seconds 1] [--slots 10] [--json]
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import structlog

from benchmarks.report import arguments
from generation.kling.client import KlingClient
from generation.queue import queue_now
from registry.views.page import Span
from tests.servers.building import build
from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import ALONE, KEYS, SHORT, World

WARM = 20
_UNLIMITED = 100_000


@dataclass(frozen=True)
class Run:
    """What one run came to; seconds of wall and of this process's CPU, memory in KiB."""

    generations: int
    seconds: float
    cpu: float
    grown: int
    questions: float

    @property
    def per_second(self) -> float:
        return self.generations / self.seconds


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("warning"))
    options = _options()
    half = str(options.task_seconds / 2)
    flags = ("--submitted-seconds", half, "--processing-seconds", half, "--one-film", "--slots", "100000")
    with sandbox(*flags) as provider:
        with _studio(provider) as world:
            _carried(world, WARM, options.task_seconds)
            ours = _carried(world, options.generations, options.task_seconds)
        with _studio(provider) as world:
            off = _foretold(world, options.generations // 5, options.slots, options.task_seconds)
        bare = _bare(provider, min(options.generations, 200), options.task_seconds)
    print(json.dumps(_figures(ours, bare, off)) if options.json else _table(ours, bare, off))


@contextmanager
def _studio(provider: Sandbox) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        world = build(Path(folder), provider.url)
        yield world
        world.registry.close()


def _at_work(world: World, task_seconds: float, slots: int) -> World:
    pause = replace(SHORT, poll_first=task_seconds, poll_then=task_seconds / 4, poll_slow=task_seconds / 4)
    return world.with_desk(durations=pause, slots=slots)


def _foretold(world: World, generations: int, slots: int, task_seconds: float) -> float:
    """The median error of the queue's estimated ends, as a share of the time from the estimate to the end.

    What is measured first is what the estimate then stands on.
    """
    counted = _at_work(world, task_seconds, slots)
    counted.carry(*(counted.ask(**ALONE) for _ in range(3 * slots)), seconds=600)
    asked = [counted.ask(**ALONE) for _ in range(generations)]
    now = world.registry.clock()
    with world.registry.reading() as connection:
        queue = queue_now(connection, world.studio, now=now, slots=slots, span=Span(limit=generations))
    foretold = {one.id: one.estimated_end for one in queue.items}
    counted.carry(*asked, seconds=600)
    errors = []
    for name in asked:
        ended, said = counted.card(name).ended_at, foretold[name]
        if ended is None or said is None:
            raise RuntimeError(f"{name} has no estimate, or no end")
        errors.append(abs(ended - said) / (ended - now))
    return median(errors)


def _carried(world: World, generations: int, task_seconds: float) -> Run:
    """Ask for all of them, then let one worker carry them to their ends."""
    asks: Counter[str] = Counter()
    counted = _at_work(world, task_seconds, _UNLIMITED)
    asked = [counted.ask(**ALONE) for _ in range(generations)]
    worker, open_ = counted.worker(), set(asked)
    began, cpu, memory = time.perf_counter(), time.process_time(), _memory()
    task = KlingClient.task
    KlingClient.task = lambda client, *rest: (asks.update(["task"]), task(client, *rest))[1]  # type: ignore[method-assign]
    try:
        while open_:
            if not worker.work_once():
                open_ -= {name for name in open_ if counted.card(name).stage == "ended"}
                time.sleep(0.005)
    finally:
        KlingClient.task = task  # type: ignore[method-assign]
    spent, used = time.perf_counter() - began, time.process_time() - cpu
    return Run(generations, spent, used, _memory() - memory, asks["task"] / generations)


def _bare(provider: Sandbox, generations: int, task_seconds: float) -> Run:
    """The calls alone: no log, no intent, no digest, nothing kept; fresh connections, as the protocol makes them."""
    began, cpu, memory = time.perf_counter(), time.process_time(), _memory()
    waiting: deque[tuple[float, str]] = deque()
    asked = 0
    body = {
        "model_name": "kling-v3-omni",
        "prompt": ALONE["action"],
        "mode": "std",
        "duration": "5",
        "aspect_ratio": "16:9",
    }
    for number in range(generations):
        body["external_task_id"] = f"bare-{number}-{began}"
        created = _call("POST", f"{provider.url}/v1/videos/omni-video", json=body)
        waiting.append((time.perf_counter() + task_seconds, created["data"]["task_id"]))
    while waiting:
        due, task = waiting.popleft()
        time.sleep(max(0.0, due - time.perf_counter()))
        asked += 1
        told = _call("GET", f"{provider.url}/v1/videos/omni-video/{task}")["data"]
        if told["task_status"] != "succeed":
            waiting.append((time.perf_counter() + task_seconds / 4, task))
            continue
        httpx.get(told["task_result"]["videos"][0]["url"], trust_env=False, verify=False)
    return Run(
        generations,
        time.perf_counter() - began,
        time.process_time() - cpu,
        _memory() - memory,
        asked / generations,
    )


def _call(method: str, url: str, **rest: Any) -> dict[str, Any]:
    token = KEYS.token(time.time())
    headers = {"authorization": f"Bearer {token}"}
    answer = httpx.request(method, url, headers=headers, trust_env=False, verify=False, **rest)
    told: dict[str, Any] = answer.json()
    return told


def _memory() -> int:
    """The most this process has used so far, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _figures(ours: Run, bare: Run, off: float) -> dict[str, float]:
    return {
        "generations": ours.generations,
        "worker_per_second": round(ours.per_second, 1),
        "bare_per_second": round(bare.per_second, 1),
        "ratio": round(ours.per_second / bare.per_second, 2),
        "cpu_ms_per_generation": round(1000 * ours.cpu / ours.generations, 1),
        "bare_cpu_ms": round(1000 * bare.cpu / bare.generations, 1),
        "memory_kib_per_generation": round(ours.grown / ours.generations, 2),
        "questions_per_task": round(ours.questions, 2),
        "estimate_off_by": round(off, 3),
    }


def _table(ours: Run, bare: Run, off: float) -> str:
    return "\n".join(f"{name:28}{figure:>12}" for name, figure in _figures(ours, bare, off).items())


def _options() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--generations", type=int, default=1000)
    parser.add_argument("--task-seconds", type=float, default=1.0)
    parser.add_argument("--slots", type=int, default=10, help="slots of the run that tries the estimate")
    return parser.parse_args()


if __name__ == "__main__":
    main()
