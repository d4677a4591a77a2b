"""A process that delivers once and dies by a signal between the effect and its note: `python -m tests.api.delivering.killed`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.api.delivering.telling import Telling
from tests.registry.log.opened import opened
from tests.servers.receiver import Receiver


def die(_result: str, _seconds: float) -> None:
    """The answer has come; nothing of it is noted yet."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    folder, webhook = sys.argv[1:]
    with opened(Path(folder)) as log:
        telling = Telling(log, Receiver(""), webhook=webhook)
        telling.turn(telling.courier("killed", count=die))
