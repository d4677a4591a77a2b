"""A registry on real files for tests, and a few commands to fill it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Final

from sqlalchemy import Connection, text
from typeid import TypeID

from registry.deciders.asset import DescribeAsset, RegisterAsset
from registry.deciders.character import IntroduceCharacter
from registry.deciders.command import Command
from registry.events.envelope import Context
from registry.events.references import AssetKind, StoredBytes
from registry.log.engine.database import Database
from registry.log.engine.migrate import migrate
from registry.log.engine.postgres import PostgresDatabase
from registry.log.roles import Handled
from registry.privacy.keys import KeyFile, KeyStore
from registry.registry import Idempotency, Registry
from tests.registry.events.golden import an_id
from tests.servers.homes import database_of, equip

STUDIO: Final = an_id("studio")
ME: Final = Context(actor=an_id("key"), request_id="r-1", causation_id="c-1", correlation_id="k-1")
START: Final = 1_795_370_400_000_000


def new_id(prefix: str) -> str:
    return str(TypeID(prefix=prefix))


@dataclass
class Clock:
    """A clock that tests set by hand; microseconds since 1970."""

    now: int = START

    def __call__(self) -> int:
        return self.now


@dataclass
class Opened:
    """An open registry with what a test may want to reach behind it."""

    registry: Registry
    database: Database
    keys: KeyStore
    clock: Callable[[], int] = field(default_factory=Clock)

    def handle(
        self, *commands: Command, log: str = STUDIO, idempotency: Idempotency | None = None
    ) -> Handled:
        return self.registry.handle(log, commands, context=ME, idempotency=idempotency)

    def raw(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """Run SQL behind the registry's back, as somebody with the file or the owner's password would."""
        database = self.database
        with (
            database._owner.begin()
            if isinstance(database, PostgresDatabase)
            else database.writing() as connection
        ):
            answer = connection.execute(text(statement), values)
            return [tuple(row) for row in answer] if answer.returns_rows else []

    def define(self, statement: str) -> None:
        """Change the schema, and let the services use what is new."""
        with self.database.migrating() as connection:
            connection.execute(text(statement))
            self.database.secure(connection)

    def unguard(self) -> None:
        """Take the triggers off the events, as an administrator can."""
        if self.database.dialect == "postgresql":
            self.raw("DROP TRIGGER events_no_change ON events")
        else:
            self.raw("DROP TRIGGER events_no_update")
            self.raw("DROP TRIGGER events_no_delete")


@contextmanager
def opened(folder: Path, clock: Callable[[], int] | None = None, *, copied: bool = True) -> Iterator[Opened]:
    """The registry whose files stand in `folder`; may be opened again after it was closed.

    A new file is a copy of one with the schema; unless `copied`, it is made and migrated in its place.
    """
    database = database_of(equip(folder) if copied else folder)
    migrate(database)
    keys = KeyFile(folder / "keys" / "keys.sqlite")
    clock = clock or Clock()
    registry = Registry(
        database,
        keys=keys,
        clock=clock,
        make_id=new_id,
        random_bytes=token_bytes,
        scratch=folder / "rebuild",
    )
    try:
        yield Opened(registry, database, keys, clock)
    finally:
        registry.close()
        keys.close()


def introduce(stream: str | None = None, name: str = "Mina") -> IntroduceCharacter:
    return IntroduceCharacter(stream=stream or new_id("character"), depicts="fictional", name=name)


def register(
    stream: str | None = None,
    *,
    fingerprint: str | None = None,
    perceptual: str | None = None,
    kind: AssetKind = "picture",
) -> RegisterAsset:
    stream = stream or new_id("asset")
    original = StoredBytes(
        key=f"{STUDIO}/{stream}/original", bytes=10, sha256="a" * 64, media_type="image/jpeg"
    )
    return RegisterAsset(
        stream=stream,
        kind=kind,
        label="Mina",
        original=original,
        fingerprint=fingerprint or token_hex(32),
        perceptual=perceptual or f"dhash12:{token_hex(36)}",
    )


def describe(stream: str, words: str) -> DescribeAsset:
    return DescribeAsset(stream=stream, description=words)


def once(key: str, body: str, answer: str = "made") -> Idempotency:
    """An idempotent call under `key`; `body` stands for the command's digest."""

    def build(connection: Connection) -> bytes:
        return (
            f"{answer} {connection.execute(text('SELECT count(*) FROM view_characters')).scalar()}".encode()
        )

    return Idempotency(key, body, build)


TABLES: Final = ("events", "answers", "heads", "view_characters", "view_assets", "view_nodes")


def everything(log: Opened) -> dict[str, list[tuple[object, ...]]]:
    """All rows that a refused command could have touched; a head without events holds nothing."""
    rows = {table: log.raw(f"SELECT * FROM {table}") for table in TABLES}
    rows["heads"] = [head for head in rows["heads"] if head[1]]
    return rows
