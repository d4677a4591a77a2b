"""What tests of the carrying share: a provider process, and a small studio that sends to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.sandbox import Sandbox, sandbox
from tests.servers.world import World, build


@pytest.fixture(scope="session", name="provider_process")
def provider_process_fixture() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


@pytest.fixture
def provider(provider_process: Sandbox) -> Iterator[Sandbox]:
    """The provider, with no fault left over from another test."""
    yield provider_process
    provider_process.forgive()


@pytest.fixture
def world(provider: Sandbox, tmp_path: Path) -> Iterator[World]:
    """The small studio on the provider's account."""
    built = build(tmp_path, provider.url)
    yield built
    built.registry.close()
