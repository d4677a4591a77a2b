"""Service and worker killed together, again and again, while a client goes on asking over HTTP."""

from __future__ import annotations

import pytest

from tests.crash.houses import houses

KILLS = 20
"""`make crash HOUSES=1000` for the full figure."""


@pytest.mark.slow
def test_houses_that_are_killed_at_any_moment() -> None:
    """Twenty houses killed: nothing is paid twice or lost, each request is executed once, and what waits says why."""
    tally = houses(KILLS, seed=20261122)

    assert (tally.kills, tally.bad) == (KILLS, 0), tally.said
    assert tally.settled > 0, tally.said
