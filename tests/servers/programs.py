"""Our programs as processes of their own, forked from the server of `forking` that has imported them: a start at a sixth.

Each has an environment, an input and an output of its own, and runs the program's whole `main`. What is about starting itself,
or about the command line, starts an interpreter.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import IO, Final

import structlog

from tests.servers.forking import processes

CONTINUITY: Final = "api.cli"
SANDBOX: Final = "generation.sandbox.__main__"
HOUSE: Final = "tests.servers.house"
"""The same, where it is several processes."""
_USUAL: Final = (700, 10, 10)
"""How often Python looks for garbage."""


class Program:
    """A process that runs; signals and its end are as `subprocess.Popen` has them."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        assert process.pid is not None
        self.pid: int = process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit status, negative for the signal that ended it; None while nobody has seen it end."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if (status := self._process.exitcode) is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0.0)
        return status

    def send_signal(self, number: int) -> None:
        """Nothing is sent to one that has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start(
    program: str,
    *words: str,
    environment: Mapping[str, str],
    said: IO[bytes] | IO[str] | int,
    session: bool = False,
) -> Program:
    """Run a program; `said` is the file for all it says. `session`: it leads a process group of its own.

    It ends with the test process, however that ends.
    """
    words_to = os.dup(said if isinstance(said, int) else said.fileno())
    itself, begun = os.pipe()
    ends = Connection(words_to, readable=False), Connection(begun, readable=False)
    with ends[0], ends[1]:
        made = processes().Process(
            name=program, target=_run, args=(ends, program, words, dict(environment), session), daemon=True
        )
        made.start()
    os.read(itself, 1)  # nothing comes: it closes its end once it is a process of its own kind
    os.close(itself)
    return Program(made)


def _run(
    ends: tuple[Connection, Connection],
    program: str,
    words: tuple[str, ...],
    environment: Mapping[str, str],
    session: bool,
) -> None:
    """In the new process: as if it had just been started."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # it does not outlive the server, which ends with the tests
    said, begun = ends
    if session:
        os.setsid()
    begun.close()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, file in enumerate((nothing, said.fileno(), said.fileno())):
        os.dup2(file, number)
    os.close(nothing)
    said.close()
    sys.stdin = os.fdopen(0, closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [program, *words]
    random.seed()
    structlog.reset_defaults()
    gc.set_threshold(*_USUAL)
    try:
        import_module(program).main()
    finally:
        atexit._run_exitfuncs()
