"""What open event streams cost everybody else: requests/s for one card while a writer appends, without and with
streams open.

- alone: the requests and the writer
- streams: the same, with so many readers of `/v1/events/stream`, each of whom is told every event
- delay: from an append's answer to the last of the readers having the event, at the median

    python -m benchmarks.streams [--streams 200] [--seconds 5] [--appends 10] [--json]
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from statistics import median
from urllib.parse import urlsplit

import httpx

from api.auth import issue_key
from api.bootstrap import open_continuity
from api.settings import Settings
from benchmarks.report import arguments

CALLERS = 8
_SERVE = """
import sys
from pathlib import Path
from api.app import run_server
from api.settings import Settings
said = {"CONTINUITY_DATA": sys.argv[1], "CONTINUITY_STREAMS_MOST": "10000", "CONTINUITY_STREAMS_PER_KEY": "10000"}
run_server(Settings.from_environment(said), port=0, port_file=Path(sys.argv[2]))
"""


@dataclass
class Readers:
    """Streams that are read as fast as they come; `had` is when each position had reached how many of them."""

    sockets: list[socket.socket]
    had: dict[int, list[float]] = field(default_factory=dict)
    ended: bool = False

    def read(self) -> None:
        """Until `ended`; the ids of events are all that is looked at."""
        with DefaultSelector() as ready:
            for one in self.sockets:
                ready.register(one, EVENT_READ)
            while not self.ended:
                for key, _ in ready.select(0.2):
                    said = key.fileobj.recv(1 << 16)  # type: ignore[union-attr]
                    for line in said.split(b"\n"):
                        if line.startswith(b"id: "):
                            self.had.setdefault(int(line[4:]), []).append(time.monotonic())


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder)) as (url, key):
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=url, headers=headers, trust_env=False) as http:
            card = _append(http, 0)["id"]
            _asked(http, card, options, [])
            alone = _asked(http, card, options, [])
            with _open(url, key, options.streams) as readers:
                answered: list[float] = []
                beside = _asked(http, card, options, answered)
                time.sleep(0.5)
    late = [max(times) for _, times in sorted(readers.had.items())][-len(answered) :]
    delay = median(then - at for at, then in zip(answered, late, strict=False))
    figures = {"alone": alone, "streams": beside, "ratio": beside / alone, "delay_ms": delay * 1_000}
    print(json.dumps(figures) if options.json else _table(figures, options.streams))


def _asked(http: httpx.Client, card: str, options: argparse.Namespace, answered: list[float]) -> float:
    """Requests/s of all callers, while one more appends."""
    end = time.monotonic() + options.seconds

    def ask() -> int:
        count = 0
        while time.monotonic() < end:
            http.get(f"/v1/characters/{card}").raise_for_status()
            count += 1
        return count

    def append() -> int:
        number = 0
        while time.monotonic() < end:
            number += 1
            _append(http, number)
            answered.append(time.monotonic())
            time.sleep(1 / options.appends)
        return 0

    with ThreadPoolExecutor(CALLERS + 1) as threads:
        done = [threads.submit(ask) for _ in range(CALLERS)] + [threads.submit(append)]
        return sum(one.result() for one in done) / options.seconds


def _append(http: httpx.Client, number: int) -> dict[str, str]:
    body = {"name": f"Extra {number}", "depicts": "fictional"}
    headers = {"Idempotency-Key": f"{time.monotonic_ns()}"}
    made: dict[str, str] = http.post("/v1/characters", json=body, headers=headers).raise_for_status().json()
    return made


@contextmanager
def _open(url: str, key: str, count: int) -> Iterator[Readers]:
    address = urlsplit(url)
    ask = f"GET /v1/events/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    with ExitStack() as stack:
        readers = Readers(
            [
                stack.enter_context(socket.create_connection((str(address.hostname), address.port or 0)))
                for _ in range(count)
            ]
        )
        for one in readers.sockets:
            one.sendall(ask)
        thread = threading.Thread(target=readers.read)
        thread.start()
        try:
            while len(readers.had.get(1, ())) < count:
                time.sleep(0.01)
            yield readers
        finally:
            readers.ended = True
            thread.join()


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, str]]:
    """A service as a process of its own: its address, and a key."""
    continuity = open_continuity(Settings.from_environment({"CONTINUITY_DATA": str(folder / "data")}))
    key = issue_key(continuity.registry, continuity.studio, "benchmark")
    continuity.close()
    port = folder / "port"
    process = subprocess.Popen([sys.executable, "-c", _SERVE, str(folder / "data"), str(port)])
    try:
        while not port.exists():
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port.read_text()}", key
    finally:
        process.terminate()
        process.wait(30)


def _table(figures: dict[str, float], streams: int) -> str:
    return "\n".join(
        (
            f"alone                    {figures['alone']:8.0f} requests/s",
            f"with {streams:4} streams open   {figures['streams']:8.0f} requests/s, {figures['ratio']:.2f} of it",
            f"last reader has an event {figures['delay_ms']:8.0f} ms after its append was answered (median)",
        )
    )


def _options() -> argparse.Namespace:
    parser = arguments(__doc__)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--appends", type=float, default=10.0, help="a second")
    return parser.parse_args()


if __name__ == "__main__":
    main()
