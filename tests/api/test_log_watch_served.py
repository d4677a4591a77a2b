"""The same malice as in `test_log_watch`, behind a real socket: the client and `continuity log checkpoint --watch` refuse it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli.root import cli
from api.client import ContinuityClient, LogWatch
from api.client.watching import LogNotHeld
from tests.api.cli.scripted_http import Asked, Reply, Script, says, scripted
from tests.api.test_log_watch import HISTORY, MALICE, OTHER, Telling, forked, rolled_back, split


@dataclass
class Liar:
    """A service that answers as a `Telling` does; `turns` are done to it after so many checkpoints were asked for."""

    script: Script
    telling: Telling = field(default_factory=Telling)
    turns: dict[int, Callable[[Telling], None]] = field(default_factory=dict)
    shown: int = 0

    def answer(self) -> Reply:
        asked: Asked = self.script.asked[-1]
        query: dict[str, Any] = {name: int(one) for name, one in asked.query.items() if one.isdecimal()}
        match asked.path.removeprefix("/v1/log/"):
            case "checkpoint":
                self.shown += 1
                self.turns.get(self.shown, lambda _telling: None)(self.telling)
                return Reply(200, self.telling.checkpoint().encode(), {"Content-Type": "text/plain"})
            case "keys":
                return says(self.telling.checkpoint_keys(log="studio").model_dump())
            case "proof/consistency":
                return says(self.telling.prove_consistency(**query, log="studio").model_dump())
            case "proof/inclusion":
                return says(self.telling.prove_inclusion(**query, log="studio").model_dump())
        return says({}, 404)


@pytest.fixture
def liar() -> Iterator[Liar]:
    with scripted() as script:
        found = Liar(script)
        script.next = found.answer  # type: ignore[method-assign]
        yield found


def watched(liar: Liar, file: Path, *words: object) -> Result:
    """`continuity log checkpoint --watch`."""
    given = {"CONTINUITY_URL": liar.script.url, "CONTINUITY_KEY": "a-key"}
    asked = ["log", "checkpoint", "--watch", str(file), *map(str, words)]
    return CliRunner().invoke(cli, asked, obj=given)


def test_an_honest_service_is_followed(liar: Liar, tmp_path: Path) -> None:
    """A log that grows is believed from run to run, each checkpoint printed as it was signed, and its events too."""
    for size in (30, 30, 47, 60):
        liar.telling.size = size
        done = watched(liar, tmp_path / "seen.json")
        assert (done.exit_code, done.stdout) == (0, liar.telling.checkpoint())
    with ContinuityClient(liar.script.url, "a-key") as client:
        watch = LogWatch(client, file=tmp_path / "seen.json")
        assert watch.check_event(liar.telling.event(41)).size == 60


@pytest.mark.parametrize(("why", "malice"), MALICE.items(), ids=MALICE.keys())
def test_another_history_is_refused(
    liar: Liar, tmp_path: Path, why: str, malice: Callable[[Telling], None]
) -> None:
    """A roll-back, a split view, a fork, another key or name: the client refuses it; the command says why and prints none."""
    file, out = tmp_path / "seen.json", tmp_path / "out.checkpoint"
    assert watched(liar, file).exit_code == 0
    before = file.read_bytes()
    malice(liar.telling)
    with ContinuityClient(liar.script.url, "a-key") as client, pytest.raises(LogNotHeld):
        LogWatch(client, file=file).look()
    done = watched(liar, file, "--out", out)
    assert done.exit_code not in (0, 2), done.output
    assert "log-not-held" in done.stderr
    assert why in " ".join(done.stderr.split())
    assert (done.stdout, out.exists(), file.read_bytes()) == ("", False, before)


@pytest.mark.parametrize("malice", [rolled_back, split, forked])
def test_the_note_that_is_handed_on_is_the_one_that_was_held(
    liar: Liar, tmp_path: Path, malice: Callable[[Telling], None]
) -> None:
    """A service that turns between two answers of one run has nothing taken from it that was not held to the first."""
    honest = liar.telling.checkpoint()
    liar.turns = {2: malice}
    done = watched(liar, tmp_path / "seen.json", "--out", tmp_path / "out.checkpoint")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out.checkpoint").read_text() == honest


@pytest.mark.parametrize("malice", [split, forked])
def test_an_older_checkpoint_is_held_too(
    liar: Liar, tmp_path: Path, malice: Callable[[Telling], None]
) -> None:
    """`--size` beside `--watch`: the checkpoint of a size is printed only when it is of the history that was believed."""
    liar.turns = {2: malice, 3: lambda telling: setattr(telling, "shown", HISTORY)}
    done = watched(liar, tmp_path / "seen.json", "--size", 30)
    assert done.exit_code != 0, done.output
    assert ("log-not-held" in done.stderr, done.stdout) == (True, "")


def test_two_clients_find_out_that_they_are_shown_two_histories(liar: Liar, tmp_path: Path) -> None:
    """Each is shown a log that holds in itself; with the other's checkpoint either of them refuses the service."""
    assert watched(liar, tmp_path / "mine.json").exit_code == 0
    theirs = Telling(shown=OTHER, size=45).checkpoint()
    liar.telling.size = 50
    with (
        ContinuityClient(liar.script.url, "a-key") as client,
        pytest.raises(LogNotHeld, match="do not begin with"),
    ):
        LogWatch(client, file=tmp_path / "mine.json").compare(theirs)
