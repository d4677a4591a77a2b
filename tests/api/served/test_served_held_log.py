"""A session of somebody else holds the studio's head on PostgreSQL: writes are refused in time, reads go on, then all is well."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from registry.log.engine import postgres
from tests.api.served.serving import problem, running
from tests.servers.homes import url_of

MINA = {"depicts": "fictional", "name": "Mina"}


@contextmanager
def held(url: str, studio: str) -> Iterator[None]:
    """An open transaction that locked the head and is busy with something else, so that no idle timeout ends it."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT * FROM heads WHERE log = %s FOR UPDATE", (studio,))
        thread = threading.Thread(target=_sleep, args=(connection,))
        thread.start()
        try:
            yield
        finally:
            connection.cancel()
            thread.join()


def _sleep(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    with suppress(psycopg.errors.QueryCanceled):
        connection.execute("SELECT pg_sleep(600)")


def test_a_held_log_is_a_clean_503(on_postgres: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that waited for the lock in vain is 503 with when to come back, is not carried out, and may be repeated."""
    monkeypatch.setattr(postgres, "_LOCK_SECONDS", 1)
    url, key = url_of(on_postgres), {"Idempotency-Key": "one-mina"}
    with running(on_postgres / "data", DATABASE_URL=url) as service:
        service.made("/v1/characters", {"depicts": "fictional", "name": "Jun"})
        with held(url, service.continuity.studio):
            refused = service.post("/v1/characters", MINA, headers=key)
            said = problem(refused, 503, "log-busy")
            assert "has held it for more than 1 s" in said["detail"]
            assert refused.headers["retry-after"]
            assert [one["name"] for one in service.get("/v1/characters").json()["items"]] == ["Jun"]
        made = service.post("/v1/characters", MINA, headers=key)

        assert made.status_code == 201
        assert service.post("/v1/characters", MINA, headers=key).json() == made.json()
        assert len(service.get("/v1/characters").json()["items"]) == 2
