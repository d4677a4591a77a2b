"""The past asked twice: a preview from the views when the log ended at P, and one as of P from the log, are the same bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.shot import ShotRequest
from registry.errors import RegistryError
from registry.registry import Registry
from tests.generation.past import DAY_US, STUDIO, Step, Still, begin, requests, steps, told
from tests.servers.world import CONTEXT, open_registry

later = st.sampled_from([0, 0, 0, 20])
"""Days that pass before a step: the address of a clip is good for thirty."""


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("past")
    begin(folder, Still()).close()
    return folder


@contextmanager
def copied(begun: Path, clock: Still) -> Iterator[Registry]:
    """The studio with its first history, for one example."""
    with TemporaryDirectory() as folder:
        shutil.copytree(begun, folder, dirs_exist_ok=True)
        registry = open_registry(Path(folder), clock)
        try:
            yield registry
        finally:
            registry.close()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(later, steps), min_size=1, max_size=10), st.lists(requests, min_size=1, max_size=4))
def test_the_past_previews_to_the_same_bytes(
    begun: Path, history: list[tuple[int, Step]], wanted: list[ShotRequest]
) -> None:
    """Whatever happens later, a preview as of a position is what was answered, or refused, when the log ended there."""
    clock = Still()
    with copied(begun, clock) as registry:
        heads = {registry.feed.head(STUDIO): [told(registry, request) for request in wanted]}
        for days, step in history:
            clock.now += days * DAY_US
            with suppress(RegistryError):
                registry.handle(STUDIO, step, context=CONTEXT)
            if (head := registry.feed.head(STUDIO)) in heads:
                clock.now -= days * DAY_US  # refused, or nothing new: time passes with events only
            heads[head] = [told(registry, request) for request in wanted]

        again = {head: [told(registry, request, as_of=head) for request in wanted] for head in heads}
    assert again == heads
