"""A terrace: two services and two workers, each with a folder of its own, on one PostgreSQL and one bucket.

While generations run, one of each kind is killed at random moments and started again; on demand the database dies as well.
"""

from __future__ import annotations

import random
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from tests.crash.houses import AT_WORK, STARTING, STILL_STARTING, UNTIL_IT_ANSWERS
from tests.crash.ordeal import Tally
from tests.crash.street import SETTLING, Client, Street, built, everybody_is_gone, judge, settle
from tests.servers.postgres import PostgresServer, postgres_server
from tests.servers.programs import CONTINUITY, Program, start
from tests.servers.s3 import S3Server, s3_server
from tests.servers.sandbox import free_port, sandbox

CLIENTS: Final = 4
SLOTS: Final = 40
"""Of the account, so that many are under way when somebody dies."""


@dataclass
class Resident:
    """One process of the installation, on a machine of its own as far as it can tell; `sign` appears once it is at work."""

    name: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    folder: Path
    sign: Path
    process: Program | None = None

    def start(self) -> None:
        self.sign.unlink(missing_ok=True)
        with (self.folder / "said").open("ab") as said:
            self.process = start(
                CONTINUITY, *self.arguments, environment=self.environment, said=said, session=True
            )

    def kill(self) -> None:
        """Without warning."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            everybody_is_gone(self.process.pid)

    def at_work(self) -> None:
        """Wait for it."""
        end = time.monotonic() + STARTING
        while not self.sign.exists():
            assert self.process is not None
            assert self.process.poll() is None, (self.folder / "said").read_text()[-3000:]
            assert time.monotonic() < end, f"{self.name} does not come to work"
            time.sleep(0.02)


def terrace(
    generations: int,
    *,
    seed: int,
    each_round: int = 16,
    durable: bool = False,
    database_dies: bool = False,
) -> Tally:
    """Round by round so many generations are asked for while processes die; then all settles, and the books are compared.

    `durable` keeps the database's fsync on. With `database_dies` it is the server's turn every now and then.
    """
    chance, tally, orders = random.Random(seed), Tally(), SimpleQueue[bool]()
    flags = ("--submitted-seconds", "0.1", "--processing-seconds", "0.3", "--one-film")
    with ExitStack() as stack:
        provider = stack.enter_context(sandbox(*flags))
        postgres = stack.enter_context(postgres_server(durable=durable))
        bucket = stack.enter_context(s3_server())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        street = built(folder, provider, _shared(folder, postgres, bucket), (free_port(), free_port()))
        clients = [Client(street, orders.get) for _ in range(CLIENTS)]
        with _inhabited(street) as residents:
            with _asking(clients, orders):
                for wanted in range(generations, 0, -each_round):
                    for _ in range(min(wanted, each_round)):
                        orders.put(True)
                    if database_dies and chance.random() < STILL_STARTING:
                        _dies_too(postgres, chance, tally)
                    tally.kills += _two_die(residents, chance)
            settle(street)
        judge(street, clients, provider.ledger(), tally)
    return tally


def _dies_too(postgres: PostgresServer, chance: random.Random, tally: Tally) -> None:
    """The server stops without finishing anything, and recovers."""
    time.sleep(chance.uniform(0, AT_WORK))
    postgres.crash(chance.choice((signal.SIGQUIT, signal.SIGKILL)))
    tally.died.add("database")


def _shared(folder: Path, postgres: PostgresServer, bucket: S3Server) -> dict[str, str]:
    """What all machines have in common; `folder` is for the one that looks on."""
    return {
        "CONTINUITY_DATA": str(folder / "onlooker"),
        "DATABASE_URL": postgres.database(),
        "CONTINUITY_KEYS": postgres.database(),
        "BLOBS_URL": bucket.url("terrace"),
        "S3_ACCESS_KEY": bucket.access_key,
        "S3_SECRET_KEY": bucket.secret_key,
        "CONTINUITY_MARKS": "bucket",
        "KLING_SLOTS": str(SLOTS),
        "CONTINUITY_RESEND_POLICY": "same_id_after_disproof",
    }


@contextmanager
def _inhabited(street: Street) -> Iterator[tuple[list[Resident], list[Resident]]]:
    """Services and workers, all at work; all are killed when the context ends."""
    services = [_resident(street, f"service-{n}", port) for n, port in enumerate(street.ports)]
    workers = [_resident(street, f"worker-{n}") for n in range(2)]
    try:
        for one in (*services, *workers):
            one.start()
        for one in (*services, *workers):
            one.at_work()
        yield services, workers
    finally:
        for one in (*services, *workers):
            one.kill()


def _resident(street: Street, name: str, port: int | None = None) -> Resident:
    folder = street.folder / name
    folder.mkdir()
    sign = folder / "at-work"
    told = {"CONTINUITY_DATA": str(folder / "data")}
    line = ("serve", "--port", str(port), "--port-file", str(sign))
    if port is None:
        line, told = ("worker",), {**told, "CONTINUITY_BEAT": str(sign)}
    return Resident(name, line, {**street.environment, **told}, folder, sign)


@contextmanager
def _asking(clients: list[Client], orders: SimpleQueue[bool]) -> Iterator[None]:
    """Clients at work; in the end each has all its answers."""
    threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    yield
    for _ in clients:
        orders.put(False)
    for thread in threads:
        thread.join(SETTLING)


def _two_die(residents: tuple[list[Resident], list[Resident]], chance: random.Random) -> int:
    """One of each kind, at moments of their own; each comes back at once. Some die again before they are at work."""
    pair = [chance.choice(kind) for kind in residents]
    chance.shuffle(pair)
    died = 0
    for one in pair:
        time.sleep(chance.uniform(0, AT_WORK))
        one.kill()
        one.start()
        died += 1
        if chance.random() < STILL_STARTING:
            time.sleep(chance.uniform(0, UNTIL_IT_ANSWERS))
            one.kill()
            one.start()
            died += 1
    for one in pair:
        one.at_work()
    return died
