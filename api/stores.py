"""What an installation keeps: database, data keys and blobs, opened as its settings say, the schema brought up to date."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from hashlib import sha256

from pydantic import SecretStr
from typeid import TypeID

from api.settings import Settings, UnusableSettings
from registry.blobs import Blobs, store_for
from registry.errors import BlobError, LogBusy
from registry.log.engine.database import Database, UnusableDatabase, open_database
from registry.log.engine.installation import pinned
from registry.log.engine.migrate import migrate
from registry.log.roles import Watch
from registry.privacy.keys import KeyStore, open_keys, secret_for
from registry.registry import Registry


@dataclass(frozen=True)
class Stores:
    """What is kept here: the database, the data keys and the blobs; nothing is in them that nobody has put there."""

    settings: Settings
    database: Database
    registry: Registry
    keys: KeyStore
    blobs: Blobs

    def close(self) -> None:
        """Finish what waits in the log and let go of everything."""
        self.registry.close()
        self.keys.close()
        self.blobs.close()


def open_stores(
    settings: Settings,
    problems: list[str] | None = None,
    *,
    watch: Watch = Watch(),  # noqa: B008 - frozen
) -> Stores:
    """What is kept, at the schema of this version. Raises UnusableSettings with all that cannot work, `problems` among it."""
    problems = [] if problems is None else problems
    try:
        blobs = store_for(
            settings.blobs,
            access_key=plain(settings.s3_access_key),
            secret_key=plain(settings.s3_secret_key),
        )
    except BlobError as refused:
        problems.append(f"BLOBS_URL: {refused.message}; {refused.hint}")
    try:
        database = open_database(
            settings.database, owner_url=settings.database_owner, readers=settings.threads
        )
    except (UnusableDatabase, OSError) as refused:
        problems.append(f"DATABASE_URL: {refused}")
    if problems:
        raise UnusableSettings(problems)
    keys = _keys_of(settings, database)
    registry = Registry(
        database,
        keys=keys,
        clock=microseconds,
        make_id=make_id,
        random_bytes=secrets.token_bytes,
        scratch=settings.rebuild_folder,
        watch=watch,
    )
    return Stores(settings, database, registry, keys, blobs)


def _keys_of(settings: Settings, database: Database) -> KeyStore:
    """Migrate, open the key store, and see that it is the one this database was sealed with. Raises UnusableSettings."""
    try:
        migrate(database)
        keys = open_keys(settings.key_store)
    except UnusableDatabase as refused:
        raise UnusableSettings([f"DATABASE_URL: {refused}"]) from None
    except LogBusy as refused:
        raise UnusableSettings([f"CONTINUITY_KEYS: {refused.message}"]) from None
    mine = sha256(secret_for(keys, "identity", secrets.token_bytes)).hexdigest()
    with database.alone("first"), database.writing() as connection:
        if pinned(connection, "keys", mine) != mine:
            raise UnusableSettings(
                [
                    "CONTINUITY_KEYS: this database was sealed with another key store; what it sealed could not be read, "
                    "and what is sealed now could not be read there"
                ]
            )
    return keys


def migrate_alone(settings: Settings) -> str:
    """Bring the schema up to date and open nothing else; answers its revision. Raises UnusableSettings."""
    try:
        database = open_database(settings.database, owner_url=settings.database_owner)
        try:
            return migrate(database)
        finally:
            database.close()
    except (UnusableDatabase, OSError) as refused:
        raise UnusableSettings([f"DATABASE_URL: {refused}"]) from None


def microseconds() -> int:
    """The time now, in microseconds since 1970 (UTC)."""
    return time.time_ns() // 1_000


def make_id(prefix: str) -> str:
    """A new TypeID: the prefix and a UUIDv7."""
    return str(TypeID(prefix))


def plain(secret: SecretStr | None) -> str | None:
    """What a secret setting says."""
    return None if secret is None else secret.get_secret_value()
