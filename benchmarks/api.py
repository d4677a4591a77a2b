"""Reading over HTTP: the ten routes that are asked most, 16 connections, beside a bare Litestar app with the same queries.

- ours: the service as `continuity serve` runs it: key, role, studio, query parameters, cards, ETag
- bare: a Litestar app that runs the same queries on the raw driver in threads, as ours do, and answers their rows (`bare.py`)

Both run as processes of their own on one database, as does who asks (`wrk`); the same connections, in turns.

    python -m benchmarks.api [--seconds 1] [--rounds 3] [--connections 16] [--clips 1000] [--engine sqlite] [--route NAME]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from api.auth import issue_key
from api.bootstrap import open_continuity
from api.settings import Settings
from benchmarks.grounds import CONTEXT, ENGINES, Ground, asset, grounds, new_id
from benchmarks.report import Compared, Figure, Report, arguments, publish, say
from benchmarks.timing import Spread, alternate, ratio
from benchmarks.wrk import Heard, must_be_there, wrk
from registry.deciders.character import AssignReference, IntroduceCharacter
from registry.deciders.clip import RecordClip
from registry.deciders.command import Command
from registry.deciders.production import OpenProduction
from registry.deciders.scene import CastInScene, OpenScene
from registry.events.clip import ClipRecorded
from registry.events.references import StoredBytes
from registry.events.studio import ROLES
from registry.registry import Registry

SPEED_AIM, TAIL_AIM = 0.5, 3.0
"""Of the bare app's requests a second (within 2x of it); p99 as a multiple of p50."""
ABOUT: Final = """Requests a second, and milliseconds that 50 and 99 of 100 stay below, for {connections} connections that each
ask again as soon as they are answered (`wrk`, which was busy for {busy} of one core at most). `ours` is the whole service:
key, role, studio, card or page of a hundred as JSON, ETag. `bare` is a Litestar app that runs the same queries on the raw
driver in threads, as ours do; it looks at no key."""
_A_COMMAND: Final = 100
_OTHERS: Final = 100
"""How many there are of what is no clip."""
ROUTES: Final = {
    "one clip": "clips/{clip}",
    "100 clips": "clips",
    "one generation": "generations/{generation}",
    "100 generations": "generations",
    "one character": "characters/{character}",
    "100 characters": "characters",
    "one asset": "assets/{asset}",
    "100 assets": "assets",
    "one scene": "scenes/{scene}",
    "100 events": "events",
}


@dataclass(frozen=True)
class Asked:
    """One address, and the headers it is asked with."""

    url: str
    headers: tuple[str, ...] = ()


def main() -> None:
    options = _options()
    must_be_there()
    figures: list[Figure] = []
    compared: list[Compared] = []
    busy = 0.0
    for ground in grounds(tuple(options.engine or ENGINES)):
        with _running(ground, options.clips) as cases:
            for name, ways in cases.items():
                if options.route and name not in options.route:
                    continue
                case = f"{ground.name}, {name}"
                say(case)
                turns = {way: _turn(asked, options) for way, asked in ways.items()}
                found = alternate(turns, options.rounds)
                figures += _figures(case, found)
                compared += _compared(case, found)
                busy = max(busy, *(heard.busy for rounds in found.values() for heard in rounds))
    about = ABOUT.format(connections=options.connections, busy=f"{busy:.0%}")
    publish(Report("Reading over HTTP", about, tuple(figures), tuple(compared)), as_json=options.json)


def _options() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--seconds", type=int, default=1, help="how long each way is asked in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--clips", type=int, default=1_000, help="clips of the studio")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this one (repeatable)")
    parser.add_argument("--route", action="append", choices=ROUTES, help="only this one (repeatable)")
    return parser.parse_args()


def _turn(asked: Asked, options: argparse.Namespace) -> Callable[[], Heard]:
    return lambda: wrk(asked.url, asked.headers, connections=options.connections, seconds=options.seconds)


def _figures(case: str, found: dict[str, list[Heard]]) -> Iterator[Figure]:
    for way, rounds in found.items():
        yield Figure(case, way, "requests/s", Spread.of([heard.per_second for heard in rounds]))
        yield Figure(case, f"{way}, p50", "ms", Spread.of([heard.p50 for heard in rounds]))
        yield Figure(case, f"{way}, p99", "ms", Spread.of([heard.p99 for heard in rounds]))


