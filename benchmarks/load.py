"""Asks one address over and over on many connections, from a process of its own: `python -m benchmarks.load URL
--connections 16`.

Each connection sends its next request when its answer is whole (a closed loop, HTTP/1.1, kept alive). It speaks to
sockets without a library between, so that it can ask several times as fast as a Python service answers; `busy`, its
own CPU as a share of one core, says whether it was the bottleneck.
"""

from __future__ import annotations

import argparse
import json
import socket
import time
from selectors import EVENT_READ, DefaultSelector
from urllib.parse import urlsplit

from benchmarks.timing import percentile


class Connection:
    """One connection and the answer it is in the middle of."""

    def __init__(self, host: str, port: int, question: bytes) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._question, self._buffer, self._missing = question, b"", 0
        self.asked = 0.0

    def ask(self) -> None:
        self._buffer, self._missing = b"", 0
        self.asked = time.perf_counter()
        self.socket.sendall(self._question)

    def answered(self) -> bool:
        """Take what has come; whether the answer is whole. Raises RuntimeError for any answer but a 200."""
        came = self.socket.recv(1 << 18)
        if not came:
            raise RuntimeError("the service closed a connection")
        if self._missing:
            self._missing -= len(came)
            return self._missing == 0
        self._buffer += came
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return False
        self._missing = _length(head) - len(body)
        return self._missing == 0


def main() -> None:
    options = _options()
    where = urlsplit(options.url)
    lines = [
        f"GET {where.path}?{where.query} HTTP/1.1",
        f"Host: {where.netloc}",
        *options.header,
    ]
    question = ("\r\n".join(lines) + "\r\n\r\n").encode()
    with DefaultSelector() as ready:
        for _ in range(options.connections):
            one = Connection(str(where.hostname), where.port or 80, question)
            ready.register(one.socket, EVENT_READ, one)
            one.ask()
        _answers(ready, options.warm)
        began, cpu = time.perf_counter(), time.process_time()
        times = _answers(ready, options.seconds)
        spent, used = time.perf_counter() - began, time.process_time() - cpu
    milliseconds = [1_000 * one for one in times]
    said = {
        "per_second": len(times) / spent,
        "p50": percentile(milliseconds, 50),
        "p99": percentile(milliseconds, 99),
        "busy": used / spent,
    }
    print(json.dumps(said))


def _answers(ready: DefaultSelector, seconds: float) -> list[float]:
    """How long each answer took that came within so many seconds."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for key, _ in ready.select(1):
            one: Connection = key.data
            if one.answered():
                times.append(time.perf_counter() - one.asked)
                one.ask()
    return times


def _length(head: bytes) -> int:
    status, _, headers = head.partition(b"\r\n")
    if b" 200 " not in status:
        raise RuntimeError(f"the service answered {status.decode()}")
    for line in headers.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise RuntimeError("the answer does not say how long it is")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("--header", action="append", default=[], help="a whole header line (repeatable)")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--warm", type=float, default=0.2, help="seconds before anything counts")
    return parser.parse_args()


if __name__ == "__main__":
    main()
