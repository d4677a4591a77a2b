"""Personal fields: a data key per stream, kept apart from the log, and the sealing of fields under it.

Destroying a stream's key makes every field sealed under it unreadable, in every copy of the log, without touching the log.
"""
