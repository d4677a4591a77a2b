"""What every place of marks owes, written once; each adapter's test class inherits it and brings `opens`."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from registry.log.marks import Mark, Marks
from tests.registry.events.golden import an_id

ROOT = Path(__file__).parents[2]
LOG = an_id("studio")
Opens = Callable[[], Marks]
"""Opens the same place once more, as another process would."""
Place = Mapping[str, str]
"""What a process of its own is told to open the place (`tests.contracts.marking`)."""


def mark(position: int, number: int | None = None) -> Mark:
    return Mark(position=position, event_id=an_id("event", number or position), recorded_at=position)


@contextmanager
def marking(place: Place, positions: range) -> Iterator[subprocess.Popen[str]]:
    """A process that advances through the positions; it says each one after its mark is durable."""
    told = json.dumps({**place, "log": LOG, "positions": [positions.start, positions.stop, positions.step]})
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.contracts.marking", told], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


class MarksContract:
    """Given fixtures `opens` and `place`, the behaviour of `registry.log.marks.Marks`."""

    def test_a_mark_is_kept(self, opens: Opens) -> None:
        """There is none before the first; then it is what was written, for every opening of the place, each log for itself."""
        marks = opens()

        assert marks.read(LOG) is None
        marks.advance(LOG, mark(7))
        assert opens().read(LOG) == mark(7)
        assert marks.read(an_id("studio", 2)) is None

    def test_a_mark_never_moves_back(self, opens: Opens) -> None:
        """The furthest stays, and so does the first of two at one position; only what is over is replaced by one before it."""
        marks = opens()
        marks.advance(LOG, mark(7))

        marks.advance(LOG, mark(6))
        marks.advance(LOG, mark(7, number=70))
        marks.advance(LOG, mark(5), over=mark(6))
        assert marks.read(LOG) == mark(7)
        marks.advance(LOG, mark(5), over=mark(7))
        assert marks.read(LOG) == mark(5)

    def test_what_is_over_stays_over(self, opens: Opens) -> None:
        """After an accepted restore marks go on from where it is, however many were before it, and may be over again."""
        marks = opens()
        for position in range(90, 100):
            marks.advance(LOG, mark(position))

        marks.advance(LOG, mark(50), over=mark(99))
        marks.advance(LOG, mark(49))
        assert marks.read(LOG) == mark(50)
        marks.advance(LOG, mark(51))
        assert marks.read(LOG) == mark(51)
        marks.advance(LOG, mark(20), over=mark(51))
        assert opens().read(LOG) == mark(20)

    def test_over_and_further_is_further(self, opens: Opens) -> None:
        """A restored log that has grown beyond the mark it is over simply goes on."""
        marks = opens()
        marks.advance(LOG, mark(7))

        marks.advance(LOG, mark(9), over=mark(7))
        marks.advance(LOG, mark(8))
        assert marks.read(LOG) == mark(9)

    def test_a_forgotten_worker_is_noticed(self, opens: Opens) -> None:
        """Who still sends from the database that was put aside leaves a mark beyond what is over, and that one counts."""
        here, forgotten = opens(), opens()
        here.advance(LOG, mark(99))
        here.advance(LOG, mark(50), over=mark(99))

        forgotten.advance(LOG, mark(100, number=200))
        here.advance(LOG, mark(51), over=mark(99))
        assert here.read(LOG) == mark(100, number=200)

    def test_the_furthest_of_many_wins(self, opens: Opens) -> None:
        """Threads on several openings of the place leave the highest position."""
        places = [opens() for _ in range(4)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: places[n % 4].advance(LOG, mark(n)), range(1, 60)))

        assert places[0].read(LOG) == mark(59)

    def test_a_long_life_leaves_little(self, opens: Opens) -> None:
        """However many marks there were, each is read at once after it, through several restores."""
        marks, position = opens(), 1_000
        for _ in range(4):
            for step in range(1, 40):
                marks.advance(LOG, mark(position + step))
                assert marks.read(LOG) == mark(position + step)
            before, position = position + 39, position - 100
            marks.advance(LOG, mark(position), over=mark(before))
            assert marks.read(LOG) == mark(position)

    def test_processes_that_are_killed_lose_no_mark(self, opens: Opens, place: Place) -> None:
        """Four processes advance at once, two are killed on the way: what any of them was told is durable is never unread."""
        marks, furthest = opens(), 0
        with (
            marking(place, range(1, 4_000, 4)) as first,
            marking(place, range(2, 4_000, 4)) as second,
            marking(place, range(3, 4_000, 4)) as third,
            marking(place, range(4, 4_000, 4)) as fourth,
        ):
            for told in itertools.count():
                for process in (first, second, third, fourth):
                    said = process.stdout.readline() if process.stdout else ""
                    furthest = max(furthest, int(said or 0))
                found = marks.read(LOG)
                assert found is not None
                assert found.position >= furthest
                if told in (10, 20):
                    (first if told == 10 else third).kill()
                if told == 30:
                    break

        assert furthest > 100
        found = opens().read(LOG)
        assert found is not None
        assert found.position >= furthest
        opens().advance(LOG, mark(5_000))
        assert opens().read(LOG) == mark(5_000)

    @pytest.mark.parametrize("log", [LOG, "system"])
    def test_nothing_is_raised_again(self, opens: Opens, log: str) -> None:
        """What this process has told an alarm about begins empty, and belongs to it alone."""
        marks = opens()
        marks.told.add((log, "event"))

        assert opens().told == set()
