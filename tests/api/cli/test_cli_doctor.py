"""`continuity doctor` on real installations: well, spoilt, and not there yet; what it prints and what it leaves with."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.bootstrap import open_continuity
from api.cli.root import cli
from api.settings import Settings
from registry.deciders.account import OpenAccount
from registry.events.envelope import Context
from registry.log.marks import Mark
from tests.registry.blobs.signing import house
from tests.registry.log.opened import introduce
from tests.servers.homes import SERVED, equip, url_of
from tests.servers.sandbox import sandbox
from tests.servers.world import KEYS, new_id

CONTEXT = Context(actor="key_test")


@pytest.fixture(scope="module")
def kling() -> Iterator[str]:
    with sandbox() as provider:
        yield provider.url


@pytest.fixture
def settings(tmp_path: Path, kling: str) -> dict[str, str]:
    return {
        "CONTINUITY_DATA": str(tmp_path / "data"),
        "CONTINUITY_ALLOW_LOOPBACK": "true",
        "KLING_BASE_URL": kling,
        "KLING_ACCESS_KEY": KEYS.access_key,
        "KLING_SECRET_KEY": KEYS.secret_key,
    }


def examined(settings: dict[str, str]) -> tuple[int, list[dict[str, Any]]]:
    result = CliRunner().invoke(cli, ["doctor", "--json"], obj=settings)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


def failing(settings: dict[str, str]) -> list[str]:
    code, found = examined(settings)
    failed = [one["message"] for one in found if one["status"] == "fail"]
    assert code == (1 if failed else 0)
    assert all(one["hint"] for one in found if one["status"] != "ok")
    return failed


def opened(settings: dict[str, str]) -> str:
    """An installation with an account; its studio."""
    if "DATABASE_URL" not in settings:
        equip(Path(settings["CONTINUITY_DATA"]), SERVED)
    continuity = open_continuity(Settings.from_environment(settings))
    account = OpenAccount(
        stream=new_id("account"),
        name="main",
        region="sandbox",
        host=settings["KLING_BASE_URL"],
        key_fingerprint=KEYS.fingerprint,
    )
    continuity.registry.handle(continuity.studio, [account], context=CONTEXT)
    continuity.blobs.check()
    continuity.close()
    return continuity.studio


def test_before_the_first_start(settings: dict[str, str]) -> None:
    """What is not there yet is told and not made: looking changes nothing."""
    assert failing(settings) == []
    assert not Path(settings["CONTINUITY_DATA"]).exists()


def test_a_well_installation(settings: dict[str, str]) -> None:
    """Everything is looked at, for people and for programs alike, and it leaves with 0."""
    opened(settings)
    Path(settings["CONTINUITY_DATA"]).chmod(0o700)
    code, found = examined(settings)
    shown = CliRunner().invoke(cli, ["doctor"], obj=settings)

    assert (code, shown.exit_code) == (0, 0)
    checks = {one["check"] for one in found if one["status"] == "ok"}
    assert {"settings", "data", "keys", "blobs", "kling", "clocks", "database", "marks", "accounts"} <= checks
    assert [one["check"] for one in found if one["status"] == "warn"] == ["checkpoints", "worker"]
    assert all(one["check"] in shown.stdout for one in found)


def test_settings_that_cannot_be_used(settings: dict[str, str]) -> None:
    """Every problem of the settings is a finding, and no secret is in it."""
    failed = failing(settings | {"CONTINUITY_THREDS": "5", "KLING_SECRET_KEY": ""})

    assert len(failed) == 2
    assert KEYS.secret_key not in str(failed)


def test_what_was_spoilt_is_named(settings: dict[str, str]) -> None:
    """Readable keys, a guard that is gone, a mark the log does not reach, an account without its key: each one is told."""
    studio, data = opened(settings), Path(settings["CONTINUITY_DATA"])
    (data / "keys.sqlite").chmod(0o644)
    with sqlite3.connect(data / "continuity.sqlite") as connection:
        connection.execute("DROP TRIGGER events_no_delete")
    (data / "marks").mkdir(exist_ok=True)
    mark = Mark(position=10_000, event_id=new_id("event"), recorded_at=1)
    (data / "marks" / f"{studio}.json").write_text(mark.model_dump_json())

    failed = failing(settings | {"KLING_ACCESS_KEY": "another-key", "KLING_SECRET_KEY": "x" * 32})
    for words in (
        "keys.sqlite can be read by others",
        "the guard events_no_delete",
        "this database is older than what was sent from it",
        f"its key {KEYS.fingerprint} is not here",
    ):
        assert any(words in one for one in failed), failed
    assert len(failed) == 4


def test_checkpoints_are_held_against_their_logs(settings: dict[str, str], tmp_path: Path) -> None:
    """Kept elsewhere and right they are well; too few, or of a history that the log is not, and it is told for which log."""
    settings |= {"CONTINUITY_CHECKPOINTS": str(tmp_path / "elsewhere"), "CONTINUITY_CHECKPOINT_EVENTS": "3"}
    studio = opened(settings)
    assert told_of_checkpoints(settings)[studio].startswith("ok: none is due yet")
    continuity = open_continuity(Settings.from_environment(settings))
    describe = [introduce(name=f"Mina {number}") for number in range(3)]
    continuity.registry.handle(studio, describe, context=CONTEXT)
    assert told_of_checkpoints(settings)[studio].startswith("warn: 4 events are under no checkpoint")
    continuity.checkpoints.make(studio)
    continuity.close()
    assert told_of_checkpoints(settings)[studio] == "ok: goes on from its newest, 0 events since"

    with (
        closing(sqlite3.connect(Path(settings["CONTINUITY_DATA"]) / "continuity.sqlite")) as database,
        database,
    ):
        database.execute("DROP TRIGGER events_no_delete")
        database.execute("DELETE FROM events WHERE log = ? AND position = 4", (studio,))
        database.execute("UPDATE heads SET position = 3 WHERE log = ?", (studio,))
    assert told_of_checkpoints(settings)[studio].startswith("fail: ")


def told_of_checkpoints(settings: dict[str, str]) -> dict[str, str]:
    """What is found of each log's checkpoints, by log."""
    found = [one for one in examined(settings)[1] if one["check"] == "checkpoints"]
    by_log = [one["message"].partition(": ") for one in found]
    return {log: f"{one['status']}: {words}" for one, (log, _, words) in zip(found, by_log, strict=True)}


