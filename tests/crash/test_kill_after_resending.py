"""A thousand kills of workers that send again what was disproved, with a provider that does and one that does not refuse it."""

from __future__ import annotations

import pytest

from tests.crash.figures import nothing_is_bad


@pytest.mark.slow(150)
def test_nothing_is_paid_twice_lost_or_stuck() -> None:
    """Killed at every pair of points under every fault: double 0, lost 0, stuck 0, no invariant broken."""
    nothing_is_bad("same_id_after_disproof")
