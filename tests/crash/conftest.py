"""What these tests share: a provider process, a small studio, and a nursery of workers to be killed."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.crash.workers import Nursery
from tests.servers.carrying import provider, provider_process_fixture, studio, world

settings.register_profile("proof", max_examples=2_000)

__all__ = ["provider", "provider_process_fixture", "studio", "world"]


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    running = Nursery()
    yield running
    running.close()
