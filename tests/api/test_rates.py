"""Requests in a minute: counted over processes by shares, never more than the limit, and told in headers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.rates import SHARES, Bound, Left, Rates, Strangers, headers
from api.refusals import RateLimited
from registry.errors import LogBusy
from registry.log.rates import MINUTE_US
from registry.registry import Registry
from tests.servers.world import open_registry

KEY = "key_01jd0000000000000000000001"


@dataclass
class Still:
    """A clock that stands where it is put."""

    now: int = 100 * MINUTE_US + 12_000_000

    def __call__(self) -> int:
        return self.now


@dataclass
class Processes:
    """Two that share a database and a clock."""

    clock: Still
    registries: tuple[Registry, ...]

    def rates(self) -> list[Rates]:
        return [Rates(registry) for registry in self.registries]


@pytest.fixture
def two(home: Path) -> Iterator[Processes]:
    clock = Still()
    with ExitStack() as stack:
        opened = [stack.enter_context(closing(open_registry(home, clock))) for _ in range(2)]
        yield Processes(clock, tuple(opened))


def shares_taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the shares that are taken from the database from here on."""
    taken: list[int] = []
    take = Registry.take_requests
    monkeypatch.setattr(
        Registry,
        "take_requests",
        lambda registry, holder, *, share: (taken.append(share), take(registry, holder, share=share))[1],
    )
    return taken


def let_in(rates: Rates, most: int) -> bool:
    try:
        rates.count([Bound("key", KEY, most)])
    except RateLimited:
        return False
    return True


@pytest.mark.parametrize("most", [1, 7, 120])
def test_processes_together_let_in_no_more_than_the_limit(two: Processes, most: int) -> None:
    """Whoever takes the shares, exactly as many requests are let in; the next minute begins anew."""
    rates = two.rates()
    for _ in range(2):
        with ThreadPoolExecutor(4) as threads:
            asked = [threads.submit(let_in, rates[number % 2], most) for number in range(2 * most + 8)]
        assert sum(one.result() for one in asked) == most
        two.clock.now += MINUTE_US


def test_most_requests_cost_no_write(two: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process takes a fiftieth of the minute at a time."""
    taken = shares_taken(monkeypatch)
    rates = two.rates()[0]

    assert all(let_in(rates, 1_000) for _ in range(100))
    assert taken == [1_000 // SHARES] * 5


def test_a_refusal_says_when_to_come_again(two: Processes) -> None:
    """With the seconds that are left of the minute, whose limit it is and how much it is."""
    rates = two.rates()[0]
    assert let_in(rates, 1)
    with pytest.raises(RateLimited, match=f"{KEY} may ask 1 times") as refused:
        rates.count([Bound("key", KEY, 1)])

    assert refused.value.headers == {"Retry-After": "48"}
    assert refused.value.members == {"limit": 1, "limited": "key"}


def test_a_clock_behind_counts_in_the_minute_that_has_begun(two: Processes) -> None:
    """A process whose clock is late gives out what is left of the minute another one is in, not a minute of its own."""
    first, second = two.rates()
    assert let_in(first, 2)
    two.clock.now -= MINUTE_US
    assert [let_in(second, 2) for _ in range(3)] == [True, False, False]


def test_a_database_that_takes_no_writes_shuts_nobody_out(
    two: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each process then gives out a minute's shares by itself."""

    def busy(*_: object, **__: object) -> None:
        raise LogBusy("held", hint="")

    monkeypatch.setattr(Registry, "take_requests", busy)

    assert all(let_in(two.rates()[0], 1) for _ in range(3))


def test_what_is_left_is_told() -> None:
    """Each limit by name, with what is left of it and for how long; nothing where nothing is limited."""
    left = [Left(Bound("key", KEY, 60), 59, 48), Left(Bound("studio", "studio_1", 600), 7, 48)]

    assert headers(left) == [
        (b"ratelimit-policy", b'"key";q=60;w=60, "studio";q=600;w=60'),
        (b"ratelimit", b'"key";r=59;t=48, "studio";r=7;t=48'),
    ]
    assert headers([]) == []


def test_strangers_are_told_to_wait(two: Processes) -> None:
    """By their address and for this minute alone."""
    strangers = Strangers(two.registries[0], most=2)
    for _ in range(2):
        strangers.count("10.0.0.1")
    with pytest.raises(RateLimited, match=r"10\.0\.0\.1 may ask 2 times"):
        strangers.count("10.0.0.1")
    strangers.count("10.0.0.2")
    two.clock.now += MINUTE_US
    strangers.count("10.0.0.1")


@pytest.fixture
def one(on_file: Path) -> Iterator[Processes]:
    """One process on SQLite, for what the engine has no part in."""
    clock = Still()
    with closing(open_registry(on_file, clock)) as registry:
        yield Processes(clock, (registry,))


@pytest.mark.parametrize(
    ("into_the_minute", "seconds"), [(0, 60), (12_000_001, 47), (59_000_001, 1), (59_999_999, 1)]
)
def test_a_stranger_is_told_when_to_come_again(one: Processes, into_the_minute: int, seconds: int) -> None:
    """In whole seconds, one at least; and that it is the address that was counted."""
    one.clock.now = 100 * MINUTE_US + into_the_minute
    strangers = Strangers(one.registries[0], most=0)
    with pytest.raises(RateLimited) as refused:
        strangers.count("10.0.0.1")

    assert refused.value.headers == {"Retry-After": str(seconds)}
    assert refused.value.members == {"limit": 0, "limited": "address"}
    assert f"come again in {seconds} s" in refused.value.hint


@pytest.mark.parametrize(
    ("into_the_minute", "seconds"), [(0, 60), (12_000_001, 47), (59_000_001, 1), (59_999_999, 1)]
)
def test_what_is_left_is_left_until_the_minute_ends(
    one: Processes, into_the_minute: int, seconds: int
) -> None:
    """Each bound by itself, in the order in which they are asked for; the last one of a minute is let in."""
    one.clock.now = 100 * MINUTE_US + into_the_minute
    rates, bounds = one.rates()[0], [Bound("key", KEY, 2), Bound("studio", "studio_1", 60)]

    assert rates.count(bounds) == [Left(bounds[0], 1, seconds), Left(bounds[1], 59, seconds)]
    assert rates.count(bounds) == [Left(bounds[0], 0, seconds), Left(bounds[1], 58, seconds)]
    with pytest.raises(RateLimited, match=f"{KEY} may ask 2 times") as refused:
        rates.count(bounds)
    assert refused.value.headers == {"Retry-After": str(seconds)}


@pytest.mark.parametrize("most", [1, 49, 50, 99, 100, 149])
def test_a_process_takes_a_fiftieth_at_least_one(
    one: Processes, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more than the limit is let in, also where shares do not divide it, and whoever is refused costs no write."""
    taken = shares_taken(monkeypatch)

    rates = one.rates()[0]
    assert sum(let_in(rates, most) for _ in range(most + 3)) == most
    size = max(1, most // SHARES)
    assert taken == [size] * -(-most // size)


def test_without_writes_a_minute_is_the_clock_s(one: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process gives out alone ends with the minute, as it is told."""

    def busy(*_: object, **__: object) -> None:
        raise LogBusy("held", hint="")

    monkeypatch.setattr(Registry, "take_requests", busy)
    bound = Bound("key", KEY, 100)

    assert one.rates()[0].count([bound]) == [Left(bound, 99, 48)]
