"""What all tests share: the servers that the run is about, and the order of the tests.

What takes long begins first, so that no process is left alone with it at last.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from multiprocessing import util
from pathlib import Path

import pytest
import structlog

from tests import garbage, proof
from tests.servers.engines import (
    home,
    lasting_home,
    migrated,
    on_file,
    on_postgres,
    postgres_process_fixture,
)
from tests.servers.room import clear, make_room
from tests.servers.s3 import S3Server, chosen
from tests.servers.sharing import share_compiled_statements, share_trust

__all__ = [
    "home",
    "lasting_home",
    "migrated",
    "on_file",
    "on_postgres",
    "postgres_process_fixture",
    "proof",
]


structlog.configure(processors=[], logger_factory=structlog.ReturnLoggerFactory())
# Of lines nobody reads nothing is made. And once `capture_logs` was used, structlog counts as configured: to print, among what
# commands of the same test print.

share_compiled_statements()
share_trust()

SLOW = 10
"""Seconds that a slow test takes, roughly, unless its mark says how many."""
ROOM = make_room(os.environ)
"""Where this run's files are, when this process made the place: its workers are given it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--s3` is for `make test-s3`, which names the server of the run; `--provider` and `--patience` are for runs of mutants."""
    says = "the S3 server: ministack (started, the default), ceph (started), or the address of one that runs"
    parser.addoption("--s3", default="ministack", help=says)
    parser.addoption("--provider", help="the address of a sandbox that runs; by default one is started")
    parser.addoption(
        "--patience", type=float, default=30, help="seconds a small studio is worked for in vain"
    )


@pytest.fixture(scope="session")
def s3(request: pytest.FixtureRequest) -> Iterator[S3Server]:
    """The live S3 server of this test process."""
    with chosen(request.config.getoption("--s3")) as server:
        yield server


def pytest_sessionfinish(exitstatus: int) -> None:
    """What a run that passed has written goes; what a failed one has stays until the next run."""
    if ROOM is not None and exitstatus == pytest.ExitCode.OK:
        util._run_finalizers()  # type: ignore[attr-defined]  # or it looks for its folder when all is gone
        clear(ROOM)


def pytest_collection_finish(session: pytest.Session) -> None:
    garbage.seldom()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, and the slowest of them before the others.

    pytest-xdist hands out whole files, so what a module needs is made once; a long one must not be the last.
    """
    takes = Counter[Path]()
    for item in items:
        for mark in item.iter_markers("slow"):
            takes[item.path] += mark.args[0] if mark.args else SLOW
    items.sort(key=lambda item: -takes[item.path])
