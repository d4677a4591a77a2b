"""The registry that log tests open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry.log.opened import Opened, opened


@pytest.fixture
def open_log(tmp_path: Path) -> Iterator[Opened]:
    with opened(tmp_path) as found:
        yield found