def test_the_certificate_that_clips_are_signed_with(settings: dict[str, str], tmp_path: Path) -> None:
    """How long it is good, before there is a database; one that cannot sign fails, by the name of its setting."""
    settings |= house("Han River", days=10).files(tmp_path)
    [found] = [one for one in examined(settings)[1] if one["check"] == "certificate"]
    assert found["status"] == "warn"
    assert "Han River ends on" in found["message"]
    (tmp_path / "chain.pem").write_text("x")
    assert any("CONTINUITY_C2PA_CHAIN_FILE" in one for one in failing(settings))


def test_an_older_schema_is_not_migrated(settings: dict[str, str]) -> None:
    """A database of another revision is told, and stays as it is."""
    opened(settings)
    file = Path(settings["CONTINUITY_DATA"]) / "continuity.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    failed = failing(settings)

    assert any(one.startswith("the schema is 0000") for one in failed)
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0000",)
    connection.close()


def test_a_postgresql(settings: dict[str, str], on_postgres: Path) -> None:
    """The server's own facts are looked at as the services' role: version, clock, and what would lose an acknowledged event."""
    beside = settings | {"DATABASE_URL": url_of(on_postgres)}
    opened(beside)
    code, found = examined(beside)

    database = {one["message"]: one["status"] for one in found if one["check"] == "database"}
    assert any(one.startswith("PostgreSQL ") for one in database)
    assert [one for one in database if database[one] == "fail" and " is off: " not in one] == []
    assert code == 1  # the test server does not sync
    assert any("the clock of the database server" in one["message"] for one in found)
