"""What benchmarks stand on: each engine with empty databases, durable as in life, and a registry over one of them.

PostgreSQL is the server that the tests start, with fsync on; SQLite files lie in a folder beside its data. Both are where
temporary files go (`TMPDIR` says where: a disk like the one that is meant, never memory).
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from typeid import TypeID

from registry.deciders.asset import RegisterAsset
from registry.deciders.command import Command
from registry.events.envelope import Context
from registry.events.references import PictureFacts, StoredBytes
from registry.log.engine.database import Database, open_database
from registry.log.engine.migrate import migrate
from registry.privacy.keys import KeyFile
from registry.registry import Registry
from tests.servers.postgres import postgres_server

ENGINES = ("postgresql", "sqlite")
NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
CONTEXT = Context(actor="key_benchmark")


@dataclass(frozen=True)
class Ground:
    """One engine: `fresh` makes an empty database and answers its URL; `folder` is for what lies beside it."""

    dialect: str
    folder: Path
    fresh: Callable[[], str]

    @property
    def name(self) -> str:
        return NAMES[self.dialect]

    def migrated(self, url: str = "") -> Database:
        """A database with the schema, opened: the one at `url`, or one of its own."""
        database = open_database(url or self.fresh(), readers=64)
        migrate(database)
        return database

    @contextmanager
    def registry(self, url: str = "") -> Iterator[Registry]:
        """A registry over the database at `url`, or over one of its own; with a key store of its own."""
        database, keys = self.migrated(url), self.keys()
        opened = Registry(database, keys=keys, clock=now, make_id=new_id, random_bytes=secrets.token_bytes)
        yield opened
        opened.close()

    def keys(self) -> KeyFile:
        return KeyFile(self.folder / f"{new_id('keys')}.sqlite")


def grounds(engines: tuple[str, ...] = ENGINES) -> Iterator[Ground]:
    """Each engine in turn, started before and stopped after."""
    for engine in engines:
        with _postgresql() if engine == "postgresql" else _sqlite() as ground:
            yield ground


def new_id(prefix: str) -> str:
    return str(TypeID(prefix))


def now() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1_000


def asset(stream: str) -> Command:
    """The command that registers a picture nobody has bytes of."""
    digest = secrets.token_hex(32)
    original = StoredBytes(key=f"{stream}/original", bytes=1_000, sha256=digest, media_type="image/png")
    return RegisterAsset(
        stream=stream,
        kind="picture",
        label="take 0",
        original=original,
        rendition=original,
        picture=PictureFacts(format="png", width=720, height=720),
        fingerprint=digest,
    )


@contextmanager
def _sqlite() -> Iterator[Ground]:
    numbers = count()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield Ground("sqlite", Path(folder), lambda: f"sqlite:///{folder}/{next(numbers)}.sqlite")


@contextmanager
def _postgresql() -> Iterator[Ground]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, postgres_server(durable=True) as server:
        yield Ground("postgresql", Path(folder), server.database)
