"""What programs write down, gathered for a test: every line as it would stand on standard error."""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from api.logs import configure_logging
from api.oversight import LogLevel


class Lines:
    """Everything that was written so far."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def requests(self, count: int) -> list[dict[str, Any]]:
        """So many lines of requests; each is written just after its answer was read. Raises AssertionError without them."""
        deadline = time.monotonic() + 20
        while len(self.all("request")) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        found = self.all("request")
        assert len(found) == count, self.text
        return found

    def all(self, event: str | None = None) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in lines if event is None or line["event"] == event]


@contextmanager
def written(secrets: tuple[str, ...] = (), level: LogLevel = "debug") -> Iterator[Lines]:
    """Logging as a process has it, into memory; afterwards it is as it was before."""
    before, root = structlog.get_config() if structlog.is_configured() else None, logging.getLogger()
    handlers, root_level = root.handlers[:], root.level
    lines = Lines()
    root.handlers[:] = []
    configure_logging(secrets, level=level, stream=lines.stream)
    try:
        yield lines
    finally:
        structlog.reset_defaults()
        if before is not None:
            structlog.configure(**before)
        root.handlers[:] = handlers
        root.setLevel(root_level)
