"""A dump of PostgreSQL by the commands of docs/how-to/production.md, taken while all work, and put back over the database."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generation.restoring import restored
from registry.deciders.character import IntroduceCharacter
from registry.log.engine.database import open_database
from registry.log.engine.migrate import migrate
from tests.architecture.sources import ROOT
from tests.crash.test_restored_backup import accepted, compared, tried
from tests.servers.building import build
from tests.servers.cluster import Cluster, cluster
from tests.servers.homes import settle
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World, new_id, open_desk, open_registry

PAGE = ROOT / "docs" / "how-to" / "production.md"
RIGHTS = {
    "tables": "SELECT relname, relkind, relacl::text, relowner::regrole, relrowsecurity, relforcerowsecurity FROM pg_class "
    "WHERE relnamespace = 'public'::regnamespace",
    "policies": "SELECT tablename, policyname, roles, cmd, qual, with_check FROM pg_policies",
    "guards": "SELECT tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, proowner::regrole, proacl::text, md5(prosrc) FROM pg_proc "
    "WHERE pronamespace = 'public'::regnamespace",
    "unnoted": "SELECT attrelid::regclass, attname FROM pg_attribute WHERE attstattarget = 0",
    "database": "SELECT datdba::regrole, datacl::text, encoding, datcollate FROM pg_database WHERE datname = 'continuity'",
}


def command(program: str) -> str:
    """The page's line for a program, as it is run inside the database's container."""
    [line] = re.findall(rf"^docker compose exec -T database ({program} .+)$", PAGE.read_text(), re.MULTILINE)
    return str(line)


def run(made: Cluster, program: str, folder: Path) -> None:
    done = subprocess.run(
        command(program),
        shell=True,
        cwd=folder,
        env=made.tools(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def rights(made: Cluster) -> dict[str, list[tuple[Any, ...]]]:
    """All that says who may do what, and what nobody may do."""
    return {name: sorted(made.server.run(query, "continuity"), key=str) for name, query in RIGHTS.items()}


def events(made: Cluster, log: str) -> list[tuple[Any, ...]]:
    return made.server.run(f"SELECT * FROM events WHERE log = '{log}' ORDER BY position", "continuity")


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The documented cluster, migrated by the owner."""
    with cluster(tmp_path_factory.mktemp("secrets")) as found:
        database = open_database(found.address("continuity"), owner_url=found.address("continuity_owner"))
        migrate(database)
        database.close()
        yield found


@contextmanager
def under_load(world: World) -> Iterator[None]:
    """Three threads append for as long as the block lasts, and did so before it began."""
    done, begun = threading.Event(), threading.Semaphore(0)

    def write() -> None:
        while not done.is_set():
            world.do(IntroduceCharacter(stream=new_id("character"), depicts="fictional", name="Jun"))
            begun.release()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(9):
            assert begun.acquire(timeout=60)
        yield
        for _ in range(9):
            assert begun.acquire(timeout=60)
    finally:
        done.set()
        for thread in threads:
            thread.join()


def reopened(world: World) -> World:
    """The same folder, opened again: blobs and marks are those of before, the database is what is there now."""
    registry = open_registry(world.folder, world.clock)
    return replace(world, desk=open_desk(world.folder, registry))


@pytest.mark.slow
def test_a_dump_under_load_is_put_back_whole(made: Cluster, provider: Sandbox, tmp_path: Path) -> None:
    """1. It is a beginning of the log without a hole, and its views are right. 2. Owners, rights, policies and guards are as they
    were. 3. It is known to lack what was sent, and sends nothing until it is compared and accepted; then it does.
    """
    world = build(settle(tmp_path, made.address("continuity")), provider.url)
    world.carry(world.ask(**ALONE))
    asked = world.ask(**ALONE)
    with under_load(world):
        run(made, "pg_dump", tmp_path)
    world.carry(asked)
    world.registry.close()
    live, before, paid = events(made, world.studio), rights(made), provider.ledger()[-1]

    run(made, "pg_restore", tmp_path)
    assert rights(made) == before
    old = reopened(world)
    head = old.registry.feed.head(old.studio)
    assert events(made, old.studio) == live[:head]
    assert len(old.log()) == head < len(live)
    assert old.registry.rebuild().different == ()

    flagged = restored(old.desk, old.studio)
    assert flagged is not None
    assert flagged.position > head
    tried(old, asked)
    assert provider.ledger()[-1] == paid
    compared(old)
    accepted(old)
    assert old.carry(asked)[0].outcome == "delivered"
    assert provider.ledger()[-1]["task_id"] != paid["task_id"]
    old.registry.close()
