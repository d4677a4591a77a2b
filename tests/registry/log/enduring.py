"""A process that writes to a log through every failure of its database, and says on stdout what it was told.

`python -m tests.registry.log.enduring FOLDER WORD`: eight threads, each with one call after the other, until stdin closes. Half
of them repeat a call under its key until it is answered; one that is told that it did not land is sometimes left at that. The
others have no key and make each call once. Lines: `made NAME EVENT-IDS…`; `left NAME` (it did not land); `busy NAME` (repeated
under its key, or never known); `wrong NAME …` (anything else that was raised).
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

from registry.errors import LogBusy
from registry.registry import Idempotency
from tests.registry.log.opened import Opened, introduce, opened, register

THREADS = 8
PAUSE = 0.01


def say(*words: str) -> None:
    """One system call per line, so that lines of several threads never mix."""
    os.write(sys.stdout.fileno(), f"{' '.join(words)}\n".encode())


def endure(log: Opened, numbers: Iterator[int], word: str, over: threading.Event, *, keyed: bool) -> None:
    while not over.is_set():
        name = f"{word}-{next(numbers)}"
        try:
            _call(log, name, keyed=keyed)
        except Exception as failure:  # noqa: BLE001 - any other failure at all is what is looked for
            say("wrong", name, repr(failure))
        time.sleep(PAUSE)


def _call(log: Opened, name: str, *, keyed: bool) -> None:
    """The character's name is the call's own, so that the log tells how often it happened."""
    commands = introduce(name=name), register()
    wanted = Idempotency(name, "b", lambda _: name.encode()) if keyed else None
    while True:
        try:
            handled = log.handle(*commands, idempotency=wanted)
        except LogBusy as busy:
            if busy.detail.get("landed") is False and random.random() < 0.5:
                return say("left", name)
            say("busy", name)
            if not keyed:
                return None
            time.sleep(PAUSE)
        else:
            return say("made", name, *(event.event_id for event in handled.recorded))


def main(folder: str, word: str) -> None:
    over, numbers = threading.Event(), count()
    with opened(Path(folder)) as log:
        work = partial(endure, log, numbers, word, over)
        threads = [
            threading.Thread(target=work, kwargs={"keyed": bool(number % 2)}) for number in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        sys.stdin.read()
        over.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
