"""The registry that view tests ask, with a story in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry.log.opened import Opened, opened
from tests.registry.log.story import tell


@pytest.fixture
def told(on_file: Path) -> Iterator[Opened]:
    with opened(on_file) as found:
        tell(found)
        yield found
