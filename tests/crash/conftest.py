"""What these tests share: a provider process, a small studio, and a nursery of workers to be killed."""

from collections.abc import Iterator

import pytest

from tests.crash.workers import Nursery
from tests.servers.carrying import provider, studio, world
from tests.servers.sandbox import Sandbox, sandbox

__all__ = ["provider", "studio", "world"]


@pytest.fixture(scope="session")
def provider_process() -> Iterator[Sandbox]:
    """One provider for all tests of a test process; films are not what they are about."""
    with sandbox("--one-film") as running:
        yield running


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    running = Nursery()
    yield running
    running.close()
