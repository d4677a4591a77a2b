"""`continuity verify --service`: a live service held to checkpoints from elsewhere.

1 and where when it shows another log, 2 and why when nobody can tell.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.auth import issue_key
from api.cli.root import cli
from registry.events.studio import ROLES
from registry.proof.leaf import leaf_of
from tests.api.served.serving import Served, running
from tests.api.served.tampering import Intruder
from tests.registry.proof.test_note import signer
from tests.servers.sandbox import free_port

ORIGIN = {"CONTINUITY_LOG_ORIGIN": "films.example"}


@dataclass
class Watched:
    """A service, and what an auditor keeps of it: a checkpoint and the public keys, in files. `before` is an older copy of it."""

    service: Served
    intruder: Intruder
    size: int
    held: Path
    keys: Path
    before: Path

    def verify(self, *, service: Served | None = None, **otherwise: object) -> tuple[int, dict[str, Any]]:
        """Exit code and report of the command."""
        asked = service or self.service
        given: dict[str, object] = {
            "--url": asked.url,
            "--key": asked.key,
            "--checkpoint-file": self.held,
            "--public-key": self.keys,
        }
        given |= {f"--{name.replace('_', '-')}": said for name, said in otherwise.items()}
        words = [str(word) for pair in given.items() for word in pair]
        done = CliRunner().invoke(cli, ["verify", "--service", "--json", *words], obj={})
        report: dict[str, Any] = json.loads(done.stdout)
        assert report["exit_code"] == done.exit_code
        return done.exit_code, report

    def found(self, **otherwise: Any) -> set[tuple[str, int]]:
        """Kind and position of what speaks against the log, which is refuted."""
        code, report = self.verify(**otherwise)
        assert (code, report["verdict"]) == (1, "tampered"), report
        return {(one["kind"], one["position"]) for log in report["logs"] for one in log["findings"]}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder, mine = tmp_path_factory.mktemp("service"), tmp_path_factory.mktemp("mine")
    before = folder / "before"
    with running(folder / "now", **ORIGIN) as service:
        for name in ("Mina", "Jun", "Sora"):
            service.made("/v1/characters", {"name": name, "depicts": "fictional"})
        service.get("/v1/log/checkpoint")
    shutil.copytree(folder / "now", before)
    with running(folder / "now", **ORIGIN) as service:
        for name in ("Hana", "Bo"):
            service.made("/v1/characters", {"name": name, "depicts": "fictional"})
        size = service.position()
        held, keys = mine / "held.checkpoint", mine / "studio.keys"
        held.write_text(service.get("/v1/log/checkpoint", params={"covering": size}).text)
        keys.write_text("\n".join(one["key"] for one in service.get("/v1/log/keys").json()["items"]))
        intruder = Intruder(folder / "now" / "continuity.sqlite", service.continuity.studio)
        yield Watched(service, intruder, size, held, keys, before)


def test_what_was_signed_is_good(watched: Watched) -> None:
    """0 for the log as it was held, also when it went on."""
    code, report = watched.verify()
    assert (code, report["verdict"]) == (0, "good"), report


def test_a_changed_event_is_told(watched: Watched) -> None:
    """1, and its position: a column that does not give the stored hash."""
    with watched.intruder.does("SET actor = 'nobody'", "position = ?", 2):
        assert ("changed", 2) in watched.found()


def test_a_rewritten_event_is_told(watched: Watched) -> None:
    """1: an event whose hash was made anew agrees with itself, and its history is not the one that was signed."""
    [row] = watched.intruder.ask("SELECT * FROM events WHERE log = ? AND position = 3")
    forged = [one.encode() if isinstance(one, str) else one for one in row[:13]]
    forged[8] = b"nobody"
    change = f"SET actor = 'nobody', leaf_hash = X'{leaf_of(forged).hex()}'"
    with watched.intruder.does(change, "position = ?", 3):
        assert "root" in {kind for kind, _ in watched.found()}


@pytest.mark.parametrize("position", [1, 3])
def test_a_hole_is_told(watched: Watched, position: int) -> None:
    """1, and where: an event that the service shows no more."""
    with watched.intruder.does("DELETE", "position = ?", position):
        assert ("hole", position) in watched.found()


def test_a_log_that_was_cut_is_told(watched: Watched) -> None:
    """1: its last events are gone, and its newest checkpoint still speaks of them."""
    with watched.intruder.does("DELETE", "position > ?", watched.size - 2):
        assert "truncated" in {kind for kind, _ in watched.found()}


def test_a_log_that_was_rolled_back_is_told(watched: Watched) -> None:
    """1: an older copy of the whole installation, with its own checkpoints, ends before the one that is held."""
    with running(watched.before, **ORIGIN) as older:
        assert "truncated" in {kind for kind, _ in watched.found(service=older)}


def test_another_studio_is_told(watched: Watched) -> None:
    """1: the log that a checkpoint is held of is not the one that this key opens."""
    registry = watched.service.continuity.registry
    other = watched.service.other_studio()
    key = issue_key(registry, other, "tester", roles=ROLES)
    assert "missing" in {kind for kind, _ in watched.found(key=key)}


@pytest.mark.parametrize(
    ("otherwise", "why"),
    [
        ({"url": f"http://127.0.0.1:{free_port()}"}, "unreachable"),
        ({"key": "ck_of_somebody_else"}, "unauthenticated"),
        ({"public_key": str(signer(7).key("films.example/nobody"))}, "key"),
        ({"checkpoint_file": "/nowhere/held.checkpoint"}, "/nowhere/held.checkpoint"),
    ],
    ids=["away", "a foreign key", "nobody's signature", "no checkpoint"],
)
def test_nobody_can_tell(watched: Watched, otherwise: dict[str, Any], why: str) -> None:
    """2, and why: a service that is away or does not let us in, a signature of nobody we know, a file that is not there."""
    code, report = watched.verify(**otherwise)
    assert (code, report["verdict"]) == (2, "cannot tell"), report
    assert why in json.dumps(report), report
