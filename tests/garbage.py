"""The collector of garbage where tests run: off from the first import on, seldom once all is there.

What is imported or collected stays to the end: looking through it again and again is a quarter of a start. Who imports this
first calls `seldom` when it has everything.
"""

from __future__ import annotations

import gc

gc.disable()


def seldom() -> None:
    """From here on garbage is looked for among what comes, and not often."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()
