"""Proof that the record was not changed: what a leaf commits to, the tree over leaves, signed checkpoints, and their verifier.

Nothing here imports anything of the service: the standard library and `cryptography` are enough to check what it says.
"""
