"""Reading over HTTP: one clip and one page of a hundred, 16 connections, beside a bare Litestar handler with the same query.

- ours: the service as `continuity serve` runs it: key, studio, query parameters, cards, ETag
- threads: a Litestar handler that runs the same query on the raw driver in a thread, as ours do, and answers its rows
  (`bare.py`)
- loop: the same without threads, blocking the event loop; published alone, as a slow database would stop everybody

All run as processes of their own, as does who asks (`load.py`); the same connections, in turns.

    python -m benchmarks.api [--seconds 1] [--rounds 3] [--connections 16] [--clips 1000] [--engine sqlite] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.auth import issue_key
from api.bootstrap import open_continuity
from api.settings import Settings
from benchmarks.grounds import CONTEXT, ENGINES, Ground, grounds, new_id
from benchmarks.report import Compared, Figure, Report, arguments, publish, say
from benchmarks.timing import Spread, alternate, ratio
from registry.deciders.clip import RecordClip
from registry.deciders.production import OpenProduction
from registry.deciders.scene import OpenScene
from registry.events.clip import ClipRecorded
from registry.events.references import StoredBytes
from registry.registry import Registry

SPEED_AIM, TAIL_AIM = 0.5, 3.0
"""Of the bare handler's requests a second (within 2x of it); p99 as a multiple of p50."""
ABOUT = """Requests a second, and milliseconds that 50 and 99 of 100 stay below, for {connections} connections that each ask
again as soon as they are answered, in a process of its own (`load.py`) that was busy for {busy} of one core at most.
`ours` is the whole service: key, studio, card or page of a hundred as JSON, ETag. `threads` is a bare Litestar
handler that runs the same query on the raw driver in a thread, as ours do, and `loop` one that blocks the event loop;
neither looks at a key."""
_A_COMMAND = 100
Heard = dict[str, float]


@dataclass(frozen=True)
class Asked:
    """One address, and the headers it is asked with."""

    url: str
    headers: tuple[str, ...] = ()


def main() -> None:
    options = _options()
    figures: list[Figure] = []
    compared: list[Compared] = []
    busy = 0.0
    for ground in grounds(tuple(options.engine or ENGINES)):
        with _running(ground, options.clips) as cases:
            for name, ways in cases.items():
                case = f"{ground.name}, {name}"
                say(case)
                turns = {way: _turn(asked, options) for way, asked in ways.items()}
                found = alternate(turns, options.rounds)
                figures += _figures(case, found)
                compared += _compared(case, found)
                busy = max(busy, *(heard["busy"] for rounds in found.values() for heard in rounds))
    about = ABOUT.format(connections=options.connections, busy=f"{busy:.0%}")
    publish(Report("Reading over HTTP", about, tuple(figures), tuple(compared)), as_json=options.json)


def _options() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each way is asked in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--clips", type=int, default=1_000, help="clips of the studio")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this one (repeatable)")
    return parser.parse_args()


def _turn(asked: Asked, options: argparse.Namespace) -> Callable[[], Heard]:
    said = [f"--header={line}" for line in asked.headers]
    how = ["--connections", str(options.connections), "--seconds", str(options.seconds)]

    def run() -> Heard:
        command = [sys.executable, "-m", "benchmarks.load", asked.url, *said, *how]
        heard: Heard = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return heard

    return run


def _figures(case: str, found: dict[str, list[Heard]]) -> Iterator[Figure]:
    for way, rounds in found.items():
        yield Figure(case, way, "requests/s", Spread.of([heard["per_second"] for heard in rounds]))
        for what in ("p50", "p99"):
            yield Figure(case, f"{way}, {what}", "ms", Spread.of([heard[what] for heard in rounds]))


def _compared(case: str, found: dict[str, list[Heard]]) -> Iterator[Compared]:
    speeds = {way: [heard["per_second"] for heard in rounds] for way, rounds in found.items()}
    tails = Spread.of([heard["p99"] / heard["p50"] for heard in found["ours"]])
    yield Compared(case, "ours / threads", ratio(speeds["ours"], speeds["threads"]), aim=SPEED_AIM)
    yield Compared(case, "ours / loop", ratio(speeds["ours"], speeds["loop"]))
    yield Compared(case, "ours, p99 / p50", tails, aim=TAIL_AIM, most=True)


@contextmanager
def _running(ground: Ground, clips: int) -> Iterator[dict[str, dict[str, Asked]]]:
    """Both services over one database: what is asked, by case and way."""
    database = ground.fresh()
    environment = {"CONTINUITY_DATA": str(ground.folder / "data"), "DATABASE_URL": database}
    continuity = open_continuity(Settings.from_environment(environment))
    studio, name = continuity.studio, _filled(continuity.registry, continuity.studio, clips)
    key = issue_key(continuity.registry, studio, "benchmark")
    continuity.close()
    port, bare_port = ground.folder / "port", ground.folder / "bare.port"
    serve = ["-m", "api.cli", "serve", "--port", "0", "--port-file", str(port)]
    with (
        _process(serve, port, environment) as service,
        _process(["-m", "benchmarks.bare", database, studio, str(bare_port)], bare_port, {}) as bare,
    ):
        headers = (f"Authorization: Bearer {key}",)
        yield {
            what: {
                "ours": Asked(f"{service}/v1/{path}", headers),
                "threads": Asked(f"{bare}/threads/{path}"),
                "loop": Asked(f"{bare}/loop/{path}"),
            }
            for what, path in (("one clip", f"clips/{name}"), ("a page of 100", "clips"))
        }


@contextmanager
def _process(arguments: list[str], port: Path, environment: dict[str, str]) -> Iterator[str]:
    """A process that writes its port down once it answers; its address."""
    port.unlink(missing_ok=True)
    said = port.with_suffix(".log").open("wb")
    process = subprocess.Popen(
        [sys.executable, *arguments], env={**os.environ, **environment}, stdout=said, stderr=said
    )
    try:
        while not port.exists():
            if process.poll() is not None:
                raise RuntimeError(f"{arguments} ended:\n{Path(said.name).read_text()[-2_000:]}")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port.read_text()}"
    finally:
        process.terminate()
        process.wait(30)
        said.close()


def _filled(registry: Registry, studio: str, clips: int) -> str:
    """A scene with so many clips; the one in the middle."""
    production, scene, unplaced = new_id("production"), new_id("scene"), new_id("scene")
    opened = [
        OpenProduction(stream=production, name="The last seat", unplaced=unplaced),
        OpenScene(stream=scene, production=production, name="The seat"),
    ]
    registry.handle(studio, opened, context=CONTEXT)
    recorded = [RecordClip(stream=new_id("clip"), clip=_clip(studio, scene)) for _ in range(clips)]
    for start in range(0, clips, _A_COMMAND):
        registry.handle(studio, recorded[start : start + _A_COMMAND], context=CONTEXT)
    return recorded[clips // 2].stream


def _clip(studio: str, scene: str) -> ClipRecorded:
    submission = new_id("submission")
    stored = StoredBytes(
        key=f"{studio}/{submission}/clip", bytes=8_000_000, sha256="d" * 64, media_type="video/mp4"
    )
    return ClipRecorded(
        generation=new_id("generation"),
        submission=submission,
        scene=scene,
        stored=stored,
        duration_us=5_041_667,
        width=1280,
        height=720,
        has_audio=True,
        kling_video_id=submission,
        kling_url=f"https://results.example/{submission}.mp4",
        kling_url_expires_at=1_797_962_400_000_000,
    )


if __name__ == "__main__":
    main()
