"""A part that is down is an outage with a name: callers are told what and what to do, and nothing is half written."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.client import ContinuityClient, ContinuityError, Manners
from api.demo.pictures import write_story_pictures
from tests.servers.homes import SERVED, equip


def _closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def client(tmp_path: Path) -> Iterator[ContinuityClient]:
    """A service whose bucket is on a server that is not there."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("CONTINUITY_", "S3_"))},
        "CONTINUITY_DATA": str(equip(tmp_path / "data", SERVED)),
        "S3_ENDPOINT": f"127.0.0.1:{_closed_port()}",
        "S3_SECURE": "false",
        "S3_ACCESS_KEY": "nobody",
        "S3_SECRET_KEY": "nobody-at-all",
    }
    command = [sys.executable, "-m", "api.cli"]
    key = subprocess.run(
        [*command, "keys", "bootstrap", "--holder", "test"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    port_file = tmp_path / "port"
    service = subprocess.Popen(
        [*command, "serve", "--port", "0", "--port-file", str(port_file)], env=environment
    )
    try:
        while not port_file.exists():
            assert service.poll() is None
            time.sleep(0.05)
        url = f"http://127.0.0.1:{port_file.read_text()}"
        with ContinuityClient(url, key, manners=Manners(attempts=1)) as opened:
            yield opened
    finally:
        service.terminate()
        service.wait(10)


def test_an_unreachable_bucket_refuses_pictures_and_nothing_else(
    client: ContinuityClient, tmp_path: Path
) -> None:
    """The upload answers 503 naming the store, leaves no event, and the rest of the service goes on."""
    picture = write_story_pictures(tmp_path)["cafe"]

    with pytest.raises(ContinuityError) as refused:
        client.register_asset(picture)

    assert (refused.value.status, refused.value.code) == (503, "blob-store-down")
    assert refused.value.hint
    assert list(client.events()) == []
    assert client.introduce_character("Mina", depicts="fictional").name == "Mina"
