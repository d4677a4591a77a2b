"""Processes forked from a server that has imported everything and opened nothing: they begin at once, and are as alone as any.

A test process has one such server, from its first use on.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import IO, Final

_LOADED: Final = [
    "tests.garbage",
    *("tests.storm.writing", "tests.storm.reading", "tests.storm.racing", "tests.storm.repeating"),
    *("tests.registry.log.rebuilding", "tests.registry.log.freezing", "tests.registry.log.writing"),
    *("tests.registry.log.projecting", "tests.registry.archive.killing", "tests.servers.programmed"),
]
_LAST: Final = "tests.servers.loaded"
"""With it all is there: see `tests.garbage`."""
_SECONDS: Final = 120.0
"""Longer than anything takes that is waited for."""


def processes() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_LOADED, _LAST])
    return context


class Forked:
    """A process that runs `work(*words)`: what one writes to its standard input, what it says, and how it ended."""

    def __init__(self, process: ForkServerProcess, stdin: IO[str], stdout: IO[str]) -> None:
        self._process = process
        self.stdin, self.stdout = stdin, stdout

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Its exit status, negative for the signal that ended it."""
        self._process.join(_SECONDS)
        assert self._process.exitcode is not None, f"{self._process.name} goes on"
        return self._process.exitcode

    def said(self) -> str:
        """All that it says until it ends."""
        return self.stdout.read()


@contextmanager
def forked(work: Callable[..., None], *words: str) -> Iterator[Forked]:
    """The process; it is killed when the context ends."""
    (theirs, stdin), (stdout, said) = os.pipe(), os.pipe()
    ends = Connection(theirs, writable=False), Connection(said, readable=False)
    process = processes().Process(target=_run, args=(ends, work, words), daemon=True)
    with os.fdopen(stdin, "w") as to, os.fdopen(stdout) as of:
        process.start()
        for end in ends:
            end.close()
        try:
            yield Forked(process, to, of)
        finally:
            process.kill()
            process.join()


def _run(ends: tuple[Connection, Connection], work: Callable[..., None], words: tuple[str, ...]) -> None:
    for number, end in enumerate(ends):
        os.dup2(end.fileno(), number)
        end.close()
    sys.stdin = os.fdopen(0, closefd=False)
    work(*words)
