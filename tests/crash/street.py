"""Where houses stand that are killed, who asks there, and how the books are compared when all has settled.

A client goes on asking over HTTP and repeats what it got no answer to, under the same key, also at another door.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Final

import httpx

from api.auth import issue_key
from api.bootstrap import Continuity, open_continuity
from api.settings import Settings
from registry.deciders.account import OpenAccount
from registry.deciders.production import ChooseAccount, OpenProduction
from registry.deciders.scene import OpenScene
from registry.events.envelope import Recorded
from registry.events.generation import GenerationEnded, GenerationRequested
from registry.views import submissions
from registry.views.page import Span
from tests.crash.invariants import Ledger, check_events
from tests.crash.ordeal import Tally
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, CONTEXT, KEYS, new_id

QUICK: Final = {
    "LEASE": 3.0,
    "LEASE_MARGIN": 0.5,
    "SEND_FLOOR": 2.0,
    "LOOK_INTERVAL": 0.1,
    "GRACE": 0.5,
    "QUARANTINE": 0.5,
    "POLL_FIRST": 0.1,
    "POLL_THEN": 0.1,
    "POLL_SLOW": 0.1,
    "RETRY_FIRST": 0.1,
    "RETRY_MOST": 0.2,
    "HOLD_FIRST": 0.2,
    "HOLD_MOST": 0.2,
    "IDLE": 0.05,
}
SETTLING: Final = 120.0
"""Seconds within which, after the last kill, everything must have come to an end or wait for a person."""
AGAIN: Final = 5
"""Of so many requests one is repeated after its answer, at the next door: it must be the same answer."""


@dataclass
class Street:
    """Where the houses stand: the same environment for each that is built anew, and the doors at which they answer."""

    folder: Path
    environment: dict[str, str]
    ports: tuple[int, ...]
    key: str = ""
    production: str = ""

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(f"http://127.0.0.1:{port}" for port in self.ports)

    def open(self) -> Continuity:
        return open_continuity(Settings.from_environment(self.environment))


@dataclass
class Client:
    """Asks for one generation after the other, as long as they are `wanted`; each is repeated under its key until it is answered.

    `wanted` waits until there is something to say.
    """

    street: Street
    wanted: Callable[[], bool]
    answers: dict[str, set[str]] = field(default_factory=dict)
    repeats: int = 0

    def __post_init__(self) -> None:
        self._urls = cycle(self.street.urls)
        self._url = next(self._urls)

    def run(self) -> None:
        with httpx.Client(trust_env=False, timeout=10) as http:
            while self.wanted():
                self._ask(http, key := new_id("ask"))
                if len(self.answers) % AGAIN == 0:
                    self._url = next(self._urls)
                    self._ask(http, key)

    def _ask(self, http: httpx.Client, key: str) -> None:
        """Ends with an answer, also when it is over: what was asked must be known to have been taken."""
        body = {"production": self.street.production, **ALONE, "client_reference": key}
        headers = {"Authorization": f"Bearer {self.street.key}", "Idempotency-Key": key}
        self.answers.setdefault(key, set())
        while (answer := self._answer(http, body, headers)) is None:
            self.repeats += 1
            self._url = next(self._urls)
            time.sleep(0.05)
        assert answer.status_code == 202, answer.text
        self.answers[key].add(answer.json()["id"])

    def _answer(
        self, http: httpx.Client, body: Mapping[str, object], headers: dict[str, str]
    ) -> httpx.Response | None:
        """None when nobody answers, or not now."""
        try:
            answer = http.post(f"{self._url}/v1/generations", json=body, headers=headers)
        except httpx.TransportError:
            return None
        return None if answer.status_code == 503 else answer


def built(folder: Path, provider: Sandbox, environment: Mapping[str, str], ports: tuple[int, ...]) -> Street:
    """A studio with an account and a production, in the installation that the environment describes."""
    street = Street(folder, {**_quick(provider), **environment}, ports)
    account, street.production, unplaced = new_id("account"), new_id("production"), new_id("scene")
    opened = OpenAccount(
        stream=account,
        name="sandbox",
        region="sandbox",
        host=provider.url,
        key_fingerprint=KEYS.fingerprint,
    )
    production = OpenProduction(stream=street.production, name="Café", unplaced=unplaced)
    scene = OpenScene(stream=unplaced, production=street.production, name="unplaced")
    chosen = ChooseAccount(stream=street.production, account=account)
    with closing(street.open()) as continuity:
        continuity.registry.handle(continuity.studio, [opened, production, scene, chosen], context=CONTEXT)
        street.key = issue_key(continuity.registry, continuity.studio, "client")
    return street


def _quick(provider: Sandbox) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        **{f"CONTINUITY_{name}_SECONDS": str(seconds) for name, seconds in QUICK.items()},
        "CONTINUITY_ALLOW_LOOPBACK": "true",
        "KLING_BASE_URL": provider.url,
        "KLING_ACCESS_KEY": KEYS.access_key,
        "KLING_SECRET_KEY": KEYS.secret_key,
    }


def everybody_is_gone(group: int) -> None:
    """The next house must not meet a ghost of the last one that still holds a lock or the port."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError(f"process group {group} outlived SIGKILL")


