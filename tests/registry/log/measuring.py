"""A process that rebuilds the views in small batches and pages, with a small page cache, and says by how much its memory grew
meanwhile at most, in KiB (Linux).
"""

from __future__ import annotations

import re
from pathlib import Path

from registry.log.rebuild import comparing, rebuild, scratch
from tests.registry.log.opened import opened

BATCH = 500
PAGE = 100
"""So that a short log fills both."""
CACHE = "cache_size=-2048"
"""In place of 64 MiB, which a short log would not fill and a long one would."""


def main(folder: str) -> None:
    """What is loaded and opened before does not count, and neither does any earlier peak."""
    others = [pragma for pragma in scratch._PRAGMAS if not pragma.startswith("cache_size")]
    vars(rebuild)["BATCH"], vars(comparing)["PAGE"] = BATCH, PAGE
    vars(scratch)["_PRAGMAS"] = (*others, CACHE)
    with opened(Path(folder)) as log:
        Path("/proc/self/clear_refs").write_text("5")
        before = _status("VmRSS")
        log.registry.rebuild()
        print(_status("VmHWM") - before)  # noqa: T201


def _status(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])
