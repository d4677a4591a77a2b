"""The studio that erasure tests work in, on disk; and a live S3 server for those about buckets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.blobs import store_for
from tests.registry.erasing.person import Person
from tests.registry.log.opened import opened
from tests.servers.s3 import S3Server, s3_server


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    with opened(tmp_path / "data") as log:
        found = Person(log, store_for(f"file://{tmp_path}/data/blobs"), tmp_path / "data")
        found.tell()
        yield found


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server