def settle(street: Street) -> None:
    """Until nothing is on its way; what never ends shows in the verdict."""
    end = time.monotonic() + SETTLING
    with closing(street.open()) as continuity:
        while time.monotonic() < end and _moving(continuity):
            time.sleep(0.2)


def _moving(continuity: Continuity) -> int:
    """Generations that have not come to their end and do not wait for a person."""
    asked, ended = (
        len(continuity.registry.feed.after(continuity.studio, 0, limit=1_000_000, type=name))
        for name in (GenerationRequested.NAME, GenerationEnded.NAME)
    )
    return asked - ended - _quarantined(continuity)


def _quarantined(continuity: Continuity) -> int:
    with continuity.registry.reading() as connection:
        found = submissions.submissions(
            connection, continuity.studio, state="quarantined", span=Span(limit=100_000)
        )
        return len(found.items)


def judge(street: Street, clients: list[Client], ledger: Ledger, tally: Tally) -> None:
    """`wrong` counts requests that were executed twice or not at all, broken invariants, and views no rebuild gives."""
    with closing(street.open()) as continuity:
        log = continuity.registry.feed.after(continuity.studio, 0, limit=1_000_000)
        try:
            check_events(continuity.blobs, log, [post for post in ledger if post["whole"]])
            assert continuity.registry.rebuild().different == ()
        except AssertionError as broken:
            tally.wrong += 1
            tally.said.append(repr(broken))
        undecided = _quarantined(continuity)
    paid = Counter(post["external_task_id"] for post in ledger if post["accepted"])
    tally.double = sum(count - 1 for count in paid.values())
    asked = _compare(clients, log, len(paid), tally)
    tally.stuck = asked - tally.settled - undecided


def _compare(clients: list[Client], log: list[Recorded], paid: int, tally: Tally) -> int:
    """How many generations were asked for, as the log has it."""
    taken = {
        recorded.stream: recorded.event.client_reference or ""
        for recorded in log
        if isinstance(recorded.event, GenerationRequested)
    }
    executed = Counter(taken.values())
    ended = [recorded.event for recorded in log if isinstance(recorded.event, GenerationEnded)]
    delivered = sum(event.outcome == "delivered" for event in ended)
    tally.settled, tally.lost = len(ended), paid - delivered
    for key, ids in (pair for client in clients for pair in client.answers.items()):
        if executed[key] != 1 or ids != {name for name, asked in taken.items() if asked == key}:
            tally.wrong += 1
            tally.said.append(f"asked under {key}: executed {executed[key]} times, answered {ids}")
    repeats = sum(client.repeats for client in clients)
    figures = {"asked": len(taken), "delivered": delivered, "paid": paid, "repeats": repeats}
    tally.said.append(json.dumps(figures))
    return len(taken)
