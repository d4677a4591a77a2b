"""A service that Kling may call, with a worker of its own, for tests that follow a task from both sides."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from generation.desk import Desk
from generation.worker import Worker
from tests.api.served.serving import Served, running
from tests.servers.sandbox import Sandbox, free_port
from tests.servers.world import KEYS


@contextmanager
def filming(folder: Path, kling: Sandbox, **settings: str) -> Iterator[Film]:
    """A service that Kling may call, and one worker of it."""
    port = free_port()
    given = {
        "KLING_BASE_URL": kling.url,
        "KLING_API_KEY": "",
        "KLING_ACCESS_KEY": KEYS.access_key,
        "KLING_SECRET_KEY": KEYS.secret_key,
        "CONTINUITY_PUBLIC_URL": f"http://127.0.0.1:{port}",
        **settings,
    }
    kling.clock(speed=1)
    with running(folder, port=port, **given) as service:
        service.made("/v1/accounts", {"name": "main", "region": "sandbox"})
        yield Film(service, kling)
    kling.clock(speed=1)


class Film:
    """The service with tasks under way; `asked` are the times of every question about a task."""

    def __init__(self, service: Served, kling: Sandbox) -> None:
        self.service, self.kling = service, kling
        self.asked: list[tuple[float, str]] = []
        self.production = service.made("/v1/productions", {"name": "Café"})["id"]
        self._worker = Worker(self._counting(service.continuity.desk()), owner="one", sleep=time.sleep)

    def _counting(self, desk: Desk) -> Desk:
        @contextmanager
        def kling_for(account: Any) -> Iterator[Any]:
            with desk.kling_for(account) as client:
                ask = client.task

                def task(route: Any, task_id: str) -> Any:
                    self.asked.append((time.monotonic(), task_id))
                    return ask(route, task_id)

                client.task = task  # type: ignore[method-assign]
                yield client

        return replace(desk, kling_for=kling_for)

    def work(self, seconds: float = 0.0) -> None:
        """Work while anything is due, and for so long at least."""
        end = time.monotonic() + seconds
        while self._worker.work_once() or time.monotonic() < end:
            time.sleep(0.005)

    def task(self) -> dict[str, Any]:
        """A new generation, carried until Kling has its task, which then stands still; its submission's card."""
        body = {"production": self.production, "action": "A lantern drifts over a river."}
        asked = self.service.post("/v1/generations", body).json()["id"]
        self.kling.clock(speed=0)
        self.work()
        card: dict[str, Any] = self.service.get(f"/v1/generations/{asked}").json()["submission_card"]
        assert card["state"] == "confirmed", card
        return card

    def made(self, **asked: Any) -> dict[str, Any]:
        """A generation carried to its end; its card."""
        body = {"production": self.production, "action": "A lantern drifts over a river.", **asked}
        answer = self.service.post("/v1/generations", body)
        assert answer.status_code == 202, answer.text
        path, end = answer.headers["location"], time.monotonic() + 20
        while (card := self.service.get(path).json())["outcome"] is None:
            assert time.monotonic() < end, card["waiting_for"]
            self.work(0.05)
        found: dict[str, Any] = card
        return found

    def address(self, submission: str) -> str:
        maker = self.service.continuity.callbacks
        return maker.address(submission, maker.base).removeprefix(maker.base)

    def types(self, after: int = 0) -> list[str]:
        """What happened in the studio since."""
        studio = self.service.continuity.studio
        return [one.type for one in self.service.continuity.registry.feed.after(studio, after, limit=100_000)]
