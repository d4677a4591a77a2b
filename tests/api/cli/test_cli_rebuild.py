"""`continuity rebuild` on a database of its own: what differs is told, and replaced for a reason."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from click.testing import Result
from rich.console import Console
from sqlalchemy import text

from api.cli import rebuilding
from api.cli.terminal import console
from registry.log.engine.database import open_database
from tests.api.cli.conftest import Run


def rebuild(run: Run, home: Path, *flags: str) -> Result:
    return run("rebuild", *flags, CONTINUITY_DATA=str(home / "data"))


@pytest.fixture
def damaged(run: Run, home: Path) -> None:
    """An installation with one studio, whose name somebody changed in the view."""
    assert rebuild(run, home).exit_code == 0
    database = open_database(f"sqlite:///{home / 'data' / 'continuity.sqlite'}")
    with database.writing() as connection:
        connection.execute(text("UPDATE view_studios SET name = 'Nobody'"))
    database.close()


def test_nothing_differs(run: Run, home: Path) -> None:
    """On a healthy installation nothing differs, and the certificate is named."""
    drawn = rebuild(run, home)
    said = json.loads(rebuild(run, home, "--json").stdout)

    assert "nothing" in drawn.stdout
    assert "rebuild_" in drawn.stdout
    assert (said["different"], said["replaced"]) == ([], False)
    assert said["positions"] == {"system": said["events"]}
    assert {one["table"]: one["rows"] for one in said["tables"]}["view_studios"] == 1
    assert not (home / "data" / "rebuild").exists()


def test_a_terminal_is_shown_how_far_it_is(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody looks, one bar counts events and another rows, each to its end; in a pipe nothing of it is written."""
    piped = rebuild(run, home)
    looked = io.StringIO()
    monkeypatch.setattr(
        rebuilding,
        "console",
        lambda **to: Console(file=looked, force_terminal=True, width=100) if to else console(),
    )
    shown = rebuild(run, home)
    bars = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", looked.getvalue())
    rows = sum(one["rows"] for one in json.loads(rebuild(run, home, "--json").stdout)["tables"])

    assert (shown.exit_code, piped.stderr) == (0, "")
    assert re.search(r"events .*━+.* (\d+)/\1 ", bars)
    assert re.search(rf"rows .*━+.* {rows}/{rows} ", bars)


@pytest.mark.usefixtures("damaged")
def test_what_differs_is_left(run: Run, home: Path) -> None:
    """The view, the counts and the key are shown, nothing is changed, and the command ends with 1, each time."""
    for _ in range(2):
        drawn = rebuild(run, home)
        assert drawn.exit_code == 1
        assert "view_studios" in drawn.stdout
        assert "~ studio_" in drawn.stdout
        assert "Nobody" not in drawn.stdout


@pytest.mark.usefixtures("damaged")
def test_what_differs_is_replaced(run: Run, home: Path) -> None:
    """With a reason the rows are replaced and the command ends well; after it nothing differs."""
    said = rebuild(run, home, "--replace", "--reason", "edited by hand", "--json")

    assert said.exit_code == 0
    assert (json.loads(said.stdout)["different"], json.loads(said.stdout)["replaced"]) == (
        ["view_studios"],
        True,
    )
    assert rebuild(run, home).exit_code == 0


@pytest.mark.parametrize(
    "flags", [["--replace"], ["--reason", "edited by hand"], ["--replace", "--reason", "x"]]
)
def test_replacing_needs_a_reason(run: Run, home: Path, flags: list[str]) -> None:
    """One without the other, or two letters, is a misuse that changes nothing."""
    refused = rebuild(run, home, *flags)

    assert refused.exit_code == (1 if "x" in flags else 2)
    assert "reason" in refused.stderr
