"""The studio that erasure tests work in: in files, or on PostgreSQL where a test asks for both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.blobs import store_for
from tests.registry.erasing.person import Person
from tests.registry.log.opened import opened
from tests.servers.homes import settle, url_of


@pytest.fixture
def person(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Person]:
    """On SQLite unless the test names an engine (`both_engines`)."""
    data = tmp_path / "data"
    data.mkdir()
    if getattr(request, "param", "sqlite") == "postgresql":
        settle(data, url_of(request.getfixturevalue("on_postgres")))
    with opened(data) as log:
        found = Person(log, store_for(f"file://{data}/blobs"), data)
        found.tell()
        yield found
