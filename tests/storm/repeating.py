"""Idempotent commands: each sent up to five times at once, from threads and processes, sometimes with another body."""

from __future__ import annotations

import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from registry.errors import KeyReused
from registry.registry import Idempotency
from tests.registry.log.opened import ME, STUDIO, Opened, introduce
from tests.servers.forking import processes
from tests.storm.forking import begun, in_threads, join_all
from tests.storm.places import at

PROCESSES: Final = 3
THREADS: Final = 4
SENDERS: Final = PROCESSES * THREADS
MOST_TIMES: Final = 5
AT_ONCE: Final = 20
"""Commands between two moments at which all senders meet again."""
OTHER_BODIES: Final = 0.2
"""The share of commands under whose key another body is sent afterwards, and of those at the same time."""
PATIENCE: Final = 3_600.0


@dataclass(frozen=True)
class Sent:
    """What one sender sends under a key: the body, and whether the key is known to be another body's."""

    key: str
    body: str
    late: bool = False


@dataclass
class Repeats:
    """What came of it; all but the first three counts must be 0."""

    commands: int
    sent: int
    refused: int
    effects_off: int = 0
    answers_off: int = 0
    reuse_missed: int = 0
    seconds: float = 0.0

    @property
    def bad(self) -> int:
        return self.effects_off + self.answers_off + self.reuse_missed

    def line(self) -> str:
        """One line for people."""
        return " ".join(f"{name}={count:g}" for name, count in vars(self).items())


def repeat(home: Path, commands: int, *, seed: int = 1) -> Repeats:
    """All commands, each as often as chance has it."""
    began = time.monotonic()
    barrier = processes().Barrier(SENDERS)
    with at(home) as log:
        works = ((run, (home, number, (commands, seed), barrier)) for number in range(PROCESSES))
        with begun(*works) as senders:
            join_all(senders, seconds=PATIENCE)
        found = _judged(home, log, commands)
    found.seconds = time.monotonic() - began
    return found


def course(commands: int, seed: int) -> Iterator[list[list[Sent]]]:
    """For each stretch of commands what each sender sends; the same for whoever asks."""
    chance = random.Random(seed)
    late: list[Sent] = []
    for first in range(0, commands, AT_ONCE):
        stretch: list[list[Sent]] = [[] for _ in range(SENDERS)]
        for one in late:
            stretch[chance.randrange(SENDERS)].append(one)
        late = []
        for number in range(first, min(first + AT_ONCE, commands)):
            sent = Sent(f"key-{number}", "body")
            for sender in chance.sample(range(SENDERS), chance.randint(1, MOST_TIMES)):
                other = chance.random() < OTHER_BODIES / MOST_TIMES
                stretch[sender].append(replace(sent, body="other") if other else sent)
            if chance.random() < OTHER_BODIES:
                late.append(replace(sent, body="too late", late=True))
        yield stretch


def run(home: Path, number: int, asked: tuple[int, int], barrier: Barrier) -> None:
    """The senders of one process; each writes down what it heard."""
    with at(home) as log:
        senders = range(number * THREADS, (number + 1) * THREADS)
        in_threads(_send, *((log, home, sender, asked, barrier) for sender in senders))


def _send(log: Opened, home: Path, sender: int, asked: tuple[int, int], barrier: Barrier) -> None:
    with (home / f"heard-{sender}").open("w", encoding="utf-8") as told:
        for stretch in course(*asked):
            barrier.wait(60)
            for sent in stretch[sender]:
                heard = [sent.key, sent.body, sent.late, _answer(log, sent)]
                told.write(json.dumps(heard) + "\n")


def _answer(log: Opened, sent: Sent) -> str | None:
    """The answer; None when the key was another body's. The command makes something new each time that it happens."""

    def build(connection: Connection) -> bytes:
        return str(connection.execute(text("SELECT count(*) FROM view_characters")).scalar()).encode()

    digest = sha256(sent.body.encode()).hexdigest()
    context = replace(ME, request_id=sent.key)
    try:
        handled = log.registry.handle(
            STUDIO, [introduce()], context=context, idempotency=Idempotency(sent.key, digest, build)
        )
    except KeyReused:
        return None
    return (handled.answer or b"").decode()


def _judged(home: Path, log: Opened, commands: int) -> Repeats:
    heard: dict[str, list[tuple[str, bool, str | None]]] = defaultdict(list)
    for path in home.glob("heard-*"):
        for line in path.read_text(encoding="utf-8").splitlines():
            key, body, late, answer = json.loads(line)
            heard[key].append((body, late, answer))
    happened = Counter(str(key) for (key,) in log.raw("SELECT request_id FROM events"))
    every = [one for answers in heard.values() for one in answers]
    found = Repeats(commands, len(every), sum(answer is None for *_, answer in every))
    found.effects_off = sum(happened[f"key-{number}"] != 1 for number in range(commands))
    for answers in heard.values():
        taken = {body for body, _, answer in answers if answer is not None}
        said = {answer for *_, answer in answers if answer is not None}
        found.answers_off += len(said) != 1 or any(
            answer is None for body, _, answer in answers if body in taken
        )
        found.reuse_missed += len(taken) != 1 or any(
            late and answer is not None for _, late, answer in answers
        )
    return found
