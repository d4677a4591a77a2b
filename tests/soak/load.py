"""A steady load over HTTP: generations under keys, uploads, reads, a long poll, an event stream that is opened again and again.

Every generation is followed to its end before the next is asked for, so that nothing piles up on a slow machine.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from PIL import Image

from api.client import ContinuityClient, ContinuityError
from tests.servers.world import ALONE, new_id

FOLLOWED: Final = 300.0
"""Seconds within which a generation must have ended."""
REPEATED: Final = 5
"""Of so many requests one is sent again under its key: it must be answered as before."""
OPEN: Final = 30.0
"""Seconds after which the stream's reader leaves and comes again."""
FAILURES_MOST: Final = 0.001
"""The share of calls that may be refused, after all the repeats that the client makes by itself."""
NAME: Final = "soak"

Turn = Callable[["Load", ContinuityClient], None]


@dataclass
class Load:
    """Who asks at the service. `done` and `failed` count by kind; `said` holds the newest failures."""

    url: str
    key: str
    folder: Path
    pause: float
    done: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)
    production: str = ""
    position: int = 0
    _over: dict[str, threading.Event] = field(default_factory=dict)
    _running: list[Future[None]] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        """All of them at once. Listeners leave first, while there is still something to hear."""
        with self._client() as client:
            account = client.open_account("sandbox", region="sandbox")
            self.production = client.open_production("Café", account=account.id).id
            client.put_subscription(NAME)
        self._over = {kind: threading.Event() for kind in KINDS}
        with ThreadPoolExecutor(len(KINDS)) as threads:
            begun = {kind: threads.submit(self._go_on, kind) for kind in KINDS}
            self._running = list(begun.values())
            try:
                yield
            finally:
                for kind in ("streams", "polls", *KINDS):
                    self._over[kind].set()
                    begun[kind].result()

    def must_go_on(self) -> None:
        """Raises what ended one of them before its time."""
        for one in self._running:
            if one.done():
                one.result()

    def over(self, kind: str) -> bool:
        return self._over[kind].is_set()

    def wrong(self) -> list[str]:
        """What was not done at all, and failures beyond the few that are allowed."""
        found = [f"there were no {kind}" for kind in KINDS if not self.done[kind]]
        if self.failed.total() > FAILURES_MOST * self.done.total():
            found.append(f"{self.failed.total()} failures: {self.said}")
        return found

    def _go_on(self, kind: str) -> None:
        with self._client() as client:
            while not self.over(kind):
                try:
                    KINDS[kind](self, client)
                except (ContinuityError, AssertionError) as failed:
                    self.failed[kind] += 1
                    self.said = [*self.said[-4:], f"{kind}: {failed!r}"]
                self._over[kind].wait(self.pause)

    def _client(self) -> ContinuityClient:
        return ContinuityClient(self.url, self.key)


def _generate(load: Load, client: ContinuityClient) -> None:
    body, key = {"production": load.production, **ALONE}, new_id("ask")
    asked = client.request_generation(body, idempotency_key=key)
    if load.done["generations"] % REPEATED == 0:
        assert client.request_generation(body, idempotency_key=key).id == asked.id
    ended = client.wait_for_generation(asked.id, timeout=FOLLOWED)
    assert ended.outcome == "delivered", (ended.outcome, ended.reason)
    load.done["generations"] += 1


def _upload(load: Load, client: ContinuityClient) -> None:
    """A picture unlike any other, for the look-up of similar ones as well."""
    file = load.folder / "picture.png"
    Image.frombytes("L", (16, 16), random.randbytes(256)).resize((320, 320)).save(file)
    asset = client.register_asset(file, label=NAME).asset
    client.download_asset(asset.id, load.folder / "picture-again.png", rendition=True)
    load.done["uploads"] += 1


def _read(load: Load, client: ContinuityClient) -> None:
    """A page of each list, a production with its money, and a clip with its bytes."""
    client.production(load.production)
    client.spend(load.production)
    pages = (client.generations(), client.assets(), client.clips(), client.events())
    *_, clips, _events = [list(islice(page, 100)) for page in pages]
    if clips:
        client.download_clip(clips[-1].id, load.folder / "clip.mp4")
    load.done["reads"] += 1


def _poll(load: Load, client: ContinuityClient) -> None:
    reading = client.read_subscription(NAME, wait=True)
    client.acknowledge(NAME, reading)
    load.done["polls"] += 1


def _stream(load: Load, client: ContinuityClient) -> None:
    """Every event in its order, over all the times that the stream is opened."""
    leaves = time.monotonic() + OPEN
    for event in client.events(after=load.position, follow=True):
        before, load.position = load.position, event.position
        assert event.position == before + 1, f"position {event.position} came after {before}"
        if load.over("streams") or time.monotonic() > leaves:
            break
    load.done["streams"] += 1


KINDS: Final[dict[str, Turn]] = {
    "generations": _generate,
    "uploads": _upload,
    "reads": _read,
    "polls": _poll,
    "streams": _stream,
}
