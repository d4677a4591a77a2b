"""What it costs to read a JSON body strictly: against the fast parser alone, and against reading it twice to find twins.

    python -m benchmarks.strict [--rounds 5]

A body of every size that callers send, and the two worst for us: as many names as are taken, and texts that look like names, so
that the slow second look is taken each time.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import orjson

from benchmarks.timing import Spread, alternate
from registry.events.strict import read_strictly

SHOT: Final = {
    "scene": "scene_01jd0k4m5vf2s8m1q3x7w9y2ab",
    "cast": [{"character": "mina"}, {"character": "jun"}],
    "action": "They argue over the last seat.",
    "dialogue": {
        "language": "Korean",
        "turns": [{"speaker": "mina", "line": "여기는 제 자리예요."}, {"speaker": "jun", "line": "제가 먼저 왔는데요."}],
    },
    "duration": 5,
}  # fmt: skip
BODIES: Final[dict[str, Any]] = {
    "a shot, 0.4 kB": SHOT,
    "40 shots, 17 kB": {"shots": [SHOT] * 40},
    "a payload with a picture, 1 MB": {"endpoint": "omni-video", "body": {"image": "A" * 1_000_000}},
    "49,000 names, 0.5 MB": {f"n{number:05d}": 0 for number in range(49_000)},
    "texts like names, 0.4 MB": {"said": ['she says "so": and leaves'] * 12_000},
}
WAYS: Final[dict[str, Callable[[bytes], Any]]] = {
    "orjson alone": orjson.loads,
    "strictly": read_strictly,
    "orjson, then json for twins": lambda raw: (orjson.loads(raw), json.loads(raw, object_pairs_hook=_twins)),
}


def _twins(pairs: list[tuple[str, Any]]) -> Counter[str]:
    return Counter(name for name, _ in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    for name, body in BODIES.items():
        raw = orjson.dumps(body)
        print(f"{name} ({len(raw):,} bytes)")
        for way, came in alternate(_ways(raw), rounds).items():
            spread = Spread.of(came)
            print(
                f"  {way:<30}{spread.median * 1e6:>10,.1f} us  ({len(raw) / spread.median / 1e6:,.0f} MB/s)"
            )


def _ways(raw: bytes) -> dict[str, Callable[[], float]]:
    return {way: partial(_seconds, read, raw) for way, read in WAYS.items()}


def _seconds(read: Callable[[bytes], Any], raw: bytes) -> float:
    times = max(1, 400_000 // len(raw))
    began = time.perf_counter()
    for _ in range(times):
        read(raw)
    return (time.perf_counter() - began) / times


if __name__ == "__main__":
    main()
