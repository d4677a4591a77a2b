"""Signed checkpoints of logs: made from their trees, kept outside the database, and never replaced by another history's.

`trees` reads roots and proofs out of a log, `keys` holds what signs, `places` is where checkpoints lie, `making` is the whole.
"""
