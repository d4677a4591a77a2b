"""Reads of what shows a real person, written down before the bytes go out.

A read is an event in the system log, apart from the studio's own, so that looking at a face does not move the film's record; its
actor is the key that read. It is durable before the first byte is handed out: a read that cannot be noted is not answered, and
one that was noted may still have failed afterwards. Whoever reads at the same time shares a commit (`log.writer`), and nothing is
written for bytes that show nobody known.
"""

from __future__ import annotations

import threading
from typing import Final

from registry.deciders.reads import NoteRead
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG
from registry.events.reads import BytesRead, Form
from registry.registry import Registry
from registry.views.persons import persons_in

_READS_IN_A_STREAM: Final = 1_000
"""A stream is this process's alone and not long: it is hardly ever folded, and soon when it is."""


class ReadAudit:
    """Notes reads of one process. Threads may share it."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._lock = threading.Lock()
        self._stream, self._left = "", 0

    def note(
        self, studio: str, thing: str, form: Form, *, context: Context, part: str = "", always: bool = False
    ) -> bool:
        """Put on record that bytes of `thing` are handed out now; whether they show or concern anybody real.

        `always` where that is not to be asked: a document may be anybody's. Raises LogBusy.
        """
        with self._registry.reading(studio) as connection:
            persons = persons_in(connection, studio, thing)
            if not (persons or always):
                return False
            position = self._registry.head(connection, studio)
        read = BytesRead(studio=studio, thing=thing, form=form, part=part, persons=persons, position=position)
        self._registry.handle(SYSTEM_LOG, [NoteRead(stream=self._next(), read=read)], context=context)
        return True

    def _next(self) -> str:
        with self._lock:
            if not self._left:
                self._stream, self._left = self._registry.make_id("reads"), _READS_IN_A_STREAM
            self._left -= 1
            return self._stream
