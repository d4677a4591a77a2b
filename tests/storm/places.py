"""Where a storm rages outside a test run: an empty home on either engine, as `tests.servers.engines` gives tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time_ns

from tests.registry.log.opened import Opened, opened
from tests.servers.homes import settle
from tests.servers.postgres import postgres_server


@contextmanager
def home_on(engine: str) -> Iterator[Path]:
    """An empty home on that engine, gone afterwards; PostgreSQL keeps fsync on, as SQLite does."""
    with TemporaryDirectory(prefix="storm-") as folder:
        if engine == "postgresql":
            with postgres_server(durable=True) as server:
                yield settle(Path(folder), server.database())
        else:
            yield Path(folder)


@contextmanager
def at(home: Path) -> Iterator[Opened]:
    """The registry as one more process opens it, on the real clock."""
    with opened(home, clock=lambda: time_ns() // 1_000) as log:
        yield log
