"""One service for the tests of this folder, and somebody who is signed in there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.console.browsing import Visitor, knocking, visiting
from tests.api.served.conftest import account, production, service
from tests.api.served.serving import Served

__all__ = ["account", "production", "service"]


@pytest.fixture(scope="module")
def visitor(service: Served) -> Iterator[Visitor]:
    with visiting(service) as somebody:
        yield somebody


@pytest.fixture
def stranger(service: Served) -> Iterator[Visitor]:
    with knocking(service) as somebody:
        yield somebody
