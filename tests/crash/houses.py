"""Whole houses killed: service, worker and what holds them together die at once, at random moments, and are started again.

A client goes on asking over HTTP and repeats what it got no answer to, under the same key. The provider is another process.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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
from tests.crash.invariants import Ledger, check_events
from tests.crash.ordeal import Tally
from tests.servers.sandbox import ROOT, Sandbox, free_port, sandbox
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
AT_WORK: Final = 1.0
"""A house that answers is killed within so many seconds."""
STILL_STARTING: Final = 0.25
"""The share of houses that are killed before they answer."""
STARTING: Final = 60.0
SETTLING: Final = 120.0
"""Seconds within which, after the last kill, everything must have come to an end or wait for a person."""


@dataclass
class Street:
    """Where the houses stand: the same folder, port and environment for each that is built anew."""

    folder: Path
    environment: dict[str, str]
    port: int
    key: str = ""
    production: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> Continuity:
        return open_continuity(Settings.from_environment(self.environment))


@dataclass
class Client:
    """Asks for one generation after the other; each is repeated under its key until it is answered."""

    street: Street
    over: threading.Event = field(default_factory=threading.Event)
    answers: dict[str, set[str]] = field(default_factory=dict)
    repeats: int = 0

    def run(self) -> None:
        with httpx.Client(base_url=self.street.url, trust_env=False, timeout=10) as http:
            while not self.over.is_set():
                self._ask(http, new_id("ask"))
                self.over.wait(0.2)

    def _ask(self, http: httpx.Client, key: str) -> None:
        """Ends with an answer, also when it is over: what was asked must be known to have been taken."""
        body = {"production": self.street.production, **ALONE, "client_reference": key}
        headers = {"Authorization": f"Bearer {self.street.key}", "Idempotency-Key": key}
        self.answers[key] = set()
        while not self.answers[key]:
            try:
                answer = http.post("/v1/generations", json=body, headers=headers)
            except httpx.TransportError:
                self.repeats += 1
                time.sleep(0.05)
                continue
            if answer.status_code != 503:
                assert answer.status_code == 202, answer.text
                self.answers[key].add(answer.json()["id"])


def houses(kills: int, *, seed: int) -> Tally:
    """So many houses killed; then one that is left alone until all is settled; then the books are compared."""
    chance, tally = random.Random(seed), Tally()
    flags = ("--submitted-seconds", "0.1", "--processing-seconds", "0.2", "--one-film")
    with tempfile.TemporaryDirectory() as folder, sandbox(*flags) as provider:
        street = _built(Path(folder), provider)
        client = Client(street)
        asking = threading.Thread(target=client.run, daemon=True)
        asking.start()
        while tally.kills < kills:
            _lives_and_dies(street, chance)
            tally.kills += 1
        with _house(street) as process:
            _answers(street, process)
            client.over.set()
            asking.join(SETTLING)
            _settles(street)
        _judge(street, client, provider.ledger(), tally)
    return tally


def _built(folder: Path, provider: Sandbox) -> Street:
    environment = {
        "PATH": os.environ.get("PATH", ""),
        **{f"CONTINUITY_{name}_SECONDS": str(seconds) for name, seconds in QUICK.items()},
        "CONTINUITY_DATA": str(folder),
        "CONTINUITY_ALLOW_LOOPBACK": "true",
        "KLING_BASE_URL": provider.url,
        "KLING_ACCESS_KEY": KEYS.access_key,
        "KLING_SECRET_KEY": KEYS.secret_key,
    }
    street = Street(folder, environment, free_port())
    continuity = street.open()
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
    continuity.registry.handle(continuity.studio, [opened, production, scene, chosen], context=CONTEXT)
    street.key = issue_key(continuity.registry, continuity.studio, "client")
    continuity.close()
    return street


@contextmanager
def _house(street: Street) -> Iterator[subprocess.Popen[bytes]]:
    """`continuity serve --with-worker` in a process group of its own; the whole group is killed when the context ends."""
    (street.folder / "port").unlink(missing_ok=True)
    flags = ("--port", str(street.port), "--port-file", str(street.folder / "port"))
    with (street.folder / "said").open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "api.cli", "serve", "--with-worker", *flags],
            env={**street.environment, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        _everybody_is_gone(process.pid)


def _lives_and_dies(street: Street, chance: random.Random) -> None:
    with _house(street) as process:
        if chance.random() < STILL_STARTING:
            time.sleep(chance.uniform(0, 1.5))
            return
        _answers(street, process)
        time.sleep(chance.uniform(0, AT_WORK))


def _answers(street: Street, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTING
    while not (street.folder / "port").exists():
        assert process.poll() is None, (street.folder / "said").read_text()[-3000:]
        assert time.monotonic() < end, "the house does not answer"
        time.sleep(0.02)


def _everybody_is_gone(group: int) -> None:
    """The next house must not meet a ghost of the last one that still holds a lock or the port."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError(f"process group {group} outlived SIGKILL")


def _settles(street: Street) -> None:
    """Until nothing is on its way; what never ends shows in the verdict."""
    end, continuity = time.monotonic() + SETTLING, street.open()
    try:
        while time.monotonic() < end and _moving(continuity):
            time.sleep(0.2)
    finally:
        continuity.close()


def _moving(continuity: Continuity) -> int:
    """Generations that have not come to their end and do not wait for a person."""
    asked, ended = (
        len(continuity.registry.feed.after(continuity.studio, 0, limit=1_000_000, type=name))
        for name in (GenerationRequested.NAME, GenerationEnded.NAME)
    )
    return asked - ended - _quarantined(continuity)


def _quarantined(continuity: Continuity) -> int:
    with continuity.registry.reading() as connection:
        found = submissions.submissions(connection, continuity.studio, state="quarantined", limit=100_000)
        return len(found.items)


def _judge(street: Street, client: Client, ledger: Ledger, tally: Tally) -> None:
    """`wrong` counts requests that were executed twice or not at all, and broken invariants."""
    continuity = street.open()
    try:
        log = continuity.registry.feed.after(continuity.studio, 0, limit=1_000_000)
        try:
            check_events(continuity.blobs, log, [post for post in ledger if post["whole"]])
        except AssertionError as broken:
            tally.wrong += 1
            tally.said.append(repr(broken))
        undecided = _quarantined(continuity)
    finally:
        continuity.close()
    paid = Counter(post["external_task_id"] for post in ledger if post["accepted"])
    tally.double = sum(count - 1 for count in paid.values())
    asked = _compare(client, log, len(paid), tally)
    tally.stuck = asked - tally.settled - undecided


def _compare(client: Client, log: list[Recorded], paid: int, tally: Tally) -> int:
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
    for key, ids in client.answers.items():
        if executed[key] != 1 or ids != {name for name, asked in taken.items() if asked == key}:
            tally.wrong += 1
            tally.said.append(f"asked under {key}: executed {executed[key]} times, answered {ids}")
    figures = {"asked": len(taken), "delivered": delivered, "paid": paid, "repeats": client.repeats}
    tally.said.append(json.dumps(figures))
    return len(taken)
