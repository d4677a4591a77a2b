"""Power cuts: whatever a disk may have kept, every acknowledged append is in the log, whole, and nothing else is harmed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.crash.powercut.cuts import Trial, recorded
from tests.crash.powercut.operations import Acknowledged, Operation, Synced, without_syncs
from tests.crash.powercut.tracing import MISSING, watched

APPENDS: Final = 24
"""`make crash POWERCUT=500` for the full figure, with the power cut at every call."""
CUTS: Final = 60
SMALL_LOG: Final = "wal_autocheckpoint=60"
"""Pages after which the write-ahead log is copied back: with the product's 1,000 it would not happen in so short a run."""
SEED: Final = 20261122
FORGOTTEN: Final[dict[str, tuple[Callable[[str], bool], int | None]]] = {
    "the log": (lambda path: path.endswith("log.sqlite-wal"), None),
    "the database, when the log is copied back": (lambda path: path.endswith("log.sqlite"), 0),
    "the keys": (lambda path: path.endswith("keys.sqlite-wal"), None),
    "the files' names": (lambda path: "." not in path, None),
    "the name of the log's folder": (lambda path: path == "", None),
    "the name of the keys' folder": (lambda path: path == "data", None),
}
"""Syncs without which a promise hangs in the air, by the paths they are of, and after which promise they are left out."""


@pytest.fixture(scope="session")
def trial() -> Trial:
    return Trial(*recorded(APPENDS, [SMALL_LOG]), SEED, thorough=25)


def promised(operations: Sequence[Operation]) -> list[int]:
    return [number for number, operation in enumerate(operations) if isinstance(operation, Acknowledged)]


def copied_back(operations: Sequence[Operation]) -> int:
    """How often the log was copied back into the database between promises, so that its next turn writes over the last."""
    promises = promised(operations)
    return sum(
        isinstance(operation, Synced) and operation.path.endswith("log.sqlite")
        for operation in operations[promises[0] : promises[-1]]
    )


def drawn(operations: Sequence[Operation]) -> set[int]:
    """Each promise, some moments while the log is made, and as many as time allows from then on."""
    chance, promises = Random(SEED), promised(operations)
    opening, appending = range(promises[0]), range(promises[0], len(operations))
    return {*promises, *chance.sample(opening, 4), *chance.sample(appending, CUTS)}


@pytest.mark.slow
def test_nothing_acknowledged_is_lost(trial: Trial) -> None:
    """One caller, several and two processes append; at drawn moments the power goes: lost 0, corrupt 0, and the work goes on."""
    tally = trial.at(drawn(trial.operations))

    assert tally.bad == 0, "\n".join(tally.said)
    assert (tally.cuts > CUTS, tally.disks > 3 * CUTS) == (True, True), tally.line()
    assert copied_back(trial.operations) > 3


def test_a_forgotten_sync_is_found_out(trial: Trial) -> None:
    """The same run with one kind of sync left out loses what was acknowledged, or the database: the cuts have teeth."""
    operations = trial.operations
    promises = promised(operations)
    found = {}
    for name, (of, since) in FORGOTTEN.items():
        careless = without_syncs(operations, of, since=promises[since] if since is not None else 0)
        tally = Trial(careless, trial.promised, SEED, draws=2, patience=1).at(promises)
        found[name] = bool(tally.lost), bool(tally.corrupt)

    assert [name for name, bad in found.items() if not any(bad)] == []
    assert found["the database, when the log is copied back"] == (False, True)


def test_a_commit_that_does_not_wait_is_found_out() -> None:
    """With synchronous=NORMAL, acknowledged appends are lost and nothing is corrupt, as SQLite says of it."""
    operations, promises = recorded(9, [SMALL_LOG, "synchronous=NORMAL"])
    tally = Trial(operations, promises, SEED, draws=2, patience=1_000).at(promised(operations))

    assert tally.lost > 0
    assert tally.corrupt == 0, "\n".join(tally.said)


def test_a_machine_without_strace_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where strace is missing the tests fail and say what to install; they never pass without having looked."""
    monkeypatch.setattr(shutil, "which", lambda _name: None)

    with pytest.raises(AssertionError, match="apt-get install strace"):
        watched("appending", tmp_path, "--appends", "1")
    assert "apt-get install strace" in MISSING
