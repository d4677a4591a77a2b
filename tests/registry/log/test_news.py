"""News: one look for all who wait, soon after a commit of this process and no later than the next poll."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from registry.errors import LogBusy
from registry.log.feed.news import News
from tests.registry.log.opened import STUDIO, Opened, introduce, opened


class Heads:
    """Where the logs end, for a looker; `looks` remembers what was asked."""

    def __init__(self) -> None:
        self.heads: dict[str, int] = {}
        self.looks: list[set[str]] = []
        self.away = False
        self.looked = threading.Event()

    def __call__(self, logs: Collection[str]) -> Mapping[str, int]:
        self.looks.append(set(logs))
        self.looked.set()
        if self.away:
            raise LogBusy("the database is away", hint="")
        return self.heads


def test_one_look_wakes_all_who_wait() -> None:
    """Three hundred who wait for two logs are served by looks at both, and only those whose log moved are called."""
    heads, called = Heads(), threading.Semaphore(0)
    news = News(heads, poll_seconds=60)
    for log in ("a", "b"):
        for _ in range(150):
            news.tell(log, 0, called.release)
    heads.heads = {"a": 1}
    before = len(heads.looks)
    news.wake()
    assert all(called.acquire(timeout=10) for _ in range(150))
    news.close()
    assert not called.acquire(blocking=False)
    assert heads.looks[-1] == {"a", "b"}
    assert len(heads.looks) - before <= 3


def test_who_gave_up_is_not_called() -> None:
    """A forgotten one is never called, and no look is made when nobody is left."""
    heads, called = Heads(), threading.Event()
    news = News(heads, poll_seconds=0.01)
    news.forget(news.tell("a", 0, called.set))
    heads.heads = {"a": 1}
    told = threading.Event()
    news.tell("a", 0, told.set)
    assert told.wait(10)
    news.close()
    assert not called.is_set()


def test_a_database_that_is_away_is_looked_at_again() -> None:
    """A failed look ends nobody's waiting: the next ones go on, and call when they can read."""
    heads, told = Heads(), threading.Event()
    heads.away, heads.heads = True, {"a": 1}
    news = News(heads, poll_seconds=0.01)
    news.tell("a", 0, told.set)
    assert heads.looked.wait(10)
    heads.away = False
    assert told.wait(10)
    news.close()


def test_commits_of_other_processes_are_found(home: Path) -> None:
    """Whether or not anybody wakes this process when another one commits: its own look finds it."""
    with opened(home) as one, opened(home) as two:
        told = threading.Event()
        one.registry.feed.tell(STUDIO, 0, told.set)
        two.handle(introduce())
        assert told.wait(10)


@pytest.mark.parametrize("behind", [0, 1])
def test_a_stretch_says_how_far_it_is_complete(open_log: Opened, behind: int) -> None:
    """A filter that passes over everything still tells how far; one that finds more tells where to go on."""
    for _ in range(3):
        open_log.handle(introduce())
    feed = open_log.registry.feed
    nothing = feed.stretch(STUDIO, behind, type="CharacterRetired")
    some = feed.stretch(STUDIO, behind, limit=1)
    assert (nothing.events, nothing.through, nothing.more) == ([], 3, False)
    assert ([event.position for event in some.events], some.through, some.more) == (
        [behind + 1],
        behind + 1,
        True,
    )
