"""A worker that dies between a delivery and its note: the same is told again, under the same id."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tests.api.delivering.telling import Telling


def test_what_was_not_noted_is_told_again(telling: Telling, tmp_path: Path) -> None:
    """The receiver hears it twice with one webhook-id, once the dead worker's hold is over; what follows comes after it."""
    telling.add()
    telling.introduce("Mina")
    telling.introduce("Jun")
    line = [sys.executable, "-m", "tests.api.delivering.killed", str(tmp_path), telling.webhook]
    killed = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert telling.receiver.positions() == [2]

    telling.turn()
    assert telling.receiver.positions() == [2]  # the dead one's hold is not over
    telling.pass_(3600)
    telling.turn()
    assert telling.receiver.positions() == [2, 2, 3]
    first, again, _ = telling.receiver.heard
    assert (first.id, first.raw) == (again.id, again.raw)
