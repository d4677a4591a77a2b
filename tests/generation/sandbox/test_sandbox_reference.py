"""The reference of the sandbox's orders names everything that can be ordered."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

from generation.sandbox.faults import Deed, Fault, Moment
from generation.sandbox.habits import HabitsOrder
from tests.servers.sandbox import sandbox as started

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "sandbox.md").read_text()


def test_everything_that_can_be_ordered_is_described() -> None:
    """Every deed, moment, field and habit stands in docs/reference/sandbox.md."""
    words = set(re.findall(r"[a-z_]+", PAGE))
    orders = {*get_args(Deed), *get_args(Moment), *Fault.model_fields, *HabitsOrder.model_fields}

    assert orders - words == set()


def test_every_deed_can_be_ordered_of_a_process() -> None:
    """A sandbox in a process of its own takes each deed at each moment the page allows it, and refuses the rest."""
    with started("--no-media") as running:
        running.habits(duplicate_external_ids="accept")
        running.chaos(seed=1, rate=0.5)
        running.chaos()
        taken = {deed: sum(_taken(running, on, deed) for on in get_args(Moment)) for deed in get_args(Deed)}
        running.forgive()
        assert running.tasks() == []

    assert {deed for deed, moments in taken.items() if moments == 0} == set()
    assert {deed for deed, moments in taken.items() if moments == len(get_args(Moment))} == {"delay"}


def _taken(running: Any, on: str, deed: str) -> bool:
    try:
        running.order(on=on, do=deed)
    except AssertionError:
        return False
    return True
