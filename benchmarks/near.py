"""How long it takes to compare a picture with all of a studio's; the figures of docs/decisions/0010.

python -m benchmarks.near [pictures...]
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from benchmarks.timing import seconds_of
from registry.log.engine.database import open_database
from registry.log.engine.migrate import migrate
from registry.views.near import LOOKS_LIKE, PICTURE, near, parts_of

ROUNDS = 20


def measure(count: int) -> float:
    """Median seconds of one comparison with `count` pictures."""
    chance = Random(count)
    with TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'log.sqlite'}")
        migrate(database)
        row = {"log": "s", "number": PICTURE, "kind": "dhash12"}
        rows = [
            {**row, "thing": f"asset_{n:026d}", "position": n, "bits": bits, **parts_of(bits)}
            for n in range(count)
            for bits in [chance.randbytes(36)]
        ]
        with database.writing() as connection:
            connection.execute(insert(LOOKS_LIKE), rows)
        wanted = f"dhash12:{chance.getrandbits(288):072x}"
        with database.reading() as connection:
            return median(seconds_of(lambda: near(connection, "s", wanted), ROUNDS))


if __name__ == "__main__":
    for count in [int(one) for one in sys.argv[1:]] or [1_000, 10_000, 100_000]:
        print(f"{count:>8,} pictures: {measure(count) * 1000:.1f} ms")
