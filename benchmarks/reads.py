"""What it costs that reads of a person's picture are on record: thumbnail-sized originals of nobody and of somebody, over HTTP.

    python -m benchmarks.reads [--reads 300] [--callers 16] [--postgres]

Both are the same bytes in size, served by one process; what differs is whether a real person is known to be in them. Beside it
the question alone (whom do these bytes show?), asked of the views.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import httpx

from benchmarks.timing import seconds_of
from registry.events.envelope import Context
from registry.views.persons import persons_in
from tests.api.served.serving import Served, png, running
from tests.servers.postgres import postgres_server


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reads", type=int, default=300)
    parser.add_argument("--callers", type=int, default=16)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    with (
        TemporaryDirectory() as folder,
        _database(options.postgres) as settings,
        running(Path(folder), **settings) as service,
    ):
        for who, asset in _pictures(service).items():
            asked, noted = _question(service, asset), _note(service, asset)
            alone, many = (_reads(service, asset, options.reads, callers) for callers in (1, options.callers))
            print(
                f"{who:<9} question {asked * 1e3:.2f} ms, with its note {noted * 1e3:.2f} ms",
                *(f" {one}" for one in (alone, many)),
                sep="\n    ",
            )


@contextmanager
def _database(on_postgres: bool) -> Iterator[dict[str, str]]:
    if not on_postgres:
        with nullcontext():
            yield {}
        return
    with postgres_server() as server:
        yield {"DATABASE_URL": server.database()}


def _pictures(service: Served) -> dict[str, str]:
    nobody, somebody = (service.upload(png()).json()["id"] for _ in range(2))
    who = service.made("/v1/characters", {"depicts": "real_person", "name": "Hana"})["id"]
    service.made(f"/v1/characters/{who}/references", {"asset": somebody, "role": "frontal"})
    return {"nobody": nobody, "somebody": somebody}


def _question(service: Served, asset: str) -> float:
    registry, studio = service.continuity.registry, service.continuity.studio

    def ask() -> None:
        with registry.reading(studio) as connection:
            persons_in(connection, studio, asset)

    return median(seconds_of(ask, 500))


def _note(service: Served, asset: str) -> float:
    reads, context = service.continuity.reads, Context(actor="benchmark")
    studio = service.continuity.studio
    return median(seconds_of(lambda: reads.note(studio, asset, "original", context=context), 300))


def _reads(service: Served, asset: str, count: int, callers: int) -> str:
    taken: list[float] = []

    def call() -> None:
        with httpx.Client(base_url=service.url, headers=service.http.headers, trust_env=False) as client:
            for _ in range(count // callers):
                began = time.perf_counter()
                client.get(f"/v1/assets/{asset}/content").raise_for_status()
                taken.append(time.perf_counter() - began)

    began = time.perf_counter()
    _together(call, callers)
    rate = len(taken) / (time.perf_counter() - began)
    last = quantiles(taken, n=100)[98]
    return (
        f"{callers:>2} callers: {rate:6.0f}/s, median {median(taken) * 1e3:5.1f} ms, p99 {last * 1e3:5.1f} ms"
    )


def _together(work: Callable[[], None], callers: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