def _compared(case: str, found: dict[str, list[Heard]]) -> Iterator[Compared]:
    speeds = {way: [heard.per_second for heard in rounds] for way, rounds in found.items()}
    slow = {way: [heard.p99 for heard in rounds] for way, rounds in found.items()}
    tails = Spread.of([heard.p99 / heard.p50 for heard in found["ours"]])
    yield Compared(case, "ours / bare", ratio(speeds["ours"], speeds["bare"]), aim=SPEED_AIM)
    yield Compared(case, "p99, ours / bare", ratio(slow["ours"], slow["bare"]))
    yield Compared(case, "ours, p99 / p50", tails, aim=TAIL_AIM, most=True)


@contextmanager
def _running(ground: Ground, clips: int) -> Iterator[dict[str, dict[str, Asked]]]:
    """Both services over one database: what is asked, by case and way."""
    database = ground.fresh()
    environment = {"CONTINUITY_DATA": str(ground.folder / "data"), "DATABASE_URL": database, **_NOWHERE}
    continuity = open_continuity(Settings.from_environment(environment))
    studio, names = continuity.studio, _filled(continuity.registry, continuity.studio, clips)
    key = issue_key(continuity.registry, studio, "benchmark", roles=ROLES)
    continuity.close()
    port, bare_port = ground.folder / "port", ground.folder / "bare.port"
    serve = ["-m", "api.cli", "serve", "--port", "0", "--port-file", str(port)]
    with (
        _process(serve, port, environment) as service,
        _process(["-m", "benchmarks.bare", database, studio, str(bare_port)], bare_port, {}) as bare,
    ):
        headers = f"Authorization: Bearer {key}"
        names["generation"] = _asked_for(service, headers, names["production"])
        yield {
            what: {
                "ours": Asked(f"{service}/v1/{path.format(**names)}", (headers,)),
                "bare": Asked(f"{bare}/{path.format(**names)}"),
            }
            for what, path in ROUTES.items()
        }


_NOWHERE: Final = {
    "CONTINUITY_ALLOW_LOOPBACK": "true",
    "KLING_BASE_URL": "http://127.0.0.1:9",
    "KLING_API_KEY": "none",
}
"""Nobody is asked for anything: what is requested waits."""


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


def _filled(registry: Registry, studio: str, clips: int) -> dict[str, str]:
    """A scene with so many clips and a cast, and a hundred of everything else; one of each kind, from the middle."""
    production, scene, unplaced = new_id("production"), new_id("scene"), new_id("scene")
    pictures = [new_id("asset") for _ in range(_OTHERS)]
    people = [new_id("character") for _ in range(_OTHERS)]
    results = [new_id("clip") for _ in range(clips)]
    opened: list[Command] = [
        OpenProduction(stream=production, name="The last seat", unplaced=unplaced),
        OpenScene(stream=unplaced, production=production, name="Unplaced"),
        OpenScene(stream=scene, production=production, name="The seat"),
    ]
    registry.handle(studio, opened, context=CONTEXT)
    _told(registry, studio, [asset(picture) for picture in pictures])
    _told(registry, studio, [_introduced(person, number) for number, person in enumerate(people)])
    shown = zip(people, pictures, strict=True)
    _told(registry, studio, [AssignReference(stream=who, asset=what, role="frontal") for who, what in shown])
    _told(registry, studio, [CastInScene(stream=scene, character=person) for person in people[:3]])
    _told(registry, studio, [RecordClip(stream=one, clip=_clip(studio, scene)) for one in results])
    return {
        "production": production,
        "scene": scene,
        "asset": pictures[_OTHERS // 2],
        "character": people[_OTHERS // 2],
        "clip": results[clips // 2],
    }


def _told(registry: Registry, studio: str, commands: list[Any]) -> None:
    for start in range(0, len(commands), _A_COMMAND):
        registry.handle(studio, commands[start : start + _A_COMMAND], context=CONTEXT)


def _introduced(character: str, number: int) -> Command:
    return IntroduceCharacter(
        stream=character, name=f"Mina {number}", depicts="fictional", description="A barista."
    )


def _asked_for(service: str, authorization: str, production: str) -> str:
    """A hundred generations that wait; one of them."""
    name, _, value = authorization.partition(": ")
    asked: list[str] = []
    with httpx.Client(base_url=f"{service}/v1", headers={name: value}, trust_env=False, timeout=60) as http:

        def change(path: str, body: dict[str, Any], method: str = "POST") -> Any:
            headers = {"Idempotency-Key": new_id("request")}
            return http.request(method, path, json=body, headers=headers).raise_for_status().json()

        account = change("/accounts", {"name": "main", "region": "sandbox"})["id"]
        change(f"/productions/{production}/account", {"account": account}, "PUT")
        for _ in range(_OTHERS):
            body = {"production": production, "prompt": "Rain on empty tables.", "duration": 5}
            asked.append(str(change("/generations", body)["id"]))
    return asked[_OTHERS // 2]


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
