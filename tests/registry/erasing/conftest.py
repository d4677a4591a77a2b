"""The studio that erasure tests work in, on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.blobs import store_for
from tests.registry.erasing.person import Person
from tests.registry.log.opened import opened


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    with opened(tmp_path / "data") as log:
        found = Person(log, store_for(f"file://{tmp_path}/data/blobs"), tmp_path / "data")
        found.tell()
        yield found
