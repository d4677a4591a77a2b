"""The health check of containers: what it says of a service and of a worker, and what it costs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from api import alive
from api.metrics import LOOKED_AT, Metrics
from api.working import beating


class _Door(BaseHTTPRequestHandler):
    """Answers what its path says."""

    def do_GET(self) -> None:
        self.send_response(int(self.path.strip("/")))
        self.end_headers()
        self.wfile.write(b'{"status": "down"}')

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def door() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_service_is_well_when_it_is_ready(door: str, capsys: pytest.CaptureFixture[str]) -> None:
    """200 is well; 503 is not, and its reason is kept; nobody there is not."""
    assert alive.main(["--url", f"{door}/200"]) == 0
    assert alive.main(["--url", f"{door}/503"]) == 1
    assert alive.main(["--url", "http://127.0.0.1:1/"]) == 1

    well, down, gone = capsys.readouterr().out.splitlines()
    assert well == "well"
    assert "503" in down
    assert '"down"' in down
    assert "does not answer" in gone


def test_a_worker_is_well_while_its_loop_comes_round(tmp_path: Path) -> None:
    """A fresh beat is well; an old one and none are not, and both checks together need both."""
    beat = tmp_path / "beat"
    assert alive.main(["--beat", str(beat)]) == 1

    stopping = threading.Event()
    asked = beating(beat, stopping.is_set, looked=Metrics().gauge(LOOKED_AT))
    assert not asked()
    assert alive.main(["--beat", str(beat)]) == 0
    assert alive.main(["--beat", str(beat), "--url", "http://127.0.0.1:1/"]) == 1

    long_ago = time.time() - alive.STILL_SECONDS - 60
    os.utime(beat, (long_ago, long_ago))
    assert alive.main(["--beat", str(beat)]) == 1


def test_a_beat_that_cannot_be_written_stops_no_work(tmp_path: Path) -> None:
    """A full or missing disk costs the health check, not the worker; and without a file nothing is written."""
    looked = Metrics().gauge(LOOKED_AT)
    assert beating(tmp_path / "absent" / "beat", lambda: True, looked=looked)()
    assert beating(None, lambda: True, looked=looked)()


def test_the_check_loads_nothing_of_ours() -> None:
    """It runs in every container all day: no package but the standard library is imported for it."""
    told = "import sys, api.alive; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout

    assert {"pydantic", "httpx", "registry", "litestar", "click"}.isdisjoint(loaded.split())


def test_asking_about_nothing_is_a_mistake() -> None:
    """A check that looks at nothing would always be well."""
    with pytest.raises(SystemExit, match="2"):
        alive.main([])
