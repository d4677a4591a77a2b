"""The append-only log: one order per studio, decided and committed in batches, told by `feed` without holes.

The log is handed its deciders, projections, sealer and leaf hasher; it imports none of them.
"""
