"""A small studio for tests that carry requests to their end: two people with elements and portraits, a café, two scenes.

`building.build` makes it once in a folder; `open_desk` opens the same folder again, in this process or in another one.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select
from typeid import TypeID

from generation.desk import Desk
from generation.durations import Durations
from generation.examining import Examined
from generation.intake import request_generation
from generation.kling.client import KlingClient
from generation.kling.signing import AccessKeyPair, Credentials
from generation.outbound import Outbound, OutboundPolicy
from generation.sandbox.accounts import DEFAULT_ACCOUNT
from generation.shot import ShotRequest
from generation.worker import Worker
from registry.blobs import store_for
from registry.deciders.command import Command
from registry.events.envelope import Context, Recorded
from registry.events.marks import C2paMark
from registry.log.marks import FolderMarks
from registry.log.tables import LEASES
from registry.privacy.keys import KeyFile
from registry.registry import Registry
from registry.views import generations, submissions
from registry.views.generations import GenerationCard
from registry.views.page import Span
from registry.views.submissions import SubmissionCard
from tests.servers.homes import database_of

KEYS = AccessKeyPair(DEFAULT_ACCOUNT.access_key, DEFAULT_ACCOUNT.secret_key)
SHORT = Durations(
    look_interval=0.05,
    quarantine=0.05,
    poll_first=0.05,
    poll_then=0.05,
    poll_slow=0.05,
    retry_first=0.05,
    retry_most=0.1,
    load_first=0.05,
    load_most=0.1,
    hold_first=0.05,
    hold_most=0.1,
    idle=0.02,
)
"""Pauses in hundredths of a second; leases and deadlines as in life, so that a slow machine changes no outcome."""

MANY_SLOTS = 1000
"""No test waits for a slot but those about slots."""
CONTEXT = Context("key_test")
ALONE: dict[str, Any] = {"cast": [], "action": "A lantern drifts over a river at night."}
TALK: dict[str, Any] = {
    "language": "Korean",
    "turns": [
        {"speaker": "Mina", "line": "여기 제 자리예요."},
        {"speaker": "Jun", "line": "먼저 왔는데요."},
    ],
}
Clock = Callable[[], int]


def wall() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1000


class Ahead:
    """A clock that can be put forward: leases are over and pauses are past without waiting for either."""

    def __init__(self) -> None:
        self.by = 0

    def __call__(self) -> int:
        return wall() + self.by

    def pass_by(self, seconds: float) -> None:
        self.by += int(seconds * 1_000_000)


def new_id(prefix: str) -> str:
    return str(TypeID(prefix))


def open_registry(folder: Path, clock: Clock = wall) -> Registry:
    database = database_of(folder)
    keys = KeyFile(folder / "keys.sqlite")
    return Registry(database, keys=keys, clock=clock, make_id=new_id, random_bytes=secrets.token_bytes)


def unexamined(_registry: Registry, _studio: str, _file: BinaryIO) -> Examined:
    """No child is started for a result: marks and prints are not what these tests are about (`with_desk(examine=examine)`)."""
    return Examined(C2paMark(), None)


def open_desk(
    folder: Path, registry: Registry, *, durations: Durations = SHORT, credentials: Credentials = KEYS
) -> Desk:
    """Everything real: the folder's blobs, HTTP to the account's host, the machine's clocks; results are not looked into."""
    outbound = Outbound(OutboundPolicy(hosts=frozenset(), allow_loopback=True))

    @contextmanager
    def kling_for(account: Any) -> Iterator[KlingClient]:
        with outbound.client_for_api(account.host) as http:
            yield KlingClient(http, account.host, credentials)

    blobs = store_for(f"file://{folder}/blobs")
    return Desk(
        registry=registry,
        blobs=blobs,
        kling_for=kling_for,
        outbound=outbound,
        durations=durations,
        monotonic=time.monotonic,
        jitter=random.random,
        marks=FolderMarks(folder / "marks"),
        slots=MANY_SLOTS,
        examine=unexamined,
    )


@dataclass(frozen=True)
class Person:
    character: str
    element: str
    portrait: str


@dataclass(frozen=True)
class World:
    """The studio, opened: ids to speak of, and what a test does with it.

    `patience`: the seconds it is worked for until a test gives up, where the test does not say how many.
    """

    folder: Path
    desk: Desk
    clock: Ahead
    studio: str
    account: str
    production: str
    unplaced: str
    scene: str
    mina: Person
    jun: Person
    cafe: str
    patience: float = 30

    @property
    def registry(self) -> Registry:
        return self.desk.registry

    def ask(self, **fields: Any) -> str:
        """Request a generation of the scene; its id."""
        generation = new_id("generation")
        shot = ShotRequest.model_validate({"scene": self.scene, **fields})
        request_generation(self.registry, self.studio, shot, generation=generation, context=CONTEXT)
        return generation

    def do(self, *commands: Command) -> None:
        self.registry.handle(self.studio, commands, context=CONTEXT)

    def with_desk(self, **changed: Any) -> World:
        """The same studio, worked on from a desk with some parts changed."""
        return replace(self, desk=replace(self.desk, **changed))

    def worker(self, owner: str = "worker-1") -> Worker:
        return Worker(self.desk, owner=owner, sleep=time.sleep)

    def carry(self, *asked: str, seconds: float | None = None) -> list[GenerationCard]:
        """Work until all of them have ended."""
        self.work_until(lambda: all(self.card(name).stage == "ended" for name in asked), seconds=seconds)
        return [self.card(name) for name in asked]

    def work_until(self, done: Callable[[], bool], *, seconds: float | None = None) -> None:
        """Work until `done` says so; tells what everything waits for when it does not happen."""
        worker, end = self.worker(), time.monotonic() + (seconds or self.patience)
        while not done():
            assert time.monotonic() < end, self.waiting()
            if not worker.work_once():
                time.sleep(0.02)

    def work(self, steps: int, *, seconds: float | None = None) -> None:
        """Exactly so many claims that had something to do."""
        worker, left, end = self.worker(), steps, time.monotonic() + (seconds or self.patience)
        while left:
            assert time.monotonic() < end, f"nothing is due any more, {left} steps early: {self.waiting()}"
            if worker.work_once():
                left -= 1
            else:
                time.sleep(0.01)

    def waiting(self) -> list[tuple[str, str]]:
        cards = self.submissions()
        return [(card.state, self.note(card.subject)) for card in cards]

    def note(self, work: str) -> str:
        """What the last holder of a piece of work noted that it waits for; empty when nothing is noted."""
        noted = select(LEASES.c.note).where(LEASES.c.log == self.studio, LEASES.c.work == work)
        with self.registry.reading() as connection:
            return connection.execute(noted).scalar() or ""

    def card(self, generation: str) -> GenerationCard:
        with self.registry.reading() as connection:
            return generations.generation(connection, self.studio, generation)

    def submissions(self, state: str | None = None) -> list[SubmissionCard]:
        with self.registry.reading() as connection:
            return list(
                submissions.submissions(connection, self.studio, state=state, span=Span(limit=1000)).items
            )

    def submission(self, generation: str) -> SubmissionCard:
        found = self.card(generation).submission
        assert found is not None
        with self.registry.reading() as connection:
            return submissions.submission(connection, self.studio, found)

    def log(self) -> list[Recorded]:
        """Every event of the studio, in order."""
        return self.registry.feed.after(self.studio, 0, limit=100_000)

    def types(self, stream: str) -> list[str]:
        return [recorded.type for recorded in self.log() if recorded.stream == stream]
