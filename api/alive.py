"""Is the process beside this one well? For the health checks of containers: exit code 0 says yes, 1 says no and why.

A check runs every half minute in every container, so this file stands on the standard library alone and starts in less than a
tenth of a second; the command line takes seconds. `python -m api.alive --url …` asks a service whether it is ready,
`python -m api.alive --beat FILE` looks when a worker's loop last came round. What is named must all be well.
"""

from __future__ import annotations

import argparse
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ANSWER_SECONDS: Final = 4.0
STILL_SECONDS: Final = 1_800.0
"""A worker's loop comes round at least that often: the longest single piece of work is a slow send, then a download (minutes)."""


def main(arguments: list[str] | None = None) -> int:
    """What the process ends with."""
    parser = argparse.ArgumentParser(
        prog="python -m api.alive", description="Is the process beside this one well?"
    )
    parser.add_argument("--url", help="must answer 200, as /health/ready does")
    parser.add_argument("--beat", type=Path, help="the worker's CONTINUITY_BEAT")
    parser.add_argument("--within", type=float, default=STILL_SECONDS, help="seconds since the worker's beat")
    asked = parser.parse_args(arguments)
    if asked.url is None and asked.beat is None:
        parser.error("name what to look at: --url, --beat or both")
    wrong = [*_of_service(asked.url), *_of_worker(asked.beat, asked.within)]
    print("; ".join(wrong) or "well")  # noqa: T201 - what a container engine keeps of a check
    return 1 if wrong else 0


def _of_service(url: str | None) -> Iterator[str]:
    if url is None:
        return
    try:
        straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with straight.open(url, timeout=ANSWER_SECONDS) as answer:
            if answer.status != 200:
                yield f"{url} answers {answer.status}"
    except urllib.error.HTTPError as refused:
        said = refused.read(500).decode("utf-8", "replace")
        yield f"{url} answers {refused.code}: {said}"
    except (OSError, ValueError) as failure:
        yield f"{url} does not answer: {failure}"


def _of_worker(beat: Path | None, within: float) -> Iterator[str]:
    if beat is None:
        return
    try:
        still = time.time() - beat.stat().st_mtime
    except OSError as failure:
        yield f"no beat: {failure}"
    else:
        if still > within:
            yield f"the worker's loop has not come round for {still:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
