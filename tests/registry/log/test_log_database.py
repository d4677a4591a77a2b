"""The database itself: what is refused at start, what a full disk does, and that migrations make what the code declares."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlmodel import SQLModel

from registry.errors import LogBusy
from registry.log.engine import sqlite as engine
from registry.log.engine.append_only import GUARDS
from registry.log.engine.database import UnusableDatabase, open_database
from registry.log.engine.migrate import NEWEST, migrate, revision, scripts
from registry.log.engine.sqlite import SAFE_SQLITE, check_build, check_mount
from registry.log.tables import LOG_TABLES
from registry.views.characters import characters
from registry.views.projections import PROJECTIONS
from tests.registry.log.opened import STUDIO, Opened, introduce, opened, register

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
filer:/home /home nfs4 rw 0 0
tmpfs /home/local tmpfs rw 0 0
//nas/share /mnt/my\\040share cifs rw 0 0
overlay / overlay rw 0 0
"""


@pytest.fixture
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose home is on the network."""
    table = tmp_path / "mounts"
    table.write_text(MOUNTS)
    monkeypatch.setattr(engine, "Path", lambda path: table if path == "/proc/mounts" else Path(path))


def fill(log: Opened) -> tuple[int, LogBusy]:
    """Write until the database refuses; answers how many calls were acknowledged, and the refusal."""
    for acknowledged in range(20_000):
        try:
            log.handle(introduce(), register())
        except LogBusy as refused:
            return acknowledged, refused
    raise AssertionError("the database never filled")


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2), (3, 7)])
def test_unsafe_sqlite_is_refused(version: tuple[int, ...]) -> None:
    """Builds that can corrupt a WAL database are refused by number, with what to do."""
    with pytest.raises(UnusableDatabase, match=r"3\.51\.3 or newer"):
        check_build(version)


@pytest.mark.parametrize("version", [SAFE_SQLITE, (3, 53, 4), (4, 0, 0)])
def test_safe_sqlite_is_taken(version: tuple[int, ...]) -> None:
    """The fixed build and everything after it will do."""
    check_build(version)


@pytest.mark.usefixtures("mounts")
@pytest.mark.parametrize(
    ("path", "kind"), [("/home/me/log.sqlite", "nfs4"), ("/mnt/my share/log.sqlite", "cifs")]
)
def test_network_mounts_are_refused(path: str, kind: str) -> None:
    """A database on a network mount is refused, naming path and file system: its locks do not hold."""
    with pytest.raises(UnusableDatabase, match=f"{path} is on a network mount.*{kind}"):
        check_mount(Path(path))


@pytest.mark.usefixtures("mounts")
@pytest.mark.parametrize("path", ["/var/log.sqlite", "/home/local/log.sqlite", "/homes/log.sqlite"])
def test_local_mounts_are_taken(path: str) -> None:
    """The innermost mount decides, by whole folder names."""
    check_mount(Path(path))


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql:///x", "nonsense", ""])
def test_unusable_addresses_are_refused(url: str) -> None:
    """An address that names no SQLite file is refused at start, saying what is needed."""
    with pytest.raises(UnusableDatabase, match="sqlite:///"):
        open_database(url)


def test_the_pragmas_that_durability_needs(tmp_path: Path) -> None:
    """Every connection runs WAL with synchronous=FULL, foreign keys and recursive triggers; the file is its owner's."""
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
    with opened(tmp_path, copied=False) as log:
        found = [log.raw(f"PRAGMA {name}") for name in pragmas]
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("log.sqlite*")}

    assert found == [[("wal",)], [(2,)], [(1,)], [(1,)]]
    assert {name for name, mode in modes.items() if mode & 0o077} <= {"log.sqlite.writer"}


