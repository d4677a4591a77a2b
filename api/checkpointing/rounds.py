"""Every log in turn: a checkpoint where enough happened since the last one, then the witnesses and the time stamp that lack.

One thread beside the worker. Several workers may do the same: they make the same bytes (`registry.checkpoints.making`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
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
_PAUSE_US: Final = 60_000_000


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
        count: Callable[[str], None] = lambda _outcome: None,
    ) -> None:
        self._checkpoints = checkpoints
        self._events = events
        self._every_us = int(every * 1_000_000)
        self._witnesses = witnesses
        self._stamping = stamping
        self._count = count
        self._covered: dict[str, int] = {}
        self._unseen: dict[str, tuple[Kept, int]] = {}

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
                self._count("forked")  # told where it was found
            except RegistryError as failure:
                self._count("failed")
                _log.error("checkpoint_not_made", log=log, code=failure.code, message=failure.message)
            except Exception:  # noqa: BLE001 - one log's trouble is not another's
                _log.exception("checkpoint_crashed", log=log)

    def _look_at(self, log: str, head: int) -> None:
        """Places are asked only when something may be due: they may be a bucket, and logs may be many."""
        checkpoints = self._checkpoints
        if self._wants(log, head, self._covered.get(log)):
            last = checkpoints.newest(log)
            if self._wants(log, head, 0 if last is None else last.checkpoint.size):
                last = checkpoints.make(log)
                self._count("made")
            if last is not None:
                self._covered[log] = last.checkpoint.size
                self._unseen[log] = (last, 0)
        self._show(log)

    def _wants(self, log: str, head: int, covered: int | None) -> bool:
        if covered is None or covered > head:
            return True
        return is_due(self._checkpoints.registry, log, covered, head, self._events, self._every_us)

    def _show(self, log: str) -> None:
        """Have the newest checkpoint signed and stamped by whom it is not yet; once a minute at most while they are silent."""
        kept, next_try = self._unseen.get(log, (None, 0))
        now = self._checkpoints.registry.clock()
        if kept is None or now < next_try:
            return
        seers = (*self._witnesses, *(() if self._stamping is None else (self._stamping,)))
        seen = [
            one.see(self._checkpoints, log, kept) for one in seers
        ]  # each of them, whatever the others say
        if all(seen):
            del self._unseen[log]
        else:
            self._unseen[log] = (kept, now + _PAUSE_US)


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
        count=continuity.metrics.checkpoint,
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
