"""`continuity assets import`: a verdict for every file, whatever the others are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.cli import cards
from tests.api.cli.conftest import Run
from tests.api.cli.scripted_http import DROPPED, Script, refuses, says

FINDING = {
    **{
        "rule": "R40",
        "severity": "E",
        "title": "t",
        "message": "the picture is 299 px wide",
        "about": "picture",
    },
    **{"path": "$.width", "cites": ["R40"], "alternatives": [], "accepted": None},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pictures"
    made.mkdir()
    for name in ("a.png", "b.txt", "c.jpg", "d.png"):
        (made / name).write_bytes(name.encode())
    (made / ".hidden").write_bytes(b"x")
    (made / "more").mkdir()
    (made / "more" / "e.png").write_bytes(b"e")
    return made


def test_a_bad_file_never_stops_the_rest(server: Script, run: Run, folder: Path) -> None:
    """Registered, refused, kept with findings and known already each have their line; one refusal makes the exit code 1."""
    server.will(
        says(cards.asset(1), 201),
        refuses(422, "not-a-picture", detail="the bytes are no picture", hint="send a JPEG"),
        says(cards.asset(2, findings=[FINDING]), 201),
        says(cards.asset(3), 200),
    )

    result = run("assets", "import", folder)

    verdicts = [
        line.split("  ")[0].strip() for line in result.stdout.splitlines() if not line.startswith(" ")
    ]
    assert verdicts == ["registered", "refused", "kept with findings", "known already"]
    assert "the bytes are no picture (not-a-picture)" in result.stdout
    assert "the picture is 299 px wide" in result.stdout
    assert result.exit_code == 1


def test_programs_get_a_line_per_file(server: Script, run: Run, folder: Path) -> None:
    """With --json each verdict is one object; nothing refused is exit code 0; folders in folders only when asked."""
    server.will(says(cards.asset(), 201))

    result = run("assets", "import", folder, "--recursive", "--json")

    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [Path(line["file"]).name for line in told] == ["a.png", "b.txt", "c.jpg", "d.png", "e.png"]
    assert {(line["verdict"], line["asset"]) for line in told} == {("registered", cards.an_id("asset"))}
    assert result.exit_code == 0


def test_a_file_that_is_not_there_is_a_verdict(server: Script, run: Run, tmp_path: Path) -> None:
    """A path without a file is refused with the reason, and the next one is still registered."""
    (tmp_path / "a.png").write_bytes(b"a")
    server.will(says(cards.asset(), 201))

    result = run("assets", "import", tmp_path / "absent.png", tmp_path / "a.png")

    assert [line.split()[0] for line in result.stdout.splitlines()] == ["refused", "registered"]
    assert result.exit_code == 1


@pytest.mark.parametrize(
    "trouble",
    [
        refuses(401, "unauthenticated", detail="no such key"),
        refuses(503, "blob-store-down", detail="full", headers={"Retry-After": "99"}),
        DROPPED,
    ],
    ids=["no key", "store down", "nobody there"],
)
def test_what_no_file_can_help_stops_at_once(server: Script, run: Run, folder: Path, trouble: object) -> None:
    """When the service is the trouble, the import ends with that error and calls no file refused."""
    server.will(trouble)  # type: ignore[arg-type]

    result = run("assets", "import", folder)

    assert (result.exit_code, result.stdout) == (1, "")
    assert len({asked.query["label"] for asked in server.asked}) == 1


def test_an_empty_folder_is_an_error(run: Run, tmp_path: Path) -> None:
    """Nothing to import is said, not passed over."""
    result = run("assets", "import", tmp_path / "home")

    assert result.exit_code == 1
    assert "nothing-to-import" in result.stderr
