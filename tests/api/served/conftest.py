"""One service for the tests of this folder; each makes things of its own in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.served.serving import Served, running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with running(tmp_path_factory.mktemp("service")) as started:
        yield started


@pytest.fixture(scope="module")
def account(service: Served) -> str:
    """The studio's only account."""
    return str(service.made("/v1/accounts", {"name": "main", "region": "singapore"})["id"])


@pytest.fixture(scope="module")
def production(service: Served, account: str) -> str:
    return str(service.made("/v1/productions", {"name": "Café", "account": account})["id"])
