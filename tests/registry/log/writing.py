"""A process that writes to a log until told otherwise, and says what was acknowledged."""

from __future__ import annotations

import os
import sys
import threading
from itertools import count
from pathlib import Path

from tests.registry.log.opened import Opened, describe, introduce, once, opened, register

THREADS = 4


def say(line: str) -> None:
    """One system call per line, so that lines of several threads never mix and a kill cuts at most the last."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


def write(log: Opened, numbers: count[int], limit: int, word: str, stream: str) -> None:
    while (number := next(numbers)) < limit:
        met = [describe(stream, f"{word} {number}")] if stream else []
        handled = log.handle(introduce(), register(), *met, idempotency=once(f"{word}-{number}", "b"))
        say(" ".join(event.event_id for event in handled.recorded))


def main(folder: str, word: str, limit: str, stream: str = "") -> None:
    """So many calls from four threads; each acknowledged call says the event ids it wrote. With a stream every call also
    describes that asset, so that all writers meet there.
    """
    with opened(Path(folder)) as log:
        say("ready")
        sys.stdin.readline()
        together(log, word, limit=int(limit), stream=stream)


def together(log: Opened, word: str, *, limit: int, stream: str) -> None:
    """The threads, until the calls are made."""
    numbers = count()
    threads = [
        threading.Thread(target=write, args=(log, numbers, limit, word, stream)) for _ in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
