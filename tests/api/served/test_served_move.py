"""A team moves: the command line exports from one installation and imports into another, and clients go on with their keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from api.cli.root import cli
from registry.archive import sealed
from tests.api.served.serving import Served, png, problem, running

ONCE = {"Idempotency-Key": "the-same-before-and-after"}
PRODUCTION = {"name": "The Last Seat"}


@pytest.fixture(scope="module", autouse=True)
def _cheap_passphrases() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sealed._COST, "n", 2**10)
        yield


@dataclass
class Place:
    """Where a move takes place: two data folders, an archive, its keys and their passphrase."""

    root: Path

    def run(self, data: str, *arguments: object) -> Result:
        environment = {"CONTINUITY_DATA": str(self.root / data), "HOME": str(self.root)}
        done = CliRunner().invoke(cli, [str(word) for word in arguments], obj=environment)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    def said(self, data: str, command: str, *flags: object) -> dict[str, Any]:
        done = self.studio(data, command, *flags, "--json")
        assert done.exit_code == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def studio(self, data: str, command: str, *flags: object) -> Result:
        (self.root / "passphrase").write_text("five words are better than one\n")
        keys = ("--keys", self.root / "studio.keys", "--passphrase-file", self.root / "passphrase")
        return self.run(data, "studio", command, self.root / "archive", *keys, *flags)


@pytest.fixture(name="place")
def place_fixture(tmp_path: Path) -> Place:
    return Place(tmp_path)


def as_before(service: Served, key: str) -> httpx.Client:
    """The client that a team had before the move: its old key at the new address."""
    return httpx.Client(
        base_url=service.url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, verify=False
    )


def test_a_team_moves(place: Place) -> None:
    """With the key of before, everything is there; a repeat of a request meets its first answer; the old place only reads."""
    with running(place.root / "old") as old:
        first = old.post("/v1/productions", PRODUCTION, headers=ONCE)
        asset = old.upload(png()).json()
        before = old.get("/v1/events").json()["items"]
        key, studio = old.key, old.continuity.studio
        done = place.said("old", "export", "--move")
        assert problem(old.post("/v1/productions", PRODUCTION), 409, "studio-closed")["state"] == "moved"
        assert old.get(f"/v1/assets/{asset['id']}").json() == asset
    assert (done["events"], done["moved"], done["studio"]) == (len(before), True, studio)
    assert place.said("nowhere", "verify")["keys"] == "opened"
    assert place.said("new", "import")["new_events"] == len(before)

    with running(place.root / "new") as new, as_before(new, key) as client:
        assert new.continuity.studio == studio
        assert client.get("/v1/events").json()["items"] == before
        assert client.get(f"/v1/assets/{asset['id']}/content").content
        assert client.get(f"/v1/assets/{asset['id']}").json() == asset
        again = client.post("/v1/productions", json=PRODUCTION, headers=ONCE)
        assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
        stopped = client.get("/v1/queue").json()["restored"]
        assert (stopped["position"], "another installation" in stopped["why"]) == (len(before), True)


def test_a_move_is_called_off_on_the_command_line(place: Place) -> None:
    """`reopen` opens the studio at the old place again, with a reason, once."""
    with running(place.root / "old") as old:
        place.said("old", "export", "--move")
        studio = old.continuity.studio
        reopened = place.run("old", "studio", "reopen", studio, "--reason", "not ready")
        twice = place.run("old", "studio", "reopen", studio, "--reason", "not ready")

        assert reopened.exit_code == 0, reopened.stderr
        assert (twice.exit_code, "not-moved" in twice.stderr) == (1, True)
        assert old.made("/v1/productions", PRODUCTION)["name"] == PRODUCTION["name"]
        assert "called off" in old.get("/v1/queue").json()["restored"]["why"]


def test_people_are_told_what_to_do(place: Place) -> None:
    """Without --json a table is drawn, what follows is said, and an import given twice says that nothing was changed."""
    with running(place.root / "old"):
        pass
    exported, checked = place.studio("old", "export"), place.studio("old", "verify")
    imported, twice = place.studio("new", "import"), place.studio("new", "import")

    for done in (exported, checked, imported, twice):
        assert done.exit_code == 0, done.stderr
        assert "events" in done.stdout
    assert "continuity reconcile" in imported.stderr
    assert "nothing was changed" in twice.stderr


WRONG: list[tuple[str, tuple[str, ...], str]] = [
    ("import", (), "archive-unfinished"),
    ("verify", (), "archive-unfinished"),
    ("export", ("--studio", "studio_nobody"), "not-found"),
    ("export", ("--passphrase-file", "/nonexistent"), "bad-passphrase-file"),
    ("export", ("--keys", "/proc/nowhere/studio.keys"), "cannot-archive"),
]


def test_what_cannot_be_done_is_said(place: Place) -> None:
    """Each refusal leaves with 1, a stable code and what to do; nothing is drawn on standard output."""
    with running(place.root / "old"):
        pass
    for command, flags, code in WRONG:
        done = place.studio("old", command, *flags)
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.startswith(code), done.stderr
        assert "→" in done.stderr


def test_a_passphrase_is_asked_for(place: Place) -> None:
    """Typed twice for an export, which then opens with it; a short one is refused."""
    with running(place.root / "old"):
        pass
    line = ["studio", "export", str(place.root / "archive"), "--keys", str(place.root / "studio.keys")]
    environment = {"CONTINUITY_DATA": str(place.root / "old"), "HOME": str(place.root)}
    said = "five words are better than one"
    short = CliRunner().invoke(cli, line, obj=environment, input="short\nshort\n")
    done = CliRunner().invoke(cli, line, obj=environment, input=f"{said}\n{said}\n")

    assert (short.exit_code, "passphrase" in short.stderr) == (1, True)
    assert done.exit_code == 0, done.stderr
    assert said not in done.output
    assert place.said("nowhere", "verify")["keys"] == "opened"


def test_several_studios_are_told_apart(place: Place) -> None:
    """Where there is not one studio, the export asks which; an installation without any has nothing to export."""
    done = place.studio("empty", "export")

    assert (done.exit_code, "which-studio" in done.stderr) == (1, True)
