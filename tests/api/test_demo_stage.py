"""The demo's stage: it touches nothing of a real installation, and a dead worker does not end the story."""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from api.demo import run
from api.demo.stage import Stage


class Sleeping(Stage):
    """A stage whose worker only sleeps."""

    def start_worker(self) -> None:
        self._start("worker", [sys.executable, "-c", "import time; time.sleep(60)"])


def test_a_worker_that_dies_is_followed_by_another(tmp_path: Path) -> None:
    """While the stage is tended, killing the worker brings a new one; afterwards nobody is started any more."""
    stage = Sleeping(tmp_path, {})
    stage.start_worker()
    try:
        with stage.tended():
            first = stage.processes["worker"]
            first.kill()
            give_up = time.monotonic() + 10
            while stage.processes["worker"] is first and time.monotonic() < give_up:
                time.sleep(0.02)
        second = stage.processes["worker"]
        assert (second is first, second.poll()) == (False, None)
        second.kill()
        second.wait()
        time.sleep(0.3)
        assert stage.processes["worker"] is second
    finally:
        stage.close()


def test_the_settings_of_a_real_installation_stay_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database, a bucket or a Kling key that the shell names is not handed to the demo's processes."""
    seen: list[dict[str, str]] = []

    def opened(stage: Stage, _holder: str) -> None:
        seen.append(stage.variables())
        raise RuntimeError("far enough")

    monkeypatch.setattr(Stage, "open", opened)
    real = {
        "DATABASE_URL": "sqlite:////real.db",
        "S3_ENDPOINT": "s3:9000",
        "KLING_API_KEY": "k",
        "PATH": "/bin",
    }
    with pytest.raises(RuntimeError):
        run.run_demo(Console(file=io.StringIO()), real, root=tmp_path, keep=False)
    assert not {"DATABASE_URL", "S3_ENDPOINT", "KLING_API_KEY"} & seen[0].keys()
    assert seen[0]["PATH"] == "/bin"
