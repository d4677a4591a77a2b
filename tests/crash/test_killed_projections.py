"""Writers die in the middle of their projections: nothing acknowledged is lost, and live views equal a rebuild."""

from __future__ import annotations

import random
from pathlib import Path

from tests.crash.ordeal import Tally
from tests.crash.projections import killed

KILLS = 3
"""`make crash PROJECTIONS=1000` for the full figure."""


def test_views_survive_a_death_in_their_projection(home: Path) -> None:
    """Three deaths at random statements between the events' insert and the commit: views are those of the log, after each."""
    tally = Tally()
    killed(home, KILLS, random.Random(20261201), tally)

    assert (tally.kills, tally.bad) == (KILLS, 0), tally.said
    assert tally.settled > 0
