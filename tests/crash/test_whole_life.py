"""Hypothesis plays the whole life of generations against the sandbox; `--hypothesis-profile=proof` plays far longer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from generation import fetching, posting
from tests.crash.life import Life
from tests.proof import PROOF
from tests.servers.building import build
from tests.servers.sandbox import Sandbox, sandbox

SIZE = settings(
    max_examples=2_000 if PROOF else 12,
    stateful_step_count=60 if PROOF else 30,
    phases=list(Phase) if PROOF else [Phase.generate],
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
"""A failure is told as it was found; only the long run takes the time to make it small."""


@pytest.fixture
def prompt_provider() -> Iterator[Sandbox]:
    """A provider whose tasks are done at once, always with the same film."""
    with sandbox("--submitted-seconds", "0", "--processing-seconds", "0", "--one-film") as running:
        yield running


@pytest.fixture
def staged(prompt_provider: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A studio to copy for every life; films are not what this is about."""
    probe = fetching.probe
    monkeypatch.setattr(fetching, "probe", lambda film: probe(film, decode=False))
    world = build(tmp_path, prompt_provider.url)
    world.registry.close()
    Life.stage = (prompt_provider, world)


@pytest.mark.slow(20)
@pytest.mark.usefixtures("staged")
def test_the_whole_life_of_generations() -> None:
    """Asked, carried, killed, overtaken, decided in any order: the invariants hold at each step, the ledger agrees at the end."""
    run_state_machine_as_test(Life, settings=SIZE)


@pytest.mark.usefixtures("staged")
def test_a_sender_that_does_not_look_at_its_lease_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """When who was taken over may send all the same, a life in which that happens ends with the ledger's "paid twice"."""
    monkeypatch.setattr(posting, "_still_ours", lambda desk, held: True)
    life = Life()  # type: ignore[no-untyped-call]
    life.begin("same_id_after_disproof", True, ["plain"], "none")
    life.a_worker_is_overtaken("before:create", 12)

    with pytest.raises(AssertionError, match="paid twice"):
        life.teardown()
