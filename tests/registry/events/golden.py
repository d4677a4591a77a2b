"""The golden files: one fully filled body per event name and version, and the examples that other tests build on.

`python -m tests.registry.events.golden Name` prints what the file of an event would hold if today's class wrote it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import orjson

from registry.events.canonical import canonical
from registry.events.catalogue import EVENTS, read_event
from registry.events.envelope import Event

GOLDEN: Final = Path(__file__).parents[2] / "golden" / "events"


def an_id(prefix: str, number: int = 1) -> str:
    """A well-formed id that says which one it is."""
    return f"{prefix}_01jd{number:022d}"


def golden_file(name: str, version: int = 1) -> Path:
    return GOLDEN / f"{name}.v{version}.json"


def golden_bytes(name: str, version: int = 1) -> bytes:
    return golden_file(name, version).read_bytes().rstrip(b"\n")


def example(name: str, /, **changes: object) -> Event:
    """The golden event of that name, with some fields changed."""
    return read_event(name, 1, orjson.loads(golden_bytes(name)) | changes)


def plain_body(event: Event) -> bytes:
    return canonical(event.model_dump(mode="json"))


if __name__ == "__main__":
    for wanted in sys.argv[1:]:
        latest = max(version for name, version in EVENTS if name == wanted)
        body = orjson.loads(golden_bytes(wanted, latest))
        sys.stdout.buffer.write(plain_body(read_event(wanted, latest, body)) + b"\n")
