"""`continuity lookup`: the digest is asked for before a byte leaves the machine."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.cli import cards
from tests.api.cli.conftest import Run
from tests.api.cli.scripted_http import Script, says

CONTENT = b"a film"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
TRIED = [{"way": "digest", "done": True, "says": "nothing has these exact bytes"}]
UNKNOWN: dict[str, Any] = {"verdict": "unknown", "sha256": SHA256, "found": [], "tried": TRIED}
CONSENT = {"id": cards.an_id("consent"), "state": "revoked", "ends_at": None}
HANA: dict[str, Any] = {
    **{"character": cards.an_id("character"), "likeness": cards.an_id("likeness"), "name": "Hana [1]"},
    **{"depicts": "real_person", "erased": False, "consents": [CONSENT]},
}
FOUND: dict[str, Any] = {
    "thing": cards.an_id("clip"),
    "evidence": {
        **{"way": "looks", "kept": "frames", "certain": False, "says": "looks like it: 3.0 of 288 bits"},
        **{"distance": 3, "bits": 288, "frames": 5},
    },
    **{"production": cards.an_id("production"), "scene": cards.an_id("scene"), "shot": None},
    **{"generation": cards.an_id("generation"), "clip": cards.an_id("clip"), "people": [HANA]},
    **{"ai_generated": True, "approved": None, "withdrawn": True, "erased": False, "position": 42},
    **{"recorded_at": 1_764_000_000_000_000, "receipt": f"/v1/clips/{cards.an_id('clip')}/receipt"},
}
LIKE = UNKNOWN | {"verdict": "looks_like", "found": [FOUND]}


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "take-1.mp4"
    path.write_bytes(CONTENT)
    return path


def test_a_known_digest_keeps_the_bytes_here(server: Script, run: Run, film: Path) -> None:
    """What its digest finds is asked for once, by the digest."""
    server.will(says(LIKE))

    assert run("lookup", str(film)).exit_code == 0
    assert [asked.json for asked in server.asked] == [{"sha256": SHA256}]


def test_unknown_bytes_are_sent_as_they_are(server: Script, run: Run, film: Path) -> None:
    """Only after the digest; neither the file's name nor its place goes along."""
    server.will(says(UNKNOWN), says(LIKE))

    assert run("lookup", str(film)).exit_code == 0
    _, sent = server.asked
    assert (sent.body, sent.headers["content-type"]) == (CONTENT, "application/octet-stream")
    assert "take-1" not in f"{sent.path} {sent.query} {sent.headers}"


@pytest.mark.parametrize("asked", [["--digest-only"], []], ids=["a file", "a digest"])
def test_nothing_found_is_exit_code_1(server: Script, run: Run, film: Path, asked: list[str]) -> None:
    """And with the digest alone, of a file or as it was told, no byte is sent."""
    server.will(says(UNKNOWN))

    result = run("lookup", *([str(film), *asked] if asked else [SHA256]))

    assert result.exit_code == 1
    assert "unknown" in result.stdout
    assert [one.json for one in server.asked] == [{"sha256": SHA256}]


def test_people_read_what_it_is_and_how_sure(server: Script, run: Run, film: Path) -> None:
    """Evidence, scene, who is in it with what they allow, what became of it; programs get the answer."""
    server.will(says(LIKE))

    drawn, programs = run("lookup", str(film)), run("lookup", str(film), "--json")

    words = (
        "looks like",
        "3.0 of 288 bits",
        cards.an_id("scene"),
        "Hana [1]",
        "revoked",
        "position 42",
        "withdrawn",
        "/receipt",
    )
    assert [word for word in words if word not in drawn.stdout] == []
    assert json.loads(programs.stdout) == LIKE


def test_a_file_that_is_not_there(server: Script, run: Run, tmp_path: Path) -> None:
    """Is said before anything is asked."""
    result = run("lookup", str(tmp_path / "nothing.mp4"))

    assert result.exit_code == 1
    assert "cannot be read" in result.stderr
    assert server.asked == []
