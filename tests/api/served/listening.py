"""Reading a service's open stream of events in tests, as any reader of server-sent events would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from tests.api.served.serving import Served


@dataclass
class Told:
    """One event of a stream: its id, its name (`message` when it has none), its data."""

    id: str = ""
    name: str = "message"
    data: Any = None


@dataclass
class Listener:
    """An open stream; `last_id` is what would be sent to go on. Lines without an event are counted as `silences`."""

    response: httpx.Response
    last_id: str = ""
    silences: int = 0
    _lines: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self._lines = self.response.iter_lines()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Told:
        said: dict[str, str] = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            if line:
                said[name] = value
                continue
            self.last_id = said.get("id", self.last_id)
            if "data" in said:
                return Told(self.last_id, said.get("event", "message"), json.loads(said["data"]))
            self.silences += "id" in said
            said = {}
        raise StopIteration

    def take(self, count: int) -> list[Told]:
        """The next so many events."""
        return [next(self) for _ in range(count)]


@contextmanager
def listening(service: Served, *, key: str | None = None, **options: Any) -> Iterator[Listener]:
    """The service's stream of events, open."""
    headers = {**options.pop("headers", {})}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    with service.http.stream("GET", "/v1/events/stream", headers=headers, **options) as response:
        assert response.status_code == 200, response.read()
        yield Listener(response)
