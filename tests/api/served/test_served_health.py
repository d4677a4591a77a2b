"""Probes: alive as long as the process answers, ready only when database and blob store are."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from registry.errors import BlobStoreDown
from registry.log.engine.sqlite import sqlite_engine
from tests.api.served.serving import running


def test_ready_says_what_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the store away the service is alive and not ready, and says which part it is."""
    with running(tmp_path) as service:
        assert service.get("/health/ready").json()["checks"] == {"database": "ok", "blobs": "ok"}

        def down() -> None:
            raise BlobStoreDown("no such folder")

        monkeypatch.setattr(service.continuity.blobs, "check", down)
        monkeypatch.setattr("api.routes.health.FRESH_SECONDS", 0.0)
        answer = service.get("/health/ready")
        assert (answer.status_code, answer.json()["status"]) == (503, "down")
        assert answer.json()["checks"] == {"database": "ok", "blobs": "no such folder"}
        assert answer.headers["retry-after"]
        assert service.get("/health/live").json() == {"status": "alive"}


def test_a_database_that_cannot_be_written_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readiness tries the writer: a database that is read-only by now is named, though it can still be read."""
    with running(tmp_path) as service:
        monkeypatch.setattr("api.routes.health.FRESH_SECONDS", 0.0)
        made, before = (
            service.made("/v1/characters", {"depicts": "fictional", "name": "Mina"})["id"],
            service.position(),
        )
        assert service.get("/health/ready").status_code == 200
        assert service.position() == before
        database = service.continuity.database
        read_only = sqlite_engine(f"sqlite:///file:{database.path}?mode=ro&uri=true", 4, 1.0)
        writing, database.engine = database.engine, read_only
        database._kept._engine = read_only
        database._kept.close()
        try:
            answer = service.get("/health/ready")
            assert answer.status_code == 503
            assert "readonly database" in answer.json()["checks"]["database"]
            assert service.get(f"/v1/characters/{made}").status_code == 200
        finally:
            database.engine = database._kept._engine = writing
            database._kept.close()
            read_only.dispose()
        assert service.get("/health/ready").status_code == 200


def test_a_writer_that_waits_in_vain_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process keeps the log's write lock, the answer is 503 in time and shows no path."""
    monkeypatch.setattr("api.routes.health.WRITING_SECONDS", 0.3)
    with running(tmp_path) as service:
        with service.continuity.database.writer_lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            answer = service.get("/health/ready")
        assert answer.status_code == 503
        assert "did not answer within 0.3 s" in answer.json()["checks"]["database"]
        assert str(tmp_path) not in answer.text


def test_a_schema_of_another_version_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database this program does not fit is named by both revisions."""
    with running(tmp_path) as service:
        monkeypatch.setattr("api.routes.health.NEWEST", "9999")
        answer = service.get("/health/ready")
        assert answer.status_code == 503
        assert "9999" in answer.json()["checks"]["database"]
