"""An archive takes its checkpoints along, and shows with them, away from any installation, that nobody rewrote it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from registry.archive.exporting import export_studio
from registry.archive.verifying import verify_archive
from registry.checkpoints.making import public_keys
from registry.errors import ArchiveDamaged
from registry.proof.__main__ import main
from registry.proof.checking import Asked, check
from registry.proof.leaf import leaf_hash
from registry.proof.note import Note
from tests.registry.archive.houses import Installation, order
from tests.registry.checkpoints.conftest import made_in
from tests.registry.log.opened import STUDIO


@pytest.fixture
def key(old: Installation, tmp_path: Path) -> str:
    """An archive in the folder, of an installation with checkpoints; its public key."""
    old.told()
    checkpoints = made_in(old.log, tmp_path / "old")
    export_studio(replace(old.house(), checkpoints=checkpoints), STUDIO, order(tmp_path))
    return public_keys(checkpoints)[0]


def rewrite(archive: Path) -> None:
    """The last event says something else, its hash is made anew, and its line."""
    file = max((archive / "events").iterdir())
    lines = file.read_text().splitlines()
    row = json.loads(lines[-1])
    row["actor"] = "somebody else"
    row["leaf_hash"] = leaf_hash({**row, "body": row["body"].encode()}).hex()
    lines[-1] = json.dumps(row)
    file.write_text("\n".join(lines) + "\n")


def test_an_archive_is_proven_by_the_key_alone(key: str, tmp_path: Path) -> None:
    """Whole, it is good; by another key nobody can tell; rewritten in one word, it is tampered."""
    archive = tmp_path / "archive"
    verify_archive(archive)
    report = check(Asked(archive=archive, keys=(key,)))
    assert (report.verdict, report.logs[0].proven) == ("good", report.logs[0].events)
    assert check(Asked(archive=archive, keys=("B" * 43 + "=",))).verdict == "cannot tell"
    rewrite(archive)
    assert check(Asked(archive=archive, keys=(key,))).verdict == "tampered"


def test_the_program_says_it_with_its_exit_code(
    key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 good, 1 tampered, 2 cannot tell; as lines for people and as one document for programs."""
    archive = tmp_path / "archive"
    given = ["--archive", str(archive), "--public-key", key]
    assert main(given) == 0
    assert "verdict: good" in capsys.readouterr().out
    assert main(["--archive", str(archive), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["verdict"] == "cannot tell"
    for absent in (["--archive", str(tmp_path)], ["--database", str(tmp_path / "none.sqlite")]):
        assert main([*absent, "--public-key", key, "--json"]) == 2
        assert json.loads(capsys.readouterr().out)["doubts"]
    rewrite(archive)
    assert main([*given, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["logs"][0]["findings"][0]["kind"] == "root"


def test_a_checkpoint_of_another_history_is_damage(key: str, tmp_path: Path) -> None:
    """Who checks an archive without any key still sees that its checkpoints are not of its events."""
    [file] = (tmp_path / "archive" / "checkpoints").iterdir()
    note = Note.parse(file.read_bytes())
    lines = note.text.split("\n")
    lines[2] = "A" * 43 + "="
    file.write_text(str(Note("\n".join(lines), note.signatures)))
    with pytest.raises(ArchiveDamaged, match="another history"):
        verify_archive(tmp_path / "archive")
    file.write_text("hello")
    with pytest.raises(ArchiveDamaged, match="checkpoints"):
        verify_archive(tmp_path / "archive")
