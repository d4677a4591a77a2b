"""How much is tried: a little in every run, all of it by `make proof` (PROOF_SHARE=1)."""

from __future__ import annotations

import os

FULL = os.environ.get("PROOF_SHARE") == "1"
PROOFS = 10_000 if FULL else 1_000
MUTANTS = 1_000_000 if FULL else 10_000
STEP = 1 if FULL else 40
"""Every so-many-th position of a log is tampered with."""
