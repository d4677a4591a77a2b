"""The whole OpenAPI document as Schemathesis reads it, against a real service on each engine; `make fuzz` does it at any size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.registry.blobs.test_media import filmed
from tests.servers.postgres import PostgresServer

CASES, SEED = 3_000, 20_261_130


@pytest.mark.slow(150)
def test_nothing_that_can_be_asked_breaks_it(
    tmp_path: Path, postgres_process: PostgresServer, migrated: str
) -> None:
    """No fault, no 503 but a named outage, no answer the document does not describe, and the same one on both engines."""
    from tests.fuzz.fuzzing import fuzz  # Schemathesis: only who runs this waits for it

    database = postgres_process.database(like=migrated)
    homes: dict[str, dict[str, str]] = {"sqlite": {}, "postgresql": {"DATABASE_URL": database}}
    verdict = fuzz(homes, tmp_path, filmed(tmp_path / "clip.mp4"), cases=CASES, seed=SEED)
    postgres_process.drop(database)

    assert verdict.wrong == []
    assert verdict.asked == CASES
    assert len(verdict.reached()) > 90, verdict.line()
