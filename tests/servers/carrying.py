"""Fixtures of tests that carry requests to their end: a provider process, and a small studio that sends to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.servers.building import built
from tests.servers.sandbox import Sandbox, joined, sandbox
from tests.servers.world import World


@pytest.fixture(scope="session", name="provider_process")
def provider_process_fixture(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """One provider for all tests of a test process; its film is the same for every task, and is encoded once."""
    url = request.config.getoption("--provider")
    with joined(url) if url else sandbox("--one-film") as running:
        yield running


@pytest.fixture
def provider(provider_process: Sandbox) -> Iterator[Sandbox]:
    """The provider, without a fault and with its clock running when the test ends."""
    yield provider_process
    provider_process.forgive()
    provider_process.clock(speed=1)


@pytest.fixture
def world(provider: Sandbox, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """The small studio on the provider's account."""
    found = replace(built(tmp_path, provider.url), patience=request.config.getoption("--patience"))
    yield found
    found.registry.close()


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[World]:
    """The small studio with nobody at its account's address, for what needs no provider."""
    found = built(tmp_path, "http://127.0.0.1:9")
    yield found
    found.registry.close()
