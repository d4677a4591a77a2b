"""What compiling costs: previews with and without rules, and judging anybody's payloads from a file of JSON lines.

- preview: from a parsed request and its grounds to everything a preview answers, on one core, with no picture read
- rules: the same resolution judged alone, as a share of the preview
- parse: one request body to a ShotRequest
- as of: the same by name from a registry of 1,000 people, now from its views and as of its middle from the log
- check: a JSON-lines file of 100 bodies, read, parsed and judged; every fourth one is wrong

    python -m benchmarks.compile [--seconds 2] [--profile] [--json]
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
from typeid import TypeID

from benchmarks.report import arguments
from benchmarks.timing import pace
from generation.check import check
from generation.compile import preview
from generation.examples import FILM, PATTERN_EXAMPLES
from generation.intake import preview as registered_preview
from generation.rules.catalogue import judge
from generation.rules.examples import EXAMPLES
from generation.rules.subject import Facts, Subject
from generation.shot import ShotRequest
from registry.deciders.account import OpenAccount
from registry.deciders.character import IntroduceCharacter, ReviseCharacter
from registry.deciders.command import Command
from registry.deciders.element import AdoptElement
from registry.deciders.production import ChooseAccount, OpenProduction
from registry.deciders.scene import OpenScene
from registry.deciders.studio import OpenStudio
from registry.events.envelope import Context
from registry.log.engine.database import open_database
from registry.log.engine.migrate import migrate
from registry.privacy.keys import KeyFile
from registry.registry import Registry

LINES = 100
AIMS = {"preview F2": 500, "preview 7 images": 500, "registered F2": 500, "check lines": 2_000}


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        jobs = _jobs(Path(folder, "bodies.jsonl")) | _registered(Path(folder))
        if options.profile:
            _profile(jobs["preview F2"])
            return
        results = {name: pace(job, options.seconds).per_second for name, job in jobs.items()}
    results["check lines"] *= LINES
    print(json.dumps(results) if options.json else _table(results))


def _options() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each job runs")
    parser.add_argument("--profile", action="store_true", help="show what dominates a preview")
    return parser.parse_args()


def _jobs(path: Path) -> dict[str, Callable[[], object]]:
    talk = _request(PATTERN_EXAMPLES["F2"].request)
    pictures = _request(
        {
            "action": "They walk through the market.",
            "cast": [{"character": name, "identity": "images"} for name in ("mina", "jun")],
            "references": [f"asset_{number}" for number in range(5)],
            "accept": {"W507": "the stalls are known"},
        }
    )
    film = replace(FILM, assets={**FILM.assets, **_stalls()})
    body = orjson.dumps({"scene": "scene_1", **PATTERN_EXAMPLES["F2"].request})
    path.write_text("".join(f"{line}\n" for line in _lines()))
    return {
        "preview F2": lambda: preview(talk, FILM),
        "rules F2": _rules_alone(talk),
        "preview 7 images": lambda: preview(pictures, film),
        "rules 7 images": _rules_alone(pictures),
        "parse F2": lambda: ShotRequest.model_validate(orjson.loads(body)),
        "check lines": lambda: [_check_line(line) for line in path.read_bytes().splitlines()],
    }


def _registered(folder: Path) -> dict[str, Callable[[], object]]:
    """Whole previews, from the registry to the answer: with the newest views, and as of the middle of a log of 1,000 people."""
    database, clock = open_database(f"sqlite:///{folder}/log.sqlite"), time.time_ns
    migrate(database)
    registry = Registry(
        database,
        keys=KeyFile(folder / "keys.sqlite"),
        clock=lambda: clock() // 1_000,
        make_id=lambda prefix: str(TypeID(prefix)),
        random_bytes=secrets.token_bytes,
    )
    studio, scene = str(TypeID("studio")), str(TypeID("scene"))
    for step in _history(studio, scene):
        registry.handle(studio, step, context=Context(actor="benchmark"))
    asked = ShotRequest.model_validate({**PATTERN_EXAMPLES["F2"].request, "scene": scene})
    then = registry.feed.head(studio) // 2
    return {
        "registered F2": lambda: registered_preview(registry, studio, asked),
        "as of F2": lambda: registered_preview(registry, studio, asked, as_of=then),
    }


def _history(studio: str, scene: str) -> Iterator[list[Command]]:
    """Mina and Jun with an element each in a scene, then a thousand others, of whom every tenth is renamed."""
    account, production, unplaced, mina, jun = (
        str(TypeID(kind)) for kind in ("account", "production", "scene", "character", "character")
    )
    yield [OpenStudio(stream=studio, name="Studio")]
    yield [OpenAccount(stream=account, name="a", region="singapore", host="h", key_fingerprint="k")]
    yield [
        OpenProduction(stream=production, name="Café", unplaced=unplaced),
        ChooseAccount(stream=production, account=account),
        OpenScene(stream=scene, production=production, name="The café"),
    ]
    for number, (character, name) in enumerate(((mina, "Mina"), (jun, "Jun")), start=1):
        element = AdoptElement(
            stream=str(TypeID("element")),
            element_id=number,
            account=account,
            character=character,
            made_from="image",
            attested_by="benchmark",
        )
        yield [IntroduceCharacter(stream=character, depicts="fictional", name=name), element]
    others = [str(TypeID("character")) for _ in range(1_000)]
    for start in range(0, 1_000, 50):
        yield [
            IntroduceCharacter(stream=id, depicts="fictional", name=f"Extra {id[-6:]}")
            for id in others[start : start + 50]
        ]
    yield [ReviseCharacter(stream=id, name=f"Other {id[-6:]}") for id in others[::10]]


def _request(fields: Any) -> ShotRequest:
    return ShotRequest.model_validate({"scene": "scene_1", **fields})


def _stalls() -> dict[str, Any]:
    cafe = FILM.assets["asset_cafe"]
    return {f"asset_{number}": replace(cafe, id=f"asset_{number}") for number in range(5)}


def _rules_alone(request: ShotRequest) -> Callable[[], object]:
    """The catalogue on the payload this request becomes; a subject is made anew, because it remembers what it worked out."""
    film = replace(FILM, assets={**FILM.assets, **_stalls()})
    shown = preview(request, film)
    payload, endpoint = shown.payload or {}, shown.endpoint or ""
    images = [entry["image_url"] for entry in payload.get("image_list", ())]
    facts = Facts(request=request, references=frozenset(images))
    return lambda: judge(Subject(endpoint, payload, facts))


def _lines() -> list[str]:
    """Legal bodies of every golden pattern, and every fourth line a published example of a broken rule."""
    good = [(shown.endpoint, shown.payload) for shown in map(_shown, PATTERN_EXAMPLES.values())]
    bad = [(one.endpoint, dict(one.subject.body)) for one in EXAMPLES.values()]
    picked = [bad[n % len(bad)] if n % 4 == 3 else good[n % len(good)] for n in range(LINES)]
    return [orjson.dumps({"endpoint": endpoint, "body": body}).decode() for endpoint, body in picked]


def _shown(example: Any) -> Any:
    return preview(_request(example.request), FILM)


def _check_line(line: bytes) -> int:
    parsed = orjson.loads(line)
    return len(check(parsed["endpoint"], parsed["body"]))


def _profile(job: Callable[[], object]) -> None:
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(500):
        job()
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


def _table(results: dict[str, float]) -> str:
    lines = [f"{'job':<20}{'per second':>12}{'aim':>10}{'x aim':>8}"]
    for name, rate in results.items():
        aim = AIMS.get(name)
        ratio = f"{aim:>10,}{rate / aim:>8.2f}" if aim else ""
        lines.append(f"{name:<20}{rate:>12,.0f}{ratio}")
    for case in ("F2", "7 images"):
        share = results[f"preview {case}"] / results[f"rules {case}"]
        lines.append(f"rules take {share:.0%} of a preview of {case}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
