"""A thousand kills of workers that never send again, with a provider that does and one that does not refuse repeated ids.

`test_kill_after_resending` has the other policy: test processes are handed whole files, and each of these takes minutes.
"""

from __future__ import annotations

from itertools import islice

import pytest

from tests.crash.figures import nothing_is_bad
from tests.crash.schedules import FAULTS, POINTS, schedules


@pytest.mark.slow(150)
def test_nothing_is_paid_twice_lost_or_stuck() -> None:
    """Killed at every pair of points under every fault: double 0, lost 0, stuck 0, no invariant broken."""
    nothing_is_bad("never")


def test_every_pair_is_met_with_every_fault() -> None:
    """Before anything is repeated, each unordered pair of points has been drawn once with each fault."""
    every = len(POINTS) * (len(POINTS) + 1) // 2 * len(FAULTS)
    drawn = {(tuple(sorted(met.points[:2])), met.fault) for met in islice(schedules(seed=1), every)}

    assert len(drawn) == every
