"""How many made-up examples a property is tried on: a third in the run of every day, all in `make proof`."""

from __future__ import annotations

from typing import Final

from hypothesis import settings

settings.register_profile("proof", max_examples=2_000)
PROOF: Final = settings.get_current_profile_name() == "proof"
"""Whether this is the run with full sizes: `--hypothesis-profile=proof`."""


def times(full: int) -> int:
    return full if PROOF else full // 3
