"""The installation that a studio leaves and the empty one it comes to. Passphrases cost a hundredth of what they do in life."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.archive import sealed
from tests.registry.archive.houses import Installation, installation
from tests.servers.s3 import S3Server, s3_server


@pytest.fixture(autouse=True, scope="session")
def _cheap_passphrases() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sealed._COST, "n", 2**10)
        yield


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path / "old") as found:
        yield found


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path / "new") as found:
        yield found


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server
