"""The harness that finds nothing must be able to find something: protocols made wrong on purpose, killed like the right one."""

from __future__ import annotations

import pytest

from tests.crash.breaking import WAYS
from tests.crash.figures import run


@pytest.mark.slow(40)
def test_a_protocol_made_wrong_is_found_out() -> None:
    """With the intent after the POST, a retrying transport, or a fresh id per try, the same harness finds double payments."""
    told, said = run("--kills", "900", "--resend", "never", "--duplicates", "accept", "--broken", *WAYS)

    assert [figures["double"] > 0 for figures in told] == [True] * len(WAYS), said
