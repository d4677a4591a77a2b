"""A service whose writer has as many commands waiting as it takes: 503 and when to come back, and then all is well."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.errors import RETRY_SECONDS
from registry.log import pen
from tests.api.served.serving import problem, running
from tests.registry.log.test_bounded_queue import PLACES, full, patience

MINA = {"depicts": "fictional", "name": "Mina"}


def test_a_full_queue_is_a_clean_503(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One command too many is 503 with Retry-After and did not land, reads go on, and repeated it is carried out once."""
    monkeypatch.setattr(pen, "QUEUE_SIZE", PLACES)
    key = {"Idempotency-Key": "one-mina"}
    with running(tmp_path) as service:
        registry = service.continuity.registry
        service.made("/v1/characters", {"depicts": "fictional", "name": "Jun"})
        patience(registry, 0.2)
        with full(registry, lambda: registry.check_writing(seconds=120)):
            refused = service.post("/v1/characters", MINA, headers=key)
            said = problem(refused, 503, "log-busy")
            assert "too many commands wait" in said["detail"]
            assert refused.headers["retry-after"] == str(RETRY_SECONDS)
            assert [one["name"] for one in service.get("/v1/characters").json()["items"]] == ["Jun"]
        patience(registry, 120)
        made = service.post("/v1/characters", MINA, headers=key)

        assert made.status_code == 201
        assert service.post("/v1/characters", MINA, headers=key).json() == made.json()
        assert len(service.get("/v1/characters").json()["items"]) == 2
