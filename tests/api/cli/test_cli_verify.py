"""`continuity verify` and `continuity checkpoints` on an installation of one's own, and the verifier on a machine without any."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pysqlite3 import dbapi2 as sqlite

from api.bootstrap import open_continuity
from api.cli.root import cli
from api.settings import Settings
from tests.api.served.serving import NOWHERE
from tests.servers.homes import SERVED, equip


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An installation that was opened once."""
    equip(tmp_path / "data", SERVED)
    settings = {"CONTINUITY_DATA": str(tmp_path / "data"), **NOWHERE}
    open_continuity(Settings.from_environment(settings)).close()
    return settings


def run(environment: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(cli, [*words], obj=environment)


def test_an_installation_verifies_itself(environment: dict[str, str], tmp_path: Path) -> None:
    """Without checkpoints nobody can tell; with them it is good; after somebody wrote into the file it is tampered, and where."""
    assert run(environment, "verify").exit_code == 2
    made = json.loads(run(environment, "checkpoints", "make", "--json").stdout)
    assert {one["log"]: one["size"] > 0 for one in made}["system"]
    first = json.loads(run(environment, "checkpoints", "rotate", "--reason", "yearly", "--json").stdout)
    again = json.loads(run(environment, "checkpoints", "rotate", "--end-overlap", "--json").stdout)
    assert first == again
    good = run(environment, "verify", "--json")
    assert (good.exit_code, json.loads(good.stdout)["verdict"]) == (0, "good")

    database = tmp_path / "data" / "continuity.sqlite"
    connection = sqlite.connect(str(database))
    connection.execute("DROP TRIGGER events_no_update")
    connection.execute("UPDATE events SET actor = 'nobody' WHERE log = 'system' AND position = 1")
    connection.commit()
    connection.close()
    found = run(environment, "verify")
    assert found.exit_code == 1
    assert "changed at position 1" in found.stdout


def test_the_verifier_stands_alone(environment: dict[str, str], tmp_path: Path) -> None:
    """One folder, Python and cryptography: nothing of the service is there, and nothing of what it rests on is imported."""
    run(environment, "checkpoints", "make")
    shutil.copytree(Path("registry/proof"), tmp_path / "alone" / "registry" / "proof")
    keys = Settings.from_environment(environment).data
    public = _public(environment)
    given = ["--database", str(keys / "continuity.sqlite"), "--checkpoints", str(keys / "checkpoints")]
    program = (
        "import sys; from registry.proof.__main__ import main; code = main(sys.argv[1:]); "
        "alien = {'pydantic', 'sqlalchemy', 'httpx', 'orjson', 'litestar', 'api', 'generation'} & set(sys.modules); "
        "sys.exit(9 if alien or 'registry.log' in sys.modules else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *given, "--public-key", public],
        cwd=tmp_path / "alone",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "verdict: good"), done.stderr


def _public(environment: dict[str, str]) -> str:
    from api.cli.processes import own_log

    return own_log(environment)[2][0]
