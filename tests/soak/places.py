"""Where a soak takes place: service and worker as real processes, on SQLite and a folder or on PostgreSQL and a bucket."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.servers.postgres import postgres_server
from tests.servers.s3 import ending_with_us, s3_server
from tests.servers.sandbox import ROOT, Sandbox
from tests.servers.world import KEYS

STARTING: Final = 60.0
STOPPING: Final = 60.0
_SETTINGS: Final = {
    "CONTINUITY_POLL_FIRST_SECONDS": "0.3",
    "CONTINUITY_POLL_THEN_SECONDS": "0.5",
    "CONTINUITY_POLL_SLOW_SECONDS": "0.5",
    "CONTINUITY_IDLE_SECONDS": "0.1",
    "CONTINUITY_LOG_LEVEL": "warning",
    "CONTINUITY_ALLOW_LOOPBACK": "true",
    "KLING_SLOTS": "1000",
    "KLING_ACCESS_KEY": KEYS.access_key,
    "KLING_SECRET_KEY": KEYS.secret_key,
}
_SQLITE_WAL_MOST: Final = 64 * 2**20
"""SQLite begins the file anew after 4 MiB, as soon as nobody reads from it; it stays as long as it once was."""
_POSTGRES_WAL: Final = "128MB"
"""`max_wal_size`: small, so that checkpoints come often. It is what the server aims at, not what it may never pass."""
_POSTGRES_WAL_MOST: Final = 2 * 128 * 2**20


@dataclass(frozen=True)
class Place:
    """The environment of an installation; the bytes of its write-ahead log now, and how many may be."""

    environment: Mapping[str, str]
    wal: Callable[[], int]
    wal_most: int


@contextmanager
def place_on(engine: str, folder: Path, provider: Sandbox) -> Iterator[Place]:
    """An empty place in the folder whose paid calls go to the provider."""
    data = folder / "data"
    given = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **_SETTINGS}
    given |= {"CONTINUITY_DATA": str(data), "KLING_BASE_URL": provider.url}
    if engine == "sqlite":
        wal = data / "continuity.sqlite-wal"
        yield Place(given, lambda: _bytes_of([wal]), _SQLITE_WAL_MOST)
        return
    with postgres_server(durable=True, max_wal_size=_POSTGRES_WAL) as server, s3_server() as bucket:
        segments = server.folder / "data/pg_wal"
        given |= {
            "DATABASE_URL": server.database(),
            "CONTINUITY_KEYS": server.database(),
            "BLOBS_URL": bucket.url("soak"),
            "S3_ACCESS_KEY": bucket.access_key,
            "S3_SECRET_KEY": bucket.secret_key,
        }
        yield Place(given, lambda: _bytes_of(segments.iterdir()), _POSTGRES_WAL_MOST)


@contextmanager
def at_work(place: Place, folder: Path) -> Iterator[str]:
    """Service and worker; the service's address. In the end they are asked to stop, and must end well."""
    port = folder / "port"
    with (folder / "said").open("ab") as said:
        line = ("serve", "--port", "0", "--port-file", str(port))
        started = [_start(place, said.fileno(), *words) for words in (line, ("worker",))]
    try:
        end = time.monotonic() + STARTING
        while not port.exists():
            if started[0].poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the service did not start:\n{(folder / 'said').read_text()[-3000:]}")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port.read_text()}"
        for process in started:
            process.terminate()
        ended = [process.wait(STOPPING) for process in started]
        if any(ended):
            raise RuntimeError(f"service and worker ended with {ended}")
    finally:
        for process in started:
            process.kill()
            process.wait()


def _start(place: Place, said: int, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "api.cli", *words],
        env=place.environment,
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=said,
        preexec_fn=ending_with_us,  # noqa: PLW1509 - one system call and no lock
    )


def _bytes_of(files: Iterator[Path] | list[Path]) -> int:
    total = 0
    for file in files:
        try:
            total += file.stat().st_size
        except FileNotFoundError:
            continue  # not there yet, or gone meanwhile
    return total
