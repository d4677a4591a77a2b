"""A service's own walk over its own log, by the verifier that outsiders use too, against the checkpoints it keeps."""

from __future__ import annotations

from collections.abc import Generator
from itertools import chain
from typing import Final

from registry.checkpoints.making import Checkpoints
from registry.proof.held import CHECKPOINT
from registry.proof.note import Checkpoint
from registry.proof.report import LogReport
from registry.proof.walk import Walk

_PAGE: Final = 2_000
_NEWEST: Final = 100
"""So many checkpoints are held against the log; older ones say nothing that a newer one does not."""


def verify_log(checkpoints: Checkpoints, log: str) -> LogReport:
    """What the walk found. Raises CheckpointsUnusable and LogBusy."""
    walking = walk_log(checkpoints, log)
    while True:
        try:
            next(walking)
        except StopIteration as over:
            report: LogReport = over.value
            return report


def walk_log(checkpoints: Checkpoints, log: str) -> Generator[tuple[int, int], None, LogReport]:
    """The same for who looks on: so many events of so many are read, and at the end what was found."""
    held = _held(checkpoints, log)
    walk = Walk(log, held)
    registry = checkpoints.registry
    head, after = registry.feed.head(log), 0
    while after < head:
        with registry.nodes.reading(log) as connection:
            rows = registry.nodes.rows(connection, log, after, min(head, after + _PAGE))
        walk.take(rows)
        after += _PAGE
        yield min(after, head), head
    report = walk.end()
    if report.events != head:
        report.found("head", report.events, f"{report.events} events are there, and its head says {head}")
    return report


def _held(checkpoints: Checkpoints, log: str) -> list[Checkpoint]:
    names = {
        name
        for name in chain.from_iterable(place.names(checkpoints.origin(log)) for place in checkpoints.places)
        if name.endswith(CHECKPOINT) and name[:19].isdecimal()
    }
    found = (checkpoints.at(log, int(name[:19])) for name in sorted(names)[-_NEWEST:])
    return [kept.checkpoint for kept in found if kept is not None]
