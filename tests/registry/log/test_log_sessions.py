"""Who is signed in, kept beside the events."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from registry.log.sessions import Session
from tests.servers.world import open_registry

DAY = 86_400_000_000
MINA = Session("key_01jd0000000000000000000001", "a" * 64, ends=2 * DAY)


def test_a_session_lasts_until_it_ends(home: Path) -> None:
    """It is found by the digest of its token until its time, or until somebody ends it; nobody else's is touched."""
    now = [DAY]
    with closing(open_registry(home, lambda: now[0])) as registry:
        for token in ("one", "two"):
            registry.begin_session(token, MINA)
        assert registry.session("one") == MINA
        assert registry.session("none") is None
        registry.end_session("one")
        assert registry.session("one") is None
        assert registry.session("two") == MINA
        now[0] = 2 * DAY
        assert registry.session("two") is None


def test_ended_sessions_go(home: Path) -> None:
    """A new session clears away those that have ended: the table does not grow for ever."""
    now = [DAY]
    with closing(open_registry(home, lambda: now[0])) as registry:
        registry.begin_session("one", MINA)
        now[0] = 3 * DAY
        registry.begin_session("two", MINA._replace(ends=4 * DAY))
        with registry.reading() as connection:
            kept = connection.exec_driver_sql("SELECT token_sha256 FROM sessions").scalars().all()
        assert kept == ["two"]
