"""A process that writes to a log until the file system refuses, then prints how many calls were acknowledged
and what it was told.

`python -m tests.registry.log.filling FOLDER`: no file may grow beyond 2 MB, as on a disk that is full.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from tests.registry.log.opened import opened
from tests.registry.log.test_log_database import fill

if __name__ == "__main__":
    with opened(Path(sys.argv[1])) as log:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
        sys.stdout.write("{} {}".format(*fill(log)))
