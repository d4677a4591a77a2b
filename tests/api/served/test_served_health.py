"""Probes: alive as long as the process answers, ready only when database and blob store are."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import BlobStoreDown
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


def test_a_schema_of_another_version_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database this program does not fit is named by both revisions."""
    with running(tmp_path) as service:
        monkeypatch.setattr("api.routes.health.newest", lambda: "9999")
        answer = service.get("/health/ready")
        assert answer.status_code == 503
        assert "9999" in answer.json()["checks"]["database"]
