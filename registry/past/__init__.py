"""What was: anything as it stood at a version, a position or a moment, what changed between two of them, who did it, and why."""
