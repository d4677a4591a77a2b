"""The processes behind the command line, as far as they need no other process."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from api.cli import processes
from api.client import LocalFailure
from registry.log.engine.migrate import NEWEST
from registry.privacy.keys import KeyFile
from tests.api.cli.conftest import Run


@pytest.fixture
def unconfigured() -> Iterator[None]:
    """Logging as a new process finds it."""
    before = structlog.get_config() if structlog.is_configured() else None
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
    if before is not None:
        structlog.configure(**before)


@pytest.mark.usefixtures("unconfigured")
def test_a_worker_logs_no_local_variables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A worker's crash is logged as one JSON line: local variables, which hold keys and prompts, stay out of it."""
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with pytest.raises(LocalFailure, match="settings"):
        processes.run_worker({"CONTINUITY_NONSENSE": "1"})

    secret = "".join(("whsec_", "abc"))
    try:
        raise ValueError("no")
    except ValueError:
        structlog.get_logger("worker").exception("step_crashed")
    said = capsys.readouterr()
    assert secret not in said.out + said.err
    assert structlog.get_config()["processors"][-1].__class__ is structlog.processors.JSONRenderer


def test_migrating_opens_nothing_but_the_database(tmp_path: Path) -> None:
    """The step that is given the owner's login needs no keys, no store and no account of Kling's, and makes none of them."""
    told = {"CONTINUITY_DATA": str(tmp_path), "KLING_API_KEY": "a b", "BLOBS_URL": "ftp://nowhere"}

    assert processes.migrate_database(told) == NEWEST
    made = {file.name.partition("-")[0].removesuffix(".writer") for file in tmp_path.iterdir()}
    assert made == {"continuity.sqlite"}
    with pytest.raises(LocalFailure, match="DATABASE_URL"):
        processes.migrate_database({"DATABASE_URL": "mysql://x"})


def test_sqlite_files_are_backed_up(run: Run, tmp_path: Path) -> None:
    """What is named is copied, and its size told; nothing named, or a name that is taken, is refused with words."""
    data, copy, keys = tmp_path / "data", tmp_path / "copy.sqlite", tmp_path / "keys.sqlite"
    processes.migrate_database({"CONTINUITY_DATA": str(data)})
    KeyFile(data / "keys.sqlite").close()
    said = run("backup", "--database", copy, "--keys", keys, "--json", CONTINUITY_DATA=str(data))
    again = run("backup", "--database", copy, CONTINUITY_DATA=str(data))

    assert json.loads(said.stdout)["bytes"] == {str(file): file.stat().st_size for file in (copy, keys)}
    assert (again.exit_code, again.stderr.startswith("backup-failed")) == (1, True)
    assert run("backup", CONTINUITY_DATA=str(data)).exit_code == 2
    assert (
        f"{keys.stat().st_size} bytes"
        in run("backup", "--keys", tmp_path / "k2", CONTINUITY_DATA=str(data)).stdout
    )
