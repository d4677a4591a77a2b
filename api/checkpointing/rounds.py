"""Every log in turn: a checkpoint where enough happened since the last one, then the witnesses and the time stamp that lack.

One thread beside the worker. Several workers may do the same: they make the same bytes (`registry.checkpoints.making`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from api.bootstrap import Continuity
from api.checkpointing.stamping import Stamping
from api.checkpointing.witness import Witness
from registry.checkpoints.making import Checkpoints, Kept
from registry.errors import LogForked, RegistryError
from registry.registry import Registry

_log = structlog.get_logger("checkpoints")
_LOOK_SECONDS: Final = 5.0


class Rounds:
    """Looks at every log. `events` and `every` (seconds) say when one is due."""

    def __init__(
        self,
        checkpoints: Checkpoints,
        *,
        events: int,
        every: float,
        witnesses: tuple[Witness, ...] = (),
        stamping: Stamping | None = None,
    ) -> None:
        self._checkpoints = checkpoints
        self._events = events
        self._every_us = int(every * 1_000_000)
        self._witnesses = witnesses
        self._stamping = stamping

    def run(self, stop: threading.Event, *, idle: float) -> None:
        """Until `stop` is set."""
        while not stop.wait(idle):
            self.look()

    def look(self) -> None:
        """Make what is due now. What one log is refused with keeps no other from being looked at."""
        try:
            heads = self._checkpoints.registry.nodes.heads()
        except RegistryError as busy:
            _log.warning("checkpoints_not_looked_at", code=busy.code, message=busy.message)
            return
        for log, head in sorted(heads.items()):
            try:
                self._look_at(log, head)
            except LogForked:
                continue  # told where it was found
            except RegistryError as failure:
                _log.error("checkpoint_not_made", log=log, code=failure.code, message=failure.message)
            except Exception:  # noqa: BLE001 - one log's trouble is not another's
                _log.exception("checkpoint_crashed", log=log)

    def _look_at(self, log: str, head: int) -> None:
        checkpoints = self._checkpoints
        last = checkpoints.newest(log)
        covered = 0 if last is None else last.checkpoint.size
        if covered > head or is_due(checkpoints.registry, log, covered, head, self._events, self._every_us):
            last = checkpoints.make(log)
        if last is not None:
            self._have_seen(log, last)

    def _have_seen(self, log: str, kept: Kept) -> None:
        for witness in self._witnesses:
            witness.see(self._checkpoints, log, kept)
        if self._stamping is not None:
            self._stamping.see(self._checkpoints, log, kept)


def is_due(registry: Registry, log: str, covered: int, head: int, events: int, every_us: int) -> bool:
    """Whether so many events are under no checkpoint, or the first of them is so old."""
    if head <= covered or head - covered >= events:
        return head > covered
    with registry.reading(log) as connection:
        return registry.clock() - registry.recorded_at(connection, log, covered + 1) >= every_us


def rounds_of(continuity: Continuity) -> Rounds:
    """The rounds of an installation."""
    settings = continuity.settings
    return Rounds(
        continuity.checkpoints,
        events=settings.checkpoint_events,
        every=settings.checkpoint_every,
        witnesses=tuple(
            Witness(continuity.receivers, address, key) for address, key in settings.witness_list
        ),
        stamping=Stamping(continuity.receivers, settings.timestamp_url) if settings.timestamp_url else None,
    )


@contextmanager
def checkpointing(continuity: Continuity) -> Iterator[None]:
    """While this lasts, checkpoints of all logs are made."""
    stop = threading.Event()
    idle = min(_LOOK_SECONDS, continuity.settings.checkpoint_every)
    thread = threading.Thread(
        target=rounds_of(continuity).run, args=(stop,), kwargs={"idle": idle}, name="checkpoints"
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
