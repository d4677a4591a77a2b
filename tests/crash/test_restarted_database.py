"""PostgreSQL crashes under load: what was acknowledged is there, once, and nobody was told wrongly."""

from __future__ import annotations

import pytest

from tests.crash.restarts import restarts

CRASHES = 3
"""`make crash RESTARTS=200` for the full figure."""


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_in_crashes_of_the_server() -> None:
    """Three crashes under sixteen writers: no call lost, none done twice, no hole, and the views are those of a rebuild."""
    tally = restarts(CRASHES, seed=20261124)

    assert (tally.kills, tally.bad) == (CRASHES, 0), tally.said
    assert tally.settled > 0
