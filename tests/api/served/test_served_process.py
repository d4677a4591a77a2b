"""The service as a process: it says which port it took, and ends when asked to."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

_RUN = """
import sys
from pathlib import Path
from api.server import run_server
from api.settings import Settings
run_server(Settings.from_environment({"CONTINUITY_DATA": sys.argv[1]}), port=0, port_file=Path(sys.argv[2]))
"""


def test_a_server_writes_its_port_once_it_answers_and_ends_cleanly(tmp_path: Path) -> None:
    """The port file appears when requests are answered; a signal ends the process cleanly, with calm lines alone on stderr."""
    port_file = tmp_path / "port"
    command = [sys.executable, "-c", _RUN, str(tmp_path / "data"), str(port_file)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 30
        while not port_file.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        ready = httpx.get(
            f"http://127.0.0.1:{port_file.read_text()}/health/ready", trust_env=False, verify=False
        )
        assert ready.json()["status"] == "ready"
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
    assert {json.loads(line)["level"] for line in said.splitlines()} <= {"info"}
    assert process.returncode == 0
