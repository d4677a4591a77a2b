"""The command line against everything it starts: service, worker and sandbox as processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from api.cli.root import cli
from tests.registry.blobs.sounds import wav
from tests.servers.homes import SERVED, equip

QUICK = {
    "CONTINUITY_POLL_FIRST_SECONDS": "0.2",
    "CONTINUITY_LOOK_INTERVAL_SECONDS": "0.2",
    "CONTINUITY_IDLE_SECONDS": "0.1",
}


@dataclass
class Serving:
    """A running `continuity serve …` and the caller's side of it."""

    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    def run(self, *arguments: object) -> Result:
        result = CliRunner().invoke(cli, [str(a) for a in arguments], obj=self.environment)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def json(self, *arguments: object) -> Any:
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def misbehave(self, **fault: Any) -> None:
        sandbox = self.json("accounts", "list")[0]["host"]
        httpx.post(f"{sandbox}/sandbox/v1/faults", json=fault).raise_for_status()


def within(seconds: float, good: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not good() and time.monotonic() < deadline:
        time.sleep(0.05)
    return good()


def children_of(parent: int) -> dict[str, int]:
    """Process ids by the command they run (`serve`, `worker`, `sandbox`)."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            about = (entry / "stat").read_text().rpartition(")")[2].split()
            line = (entry / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue  # gone meanwhile
        if about[0] != "Z" and int(about[1]) == parent and "api.cli" in line:
            found[next(word for word in line if word in ("serve", "worker", "sandbox"))] = int(entry.name)
    return found


@contextmanager
def started(folder: Path, *flags: str) -> Iterator[Serving]:
    """`continuity serve …` on free ports; whatever a test does, it is asked to stop afterwards."""
    port_file = folder / "port"
    environment = {
        **os.environ,
        **QUICK,
        "CONTINUITY_DATA": str(equip(folder / "data", SERVED)),
        "HOME": str(folder),
    }
    line = [sys.executable, "-m", "api.cli", "serve", "--port", "0", "--port-file", str(port_file)]
    process = subprocess.Popen([*line, *flags], env=environment)
    try:
        assert within(60, lambda: port_file.exists() or process.poll() is not None)
        environment["CONTINUITY_URL"] = f"http://127.0.0.1:{port_file.read_text()}"
        made = CliRunner().invoke(cli, ["keys", "bootstrap", "--holder", "Ana Ruiz"], obj=environment)
        environment["CONTINUITY_KEY"] = made.stdout.strip()
        yield Serving(process, environment)
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Service, worker and sandbox; stopped by one signal to the one process that was started."""
    with started(tmp_path_factory.mktemp("serving"), "--with-worker", "--with-sandbox") as made:
        assert within(20, lambda: set(children_of(made.process.pid)) == {"sandbox", "serve", "worker"})
        children = children_of(made.process.pid)
        yield made
    assert made.process.returncode == 0
    assert not [name for name, pid in children.items() if Path(f"/proc/{pid}").exists()]


@pytest.fixture
def scene(serving: Serving) -> str:
    serving.json("accounts", "open", "main", "--region", "singapore")
    production = serving.json("productions", "open", "Last Seat")
    opened = serving.json(
        "scenes", "open", "The café", "--production", production["id"], "--setting", "a café at dusk"
    )
    found: str = opened["id"]
    return found


@pytest.mark.slow
def test_a_day_at_the_command_line(serving: Serving, scene: str, tmp_path: Path) -> None:
    """Given service, worker and sandbox, when a team works a day with them, then every step ends as it says it does."""
    from_pictures_to_a_clip_on_disk(serving, scene, tmp_path)
    what_was_asked_and_what_was_refused(serving, scene)
    an_outcome_nobody_knows_is_exit_code_three(serving, scene)
    the_feed_has_no_holes(serving)


def from_pictures_to_a_clip_on_disk(serving: Serving, scene: str, tmp_path: Path) -> None:
    """Pictures are imported, cast and filmed, and the clip's lineage leads back to them."""
    Image.new("RGB", (800, 960), "teal").save(tmp_path / "mina.png")
    Image.new("RGB", (299, 400), "red").save(tmp_path / "small.png")
    (tmp_path / "notes.png").write_text("<html>no picture</html>")
    (tmp_path / "voice.png").write_bytes(wav())

    imported = serving.run("assets", "import", tmp_path, "--json")
    told = {Path(one["file"]).name: one for one in map(json.loads, imported.stdout.splitlines())}
    serving.json("characters", "introduce", "Mina", "--alias", "mina", "--depicts", "fictional")
    serving.json("characters", "assign", "mina", told["mina.png"]["asset"])
    serving.json("scenes", "cast", scene, "mina")
    take, alone = tmp_path / "take.mp4", ("--accept", "W504=she is alone in this scene")
    filmed = serving.json("generate", "--scene", scene, "--action", "She waits.", *alone, "--download", take)
    lineage = serving.json("lineage", filmed["clip"])

    verdicts = {name: one["verdict"] for name, one in told.items()}
    assert verdicts == {
        "mina.png": "registered",
        "small.png": "kept with findings",
        "notes.png": "refused",
        "voice.png": "registered",
    }
    assert imported.exit_code == 1
    assert take.read_bytes()[4:8] == b"ftyp"
    assert told["mina.png"]["asset"] in {edge["source"] for edge in lineage["edges"]}
    assert "She waits." in serving.run("scenes", "continuity", scene).stdout


def the_feed_has_no_holes(serving: Serving) -> None:
    """Positions count from 1, and making the views anew changes nothing."""
    told = [json.loads(line) for line in serving.run("events", "--json").stdout.splitlines()]
    assert [event["position"] for event in told] == list(range(1, len(told) + 1))
    assert serving.json("rebuild")["different"] == []


def what_was_asked_and_what_was_refused(serving: Serving, scene: str) -> None:
    """A command repeated under its key is the first generation; what rules refuse writes nothing."""
    command = ("generate", "--no-wait", "--scene", scene, "--nobody", "--action", "Rain.")

    first, again = (serving.json(*command, "--idempotency-key", "rain-1") for _ in range(2))
    before = len(serving.json("generations", "list"))
    refused = serving.run(*command, "--duration", "16")

    assert first["id"] == again["id"]
    assert refused.exit_code == 4
    assert "16" in refused.stderr
    assert len(serving.json("generations", "list")) == before


def an_outcome_nobody_knows_is_exit_code_three(serving: Serving, scene: str) -> None:
    """A provider hangs up before taking the call: the submission is named, and listed as unknown."""
    fog = {"prompt_contains": "Fog."}
    serving.misbehave(on="create", do="drop_before_accept", match=fog)

    result = serving.run("generate", "--scene", scene, "--nobody", "--action", "Fog.", "--patience", "0")
    unknown = serving.json("submissions", "list", "--state", "unknown")

    assert result.exit_code == 3
    assert [card["id"] in result.stderr for card in unknown] == [True]


def test_one_that_dies_stops_the_others(tmp_path: Path) -> None:
    """Given a service with a worker, when the worker is killed, then the whole ends with 1 and nothing is left running."""
    with started(tmp_path, "--with-worker") as serving:
        assert within(20, lambda: "worker" in children_of(serving.process.pid))
        children = children_of(serving.process.pid)

        os.kill(children["worker"], signal.SIGKILL)

        assert serving.process.wait(60) == 1
    assert not [name for name, pid in children.items() if Path(f"/proc/{pid}").exists()]


def test_a_child_does_not_outlive_its_parent(tmp_path: Path) -> None:
    """Given a child of `serve`, when whoever holds its standard input is gone, then it stops like after a signal."""
    line = [sys.executable, "-m", "api.cli", "--until-stdin-closes", "sandbox", "--port", "0"]
    port_file = tmp_path / "port"
    child = subprocess.Popen([*line, "--port-file", str(port_file)], stdin=subprocess.PIPE)
    assert within(60, port_file.exists)

    child.communicate()

    assert child.returncode == -signal.SIGTERM
