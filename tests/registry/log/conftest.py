"""The registry that log tests open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry.log.opened import Opened, opened


@pytest.fixture
def open_log(home: Path) -> Iterator[Opened]:
    with opened(home) as found:
        yield found
