"""Proof that the record was not changed: what a leaf commits to (trees, checkpoints and the verifier build on it)."""
