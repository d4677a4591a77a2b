"""The installation that a studio leaves and the empty one it comes to. Passphrases cost a hundredth of what they do in life."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.archive import sealed
from tests.registry.archive.houses import Installation, exported, installation


@pytest.fixture(autouse=True, scope="session")
def _cheap_passphrases() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sealed._COST, "n", 2**10)
        yield


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A copy of one archive, to be harmed; its key file lies beside it."""
    place = Path(exported().name)
    shutil.copytree(place / "archive", tmp_path / "archive")
    shutil.copy(place / "studio.keys", tmp_path)
    return tmp_path / "archive"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path / "old") as found:
        yield found


@pytest.fixture
def new(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """On SQLite unless a test says `postgresql`."""
    folder = tmp_path / "new"
    if getattr(request, "param", "sqlite") == "postgresql":
        folder = request.getfixturevalue("on_postgres")
    with installation(folder) as found:
        yield found
