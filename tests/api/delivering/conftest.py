"""A registry with a webhook in it, and a receiver behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.delivering.telling import Telling
from tests.registry.log.opened import opened
from tests.servers.receiver import Receiver, receiving


@pytest.fixture(scope="module")
def one_receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def receiver(one_receiver: Receiver) -> Receiver:
    """Shared, and as new."""
    one_receiver.__init__(one_receiver.url)  # type: ignore[misc]
    return one_receiver


@pytest.fixture
def telling(on_file: Path, receiver: Receiver) -> Iterator[Telling]:
    with opened(on_file) as log:
        yield Telling(log, receiver)


@pytest.fixture
def on_each_engine(home: Path, receiver: Receiver) -> Iterator[Telling]:
    with opened(home) as log:
        yield Telling(log, receiver)
