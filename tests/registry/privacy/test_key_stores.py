"""What every key store owes, in a file or on PostgreSQL: a first key wins, a destroyed one never comes back, all agree."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from registry.errors import LogBusy
from registry.privacy import key_table
from registry.privacy.key_table import KeyTable
from registry.privacy.keys import KeyStore, open_keys
from tests.servers.postgres import PostgresServer

MINA, JUN = "character_mina", "character_jun"


@pytest.fixture(params=["file", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield str(tmp_path / "apart" / "keys.sqlite")
        return
    server: PostgresServer = request.getfixturevalue("postgres_process")
    url = server.database()
    yield url
    server.drop(url)


@pytest.fixture
def store(address: str) -> Iterator[KeyStore]:
    with closing(open_keys(address)) as found:
        yield found


def test_a_streams_first_key_wins(store: KeyStore) -> None:
    """A second key for a stream never replaces the first; the winner is answered."""
    store.add({MINA: b"1" * 32})

    assert store.add({MINA: b"2" * 32, JUN: b"3" * 32}) == {MINA: b"1" * 32, JUN: b"3" * 32}
    assert store.find([MINA, JUN, "nobody"]) == {MINA: b"1" * 32, JUN: b"3" * 32}
    assert store.find([]) == {}


def test_a_destroyed_key_never_comes_back(store: KeyStore, address: str) -> None:
    """A destroyed stream has no key and gets none, also one that never had any; other processes see it and the count."""
    store.add({MINA: b"1" * 32})
    with closing(open_keys(address)) as other:
        before = other.erasures()
        assert store.destroy([MINA, JUN, MINA]) == 2
        assert other.erasures() == before + 1
        assert other.destroyed([MINA, JUN, "nobody"]) == {MINA, JUN}
        assert other.add({MINA: b"2" * 32, "new": b"3" * 32}) == {"new": b"3" * 32}
        assert other.find([MINA]) == {}


def test_destroying_twice_is_quiet(store: KeyStore) -> None:
    """A repeat destroys nothing more, and no cache is dropped for it."""
    store.destroy([MINA])
    before = store.erasures()

    assert store.destroy([MINA]) == 0
    assert store.erasures() == before


def test_keys_outlive_the_process(address: str) -> None:
    """A key that was added is there when the store is opened again."""
    with closing(open_keys(address)) as store:
        store.add({MINA: b"1" * 32})
    with closing(open_keys(address)) as store:
        assert store.find([MINA]) == {MINA: b"1" * 32}


def test_racing_for_one_key(address: str) -> None:
    """Of eight that make a stream's key at once, all are told the same winner."""
    told: list[bytes] = []

    def add(number: int) -> None:
        with closing(open_keys(address)) as store:
            told.append(store.add({MINA: bytes([number]) * 32})[MINA])

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(told) == 8
    assert len(set(told)) == 1


def test_a_server_that_comes_back_is_used_again(postgres_process: PostgresServer) -> None:
    """A lost connection is made anew; while nobody answers, the caller hears LogBusy and that nothing landed."""
    url = postgres_process.database()
    with closing(open_keys(url)) as store:
        store.add({MINA: b"1" * 32})
        name = url.rpartition("/")[2]
        end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        postgres_process.run(end)
        assert store.find([MINA]) == {MINA: b"1" * 32}
        postgres_process.drop(url)
        with pytest.raises(LogBusy) as refused:
            store.find([MINA])
    assert refused.value.detail["landed"] is False


def test_who_hangs_is_cut_off(postgres_process: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that hangs while it destroys keys holds others up for a while, not for ever; awake, it does it again."""
    url, hangs, awake, in_time = postgres_process.database(), threading.Event(), threading.Event(), []

    def hang(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        with connection.transaction():
            connection.execute("UPDATE erasures SET count = count + 1")
            hangs.set()
            in_time.append(awake.wait(30))

    with closing(KeyTable(url)) as other:
        monkeypatch.setitem(key_table._CONNECTING, "options", "-c idle_in_transaction_session_timeout=1s")
        with closing(KeyTable(url)) as frozen:
            thread = threading.Thread(target=frozen._ask, args=(hang,))
            thread.start()
            assert hangs.wait(30)
            assert other.destroy([MINA]) == 1
            awake.set()
            thread.join()
            assert (in_time, other.erasures()) == ([True, True], 2)
    postgres_process.drop(url)
