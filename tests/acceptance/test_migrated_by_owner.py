"""compose.yaml's migrate step for real: `continuity migrate` with both addresses, and then work as the services' login."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from registry.log.engine.migrate import NEWEST
from tests.architecture.sources import ROOT
from tests.registry.log.opened import ME, STUDIO, describe, introduce, new_id, opened, register
from tests.servers.cluster import Cluster, cluster
from tests.servers.homes import settle

TABLES = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
CANARY = "canary-of-somebody-who-goes"


@pytest.fixture(scope="module", name="made")
def made_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("secrets")) as found:
        yield found


def migrate(made: Cluster, folder: Path, *, owner: bool) -> subprocess.CompletedProcess[str]:
    """The step as compose runs it: its command and its environment, with this server and these files in them."""
    step = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["migrate"]
    given = {"HOME": str(folder), "CONTINUITY_DATA": str(folder / "data")}
    for name, value in step["environment"].items():
        if owner or "OWNER" not in name:
            here = value.replace("@database:5432/", f"@127.0.0.1:{made.server.port}/")
            given[name] = here.replace("/run/secrets", str(made.secrets))
    line = [sys.executable, "-m", "api.cli", *step["command"]]
    return subprocess.run(line, env=given, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def migrated(made: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """After the step; and before it, the services' login alone was refused, and told what it lacks."""
    folder = tmp_path_factory.mktemp("steps")
    refused = migrate(made, folder, owner=False)
    assert refused.returncode != 0
    assert "DATABASE_OWNER_URL" in refused.stderr
    assert made.server.run(TABLES, "continuity") == []
    done = migrate(made, folder, owner=True)
    assert (done.returncode, NEWEST in done.stdout) == (0, True), done.stderr
    return made


def test_all_tables_are_the_owner_s(migrated: Cluster) -> None:
    """The login that is no superuser made them all; the services own nothing at all."""
    assert migrated.server.run(TABLES, "continuity") == [("continuity_owner",)]
    owned = "SELECT count(*) FROM pg_class WHERE relowner::regrole::text IN ('continuity', 'continuity_app')"
    assert migrated.server.run(owned, "continuity") == [(0,)]


def test_the_services_work_on_what_the_owner_made(migrated: Cluster, tmp_path: Path) -> None:
    """The services' login appends, rebuilds damaged views, and erases to the last row version, which takes the MAINTAIN right."""
    goes, asset = new_id("character"), new_id("asset")
    with opened(settle(tmp_path, migrated.address("continuity"))) as log:
        log.handle(introduce(goes, name=CANARY), introduce(), register(asset))
        log.handle(describe(asset, "she waits at the window"))
        with log.database.writing() as connection:
            connection.exec_driver_sql("DELETE FROM view_assets")
        assert log.registry.rebuild().different == ("view_assets",)
        assert log.registry.rebuild(replace="rows were lost").replaced
        assert log.registry.rebuild().different == ()

        log.registry.destroy_keys(STUDIO, [goes])
        log.registry.forget(STUDIO, (), context=ME)
        log.handle(introduce(name="after"))
        names = migrated.server.run("SELECT name FROM view_characters ORDER BY name", "continuity")
        assert names == [("(erased)",), ("Mina",), ("after",)]
    assert CANARY.encode() not in files(migrated)


def files(made: Cluster) -> bytes:
    """All that the database's tables hold on disk once it is written there."""
    made.server.run("CHECKPOINT")
    [(oid,)] = made.server.run("SELECT oid FROM pg_database WHERE datname = 'continuity'")
    return b"".join(file.read_bytes() for file in (made.server.folder / "data" / "base" / str(oid)).iterdir())
