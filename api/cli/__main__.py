"""`python -m api.cli`: the same command, for the processes that `continuity serve` starts."""

from __future__ import annotations

from api.cli import main

if __name__ == "__main__":
    main()