def test_a_full_database_says_so(tmp_path: Path) -> None:
    """When there is no room the caller is told, nothing is half written, and with room it goes on."""
    with opened(tmp_path) as log:
        log.database.engine.dispose()

        @event.listens_for(log.database.engine, "connect")
        def shrink(connection: object, _record: object) -> None:
            connection.execute("PRAGMA max_page_count=160")  # type: ignore[attr-defined]

        acknowledged, refusal = fill(log)
        events = log.registry.feed.after(STUDIO, 0, limit=10_000)
        assert acknowledged > 0
        assert "disk is full" in refusal.message
        assert "make room" in refusal.hint
        assert refusal.detail["landed"] is False
        assert len(events) == acknowledged * 2
    with opened(tmp_path) as log:
        assert log.registry.rebuild().different == ()
        assert log.handle(introduce()).position == acknowledged * 2 + 1


def test_a_closed_log_says_that_nothing_landed(tmp_path: Path) -> None:
    """A command that never reached a transaction is certain not to have happened, and the refusal says so."""
    with opened(tmp_path) as log:
        log.registry.close()
        with pytest.raises(LogBusy) as refused:
            log.handle(introduce())

    assert refused.value.detail["landed"] is False


def test_a_failing_disk_says_so(tmp_path: Path) -> None:
    """When the file system refuses to write, the process tells its caller and lives; every acknowledged event is there."""
    with opened(tmp_path):
        pass
    child = subprocess.run(
        [sys.executable, "-m", "tests.registry.log.filling", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert child.returncode == 0, child.stderr
    acknowledged = int(child.stdout.split()[0])
    assert "disk" in child.stdout
    with opened(tmp_path) as log:
        assert acknowledged > 0
        assert len(log.registry.feed.after(STUDIO, 0, limit=10_000)) == acknowledged * 2
        assert log.registry.rebuild().different == ()


def test_a_broken_database_is_said_in_our_words(open_log: Opened) -> None:
    """A reader of a database that lost its tables hears LogBusy, never the driver's own exception."""
    open_log.raw("DROP TABLE view_characters")
    open_log.raw("DROP TABLE heads")

    with pytest.raises(LogBusy, match=r"no such table: heads|relation .heads. does not exist"):
        open_log.registry.feed.head(STUDIO)
    with pytest.raises(LogBusy, match="view_characters"), open_log.registry.snapshot() as connection:
        characters(connection, STUDIO)


def test_migrations_make_what_the_code_declares(tmp_path: Path) -> None:
    """A database made by all migrations has exactly the tables, columns and indexes of the SQLModel classes."""
    database = open_database(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    assert revision(database) is None
    migrate(database)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, SQLModel.metadata)
        triggers = (
            connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        )
    database.close()

    assert differences == []
    assert set(triggers) == set(GUARDS["sqlite"])


def test_the_code_expects_the_last_migration() -> None:
    """The revision that a start compares with, without loading the migrations, is the one at their head."""
    assert ScriptDirectory.from_config(scripts()).get_current_head() == NEWEST


def test_every_view_table_is_projected() -> None:
    """A table belongs to the log or to a projection; no other table is declared."""
    known = {table.name for table in LOG_TABLES} | {
        table.name for view in PROJECTIONS for table in view.tables
    }

    assert set(SQLModel.metadata.tables) == known


def test_migrating_twice_is_quiet(tmp_path: Path) -> None:
    """A second start finds nothing to do and loses nothing."""
    with opened(tmp_path, copied=False) as log:
        log.handle(introduce())
    with opened(tmp_path) as log:
        assert (migrate(log.database), revision(log.database)) == (NEWEST, NEWEST)
        assert log.registry.feed.head(STUDIO) == 1


def test_first_starts_may_race(tmp_path: Path) -> None:
    """Two processes that start at once on an empty folder all come up, on one schema."""
    code = (
        "import sys; from pathlib import Path; from tests.registry.log.opened import opened, introduce\n"
        "with opened(Path(sys.argv[1]), copied=False) as log: log.handle(introduce())"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    errors = [child.communicate(timeout=60)[1] for child in children]

    assert [child.returncode for child in children] == [0, 0], errors
    with opened(tmp_path) as log:
        assert log.registry.feed.head(STUDIO) == 2
