"""Checkpoints made beside a worker's paid work: when they are due, who else signs them, and who says when they were there."""
