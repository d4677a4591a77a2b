"""A service with a worker and a sandbox Kling, for tests that use it as its callers do: by client, command, tools and docs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from generation.worker import Worker
from tests.api.served.serving import Served, running
from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import KEYS


@contextmanager
def house(folder: Path, kling: Sandbox) -> Iterator[Served]:
    """An empty installation whose worker works by itself."""
    given = {
        "KLING_BASE_URL": kling.url,
        "KLING_API_KEY": "",
        "KLING_ACCESS_KEY": KEYS.access_key,
        "KLING_SECRET_KEY": KEYS.secret_key,
        "CONTINUITY_POLL_FIRST_SECONDS": "0.05",
        "CONTINUITY_LOOK_INTERVAL_SECONDS": "0.05",
    }
    with running(folder, **given) as service:
        stop = threading.Event()
        worker = Worker(service.continuity.desk(), owner="one", sleep=lambda seconds: None)

        def work() -> None:
            while not stop.is_set():
                if not worker.work_once():
                    stop.wait(0.03)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield service
        finally:
            stop.set()
            thread.join()


@pytest.fixture(scope="session")
def kling() -> Iterator[Sandbox]:
    with sandbox() as provider:
        yield provider


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, kling: Sandbox) -> Iterator[Served]:
    with house(tmp_path_factory.mktemp("house"), kling) as started:
        yield started
