"""`continuity serve --with-worker` where what it starts beside itself is forked from it, and not imported once more.

Its children are processes of their own in its group, and have the pipe that tells them when it is gone.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Final, NoReturn

from api import cli
from api.cli import together

_LOOK_SECONDS: Final = 0.01
_OPEN: Final[list[int]] = []
"""Our ends of the pipes: no child holds another's."""


class _Child:
    """As `subprocess.Popen` has it, as far as `together` asks."""

    def __init__(self, line: list[str], *, env: Mapping[str, str], stdin: int) -> None:
        assert stdin == subprocess.PIPE
        theirs, ours = os.pipe()
        _OPEN.append(ours)
        self.returncode: int | None = None
        self.pid = os.fork()
        if not self.pid:
            _be(line, env, theirs)
        os.close(theirs)
        self.stdin = os.fdopen(ours, "wb")

    def poll(self) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        end = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired("continuity", timeout or 0.0)
            time.sleep(_LOOK_SECONDS)
        return status

    def terminate(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


def _be(line: list[str], environment: Mapping[str, str], stdin: int) -> NoReturn:
    """The child's whole life."""
    status: Any = 1
    try:
        for ours in _OPEN:
            os.close(ours)
        os.dup2(stdin, 0)
        os.close(stdin)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.default_int_handler)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = line[line.index("api.cli") :]
        cli.main()
    except SystemExit as left:
        status = left.code or 0
    finally:
        sys.stderr.flush()
        os._exit(status if isinstance(status, int) else 1)


def main() -> None:
    vars(together)["subprocess"] = SimpleNamespace(
        Popen=_Child, PIPE=subprocess.PIPE, TimeoutExpired=subprocess.TimeoutExpired
    )
    cli.main()
