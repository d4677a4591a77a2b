"""wrk, a load generator in C, as one call: requests a second and latencies of one address on many connections.

It is a package of Debian's and others' (`apt-get install wrk`), none of Python's; without it the benchmark says so and ends.
"""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
from dataclasses import dataclass
from typing import Final

_IN_MS: Final = {"us": 0.001, "ms": 1.0, "s": 1_000.0, "m": 60_000.0}
_SPEED: Final = re.compile(r"Requests/sec:\s+([\d.]+)")
_LATENCY: Final = re.compile(r"^\s+(50|99)%\s+([\d.]+)(us|ms|s|m)\s*$", re.MULTILINE)
_FAULT: Final = re.compile(r"^\s*(Non-2xx or 3xx responses|Socket errors):.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Heard:
    """What wrk says: requests a second, milliseconds that half and 99 of 100 stay below; `busy` is its own share of one core."""

    per_second: float
    p50: float
    p99: float
    busy: float


def must_be_there() -> None:
    """Raises SystemExit, and says how to get it."""
    if shutil.which("wrk") is None:
        raise SystemExit("this needs wrk, which is not installed here; on Debian: apt-get install wrk")


def wrk(url: str, headers: tuple[str, ...], *, connections: int, seconds: int) -> Heard:
    """Ask again as soon as an answer is there, on so many connections, for so long. Raises RuntimeError for answers but 200s."""
    said = [word for line in headers for word in ("-H", line)]
    before = _spent()
    command = ["wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", *said, url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    busy = (_spent() - before) / seconds
    if fault := _FAULT.search(text):
        raise RuntimeError(f"{url}: {fault[0].strip()}")
    speed, latency = (
        _SPEED.search(text),
        {one[1]: float(one[2]) * _IN_MS[one[3]] for one in _LATENCY.finditer(text)},
    )
    if speed is None or latency.keys() != {"50", "99"}:
        raise RuntimeError(f"wrk says something else than it did: {text}")
    return Heard(float(speed[1]), latency["50"], latency["99"], busy)


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
