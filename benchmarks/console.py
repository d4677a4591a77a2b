"""How long the console's pages take in a large studio: every page of a studio with so many clips, over HTTP, one after another.

The log is the one of `lives.py`: productions with their people, scenes, takes, costs and endings, with every view made by a
rebuild. Pages are asked for with the ids of what is largest. What is measured is the whole answer on one connection: the session
looked up, roles and reach checked, views read, the page rendered.

    python -m benchmarks.console [--clips 10000] [--rounds 3] [--asks 20] [--engine sqlite] [--json]
"""

from __future__ import annotations

import argparse
import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from api.auth import issue_key
from benchmarks.grounds import ENGINES, NAMES
from benchmarks.lives import fill
from benchmarks.report import Compared, Figure, Report, arguments, publish, say
from benchmarks.timing import Spread, percentile, seconds_of
from registry.deciders.studio import OpenStudio
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG
from registry.events.studio import ROLES
from registry.registry import Registry
from tests.api.console.browsing import Visitor, visiting
from tests.api.console.entries import PAGES
from tests.api.served.serving import running
from tests.registry.log.opened import STUDIO, opened
from tests.servers.homes import settle
from tests.servers.postgres import postgres_server

AIM_MS: Final = 200.0
"""What a page may take at most."""
DELIVERIES: Final = 40
"""Takes of one scene after its first: about two people to forty clips."""
_EVENTS_A_CLIP: Final = 14
ABOUT: Final = """Milliseconds until a page is whole, half of them and 99 of 100 below, on one connection of one process; the
studio has {clips:,} clips and {people:,} characters. The size is that of the page before it is compressed, with none of its
pictures and films."""
_LARGEST: Final = {
    "production": "SELECT production FROM view_scenes GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
    "scene": "SELECT scene FROM view_clips GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
    "character": "SELECT character FROM view_references GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
    "clip": "SELECT clip FROM view_clips ORDER BY position DESC LIMIT 1",
    "asset": "SELECT asset FROM view_assets ORDER BY position LIMIT 1",
    "generation": "SELECT generation FROM view_clips ORDER BY position DESC LIMIT 1",
    "record": "SELECT max(position) FROM view_continuity WHERE scene ="
    " (SELECT scene FROM view_clips GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1)",
    "shot": "SELECT shot FROM view_shots ORDER BY position LIMIT 1",
    "submission": "SELECT submission FROM view_submissions ORDER BY position DESC LIMIT 1",
    "likeness": "SELECT likeness FROM view_likenesses ORDER BY position LIMIT 1",
    "webhook": "SELECT webhook FROM view_webhooks ORDER BY position LIMIT 1",
    "key": "SELECT key FROM view_keys ORDER BY position LIMIT 1",
    "reconciliation": "SELECT reconciliation FROM view_reconciliations ORDER BY position DESC LIMIT 1",
    "account": "SELECT account FROM view_accounts ORDER BY position LIMIT 1",
    "thing": "SELECT clip FROM view_clips ORDER BY position DESC LIMIT 1",
    "position": "SELECT max(position) FROM events",
}
"""What a page is asked about: the largest of its kind, or the newest."""
_QUERY: Final = {"/console/ask": "scene", "/console/audit/log/proof": "position"}


def main() -> None:
    options = _options()
    figures: list[Figure] = []
    compared: list[Compared] = []
    counts: dict[str, int] = {}
    for engine in options.engine or ENGINES:
        with _studio(engine, options.clips, counts) as (visitor, addresses):
            for page, address in addresses.items():
                say(f"{engine}, {page}")
                told = visitor.get(address)
                if told.status_code != 200:
                    say(f"  left out: {told.status_code}")
                    continue
                rounds = [
                    [1_000 * one for one in seconds_of(lambda: visitor.get(address), options.asks)]  # noqa: B023
                    for _ in range(options.rounds)
                ]
                case = f"{NAMES[engine]}, {page}"
                for percent in (50, 99):
                    value = Spread.of([percentile(one, percent) for one in rounds])
                    figures.append(Figure(case, f"p{percent}", "ms", value))
                figures.append(Figure(case, "size", "kB", Spread.of([len(told.text.encode()) / 1_000])))
                slow = Spread.of([percentile(one, 99) for one in rounds])
                compared.append(Compared(case, "p99", slow, unit="ms", aim=AIM_MS, most=True))
    about = ABOUT.format(**counts)
    publish(Report("Console", about, tuple(figures), tuple(compared)), as_json=options.json)


def _options() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--clips", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--asks", type=int, default=20, help="how often a page is asked for in a round")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this one (repeatable)")
    return parser.parse_args()


@contextmanager
def _studio(engine: str, clips: int, counts: dict[str, int]) -> Iterator[tuple[Visitor, dict[str, str]]]:
    """A service over a log of so many clips, somebody who is signed in there, and page -> address."""
    with TemporaryDirectory(prefix="bench-") as name, _home(engine, Path(name)) as folder:
        with opened(folder) as log:
            say(f"{engine}: a log of {clips:,} clips")
            fill(log, clips * _EVENTS_A_CLIP, deliveries=DELIVERIES)
            say(f"{engine}: its views")
            log.registry.rebuild(replace="they were never made")
            found = {kind: _one(log, query) for kind, query in _LARGEST.items()}
            counts["clips"] = int(_one(log, "SELECT count(*) FROM view_clips"))
            counts["people"] = int(_one(log, "SELECT count(*) FROM view_characters"))
        url = folder / "database.url"
        database = url.read_text() if url.exists() else f"sqlite:///{folder / 'log.sqlite'}"
        settings = {"DATABASE_URL": database, "CONTINUITY_KEYS": str(folder / "keys" / "keys.sqlite")}
        with (
            running(folder, **settings) as service,
            visiting(service, _key_of(service.continuity.registry)) as visitor,
        ):
            gc.collect()
            gc.freeze()  # as a service does once it has loaded; what made the log is not looked through while it answers
            yield visitor, dict(_addresses(found))


def _key_of(registry: Registry) -> str:
    """A key with every role of the studio that the log is of: the service itself opens another one."""
    opened = OpenStudio(stream=STUDIO, name="The large one")
    registry.handle(SYSTEM_LOG, [opened], context=Context(actor="bench"))
    return issue_key(registry, STUDIO, "bench", roles=ROLES)


@contextmanager
def _home(engine: str, folder: Path) -> Iterator[Path]:
    if engine == "sqlite":
        yield folder
        return
    with postgres_server(durable=True) as server:
        yield settle(folder, server.database())


def _addresses(found: dict[str, str]) -> Iterator[tuple[str, str]]:
    for (path, method), entry in PAGES.items():
        names = re.findall(r"{(\w+)}", path)
        if method != "GET" or entry.need == "open" or path == "/console" or not set(names) <= set(found):
            continue
        address = re.sub(r"{(\w+)}", lambda name: str(found[name[1]]), path)
        asked = _QUERY.get(path)
        yield path, f"{address}?{asked}={found[asked]}" if asked else address


def _one(log: Any, query: str) -> Any:
    rows = log.raw(query)
    return rows[0][0] if rows else ""


if __name__ == "__main__":
    main()
