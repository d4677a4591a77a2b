"""Services and workers killed again and again, together and one by one, while clients go on asking over HTTP."""

from __future__ import annotations

import pytest

from tests.crash.houses import houses
from tests.crash.terrace import terrace

KILLS = 20
"""`make crash HOUSES=1000` for the full figure."""
GENERATIONS = 24
"""`make crash TERRACE=500` for the full figure."""


@pytest.mark.slow(60)
def test_houses_that_are_killed_at_any_moment() -> None:
    """Twenty houses killed: nothing is paid twice or lost, each request is executed once, and what waits says why."""
    tally = houses(KILLS, seed=20261122)

    assert (tally.kills, tally.bad) == (KILLS, 0), tally.said
    assert tally.settled > 0, tally.said


@pytest.mark.slow(60)
def test_two_services_and_two_workers_on_postgresql_and_a_bucket() -> None:
    """One of each killed at any moment while generations run: all end, none is paid twice, views are those of a rebuild."""
    tally = terrace(GENERATIONS, seed=20261124, each_round=8)

    assert tally.kills >= 2 * GENERATIONS // 8, tally.said
    assert (tally.settled, tally.bad) == (GENERATIONS, 0), tally.said
