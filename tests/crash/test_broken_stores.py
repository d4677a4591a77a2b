"""Disks that fill up, a store that goes away, a database somebody else holds: the work goes on afterwards, nothing is lost."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generation.desk import ResendPolicy
from registry.log.writer import Writer
from tests.crash.hooks import hooked
from tests.crash.invariants import check_all
from tests.crash.workers import Nursery
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World

HOURS = 3600.0
RESENT: dict[str, ResendPolicy] = dict.fromkeys(("omni-video", "text2video"), "same_id_after_disproof")
PATIENCE = 0.4
"""Seconds a caller waits for the log here, in place of fifteen."""
LOCKING = {
    "transaction": "from pysqlite3 import dbapi2 as sqlite; held = sqlite.connect(sys.argv[1], isolation_level=None); "
    "held.execute('BEGIN IMMEDIATE')",
    "turn": "import fcntl; held = open(sys.argv[1] + '.writer', 'a'); fcntl.flock(held, fcntl.LOCK_EX)",
}
"""Another process in the middle of its transaction, and one that stands still while it is its turn to write."""


@contextmanager
def locked(world: World, how: str) -> Iterator[None]:
    """Another process holds the database while the context lasts."""
    code = f"import sys; {LOCKING[how]}; print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(world.folder / "log.sqlite")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        yield
        other.kill()


@pytest.mark.parametrize("how", LOCKING)
@pytest.mark.parametrize(
    "point",
    ["before:IntendSubmission", "before:SubmissionConfirmed", "before:StoreResult", "before:EndGeneration"],
)
def test_a_database_that_is_held_for_long(
    world: World, provider: Sandbox, monkeypatch: pytest.MonkeyPatch, point: str, how: str
) -> None:
    """Held by somebody longer than a worker waits, a write may land late or never: the work is taken up again, from one POST."""
    submit, asked = Writer.submit, world.ask(**ALONE)
    held = ExitStack()
    reached_it: list[str] = []

    def impatient(writer: Writer, work: Any, *, timeout: float, log: str | None = None) -> Any:
        return submit(writer, work, timeout=min(timeout, PATIENCE), log=log)

    def at(reached: str, _external: str) -> None:
        if reached == point and not reached_it:
            reached_it.append(reached)
            monkeypatch.setattr(Writer, "submit", impatient)
            held.enter_context(locked(world, how))

    stopped = replace(world, desk=hooked(world.desk, at))
    stopped.work_until(lambda: bool(reached_it))
    assert not world.worker("worker-2").work_once()
    held.close()
    monkeypatch.undo()
    world.clock.pass_by(HOURS)
    card = world.with_desk(resend=RESENT).carry(asked)[0]

    assert card.outcome == "delivered"
    assert len(provider.ledger(world.submission(asked).external_task_id)) == 1
    check_all(world, provider.ledger())


@pytest.mark.parametrize("point", ["before:answer", "before:clip"])
def test_a_blob_folder_that_goes_away(world: World, provider: Sandbox, point: str) -> None:
    """While the folder is gone a known outcome is recorded and the result waits, saying why; once it is back, it is delivered."""
    asked, blobs, away = world.ask(**ALONE), world.folder / "blobs", world.folder / "away"

    def at(reached: str, _external: str) -> None:
        if reached == point and not away.exists():
            blobs.rename(away)
            blobs.write_text("a foreign file where the folder was")

    broken = replace(world, desk=hooked(world.desk, at))
    broken.work_until(lambda: "blob folder" in world.note(asked))
    assert world.submission(asked).task_id
    blobs.unlink()
    away.rename(blobs)
    card = world.carry(asked)[0]

    assert card.outcome == "delivered"
    assert len(provider.ledger(world.submission(asked).external_task_id)) == 1
    check_all(world, provider.ledger())


@pytest.mark.parametrize("room", [0, 40_000, 130_000])
def test_a_disk_that_is_full(world: World, provider: Sandbox, nursery: Nursery, room: int) -> None:
    """Whatever write the disk refuses first, log or film: the next worker, with room again, delivers from one POST."""
    asked = world.ask(**ALONE)
    largest = max(Path(world.folder / name).stat().st_size for name in ("log.sqlite", "log.sqlite-wal"))
    pid = nursery.start(world, rest=1.0, most_bytes=largest + room)
    assert nursery.wait(pid) in (0, -signal.SIGXFSZ), nursery.said()[-3000:]
    world.clock.pass_by(HOURS)
    world = world.with_desk(resend=RESENT)
    card = world.carry(asked)[0]

    assert card.outcome == "delivered"
    assert len(provider.ledger(world.submission(asked).external_task_id)) == 1
    check_all(world, provider.ledger())
    assert world.registry.rebuild().different == ()
