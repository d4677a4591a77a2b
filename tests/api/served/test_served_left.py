"""Callers who leave in the middle of an answer leave nothing open behind them."""

from __future__ import annotations

import gc
import io
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.api.served.serving import Served

_SIDE = 3_000
"""A picture of 27 MB: more than the sockets on the way take before anybody reads."""


@pytest.fixture
def nobody_tidies_up() -> Iterator[None]:
    """What is held in a circle stays, as in a service that has little to do."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="module")
def large(service: Served) -> str:
    """The address of a large picture."""
    out = io.BytesIO()
    Image.new("RGB", (_SIDE, _SIDE), "teal").save(out, "PNG", compress_level=0)
    return f"/v1/assets/{service.upload(out.getvalue()).json()['id']}/content"


def open_files(folder: Path) -> set[str]:
    """What this process, and so the service in it, has open below a folder."""
    found = set()
    for entry in os.listdir("/proc/self/fd"):
        try:
            found.add(os.readlink(f"/proc/self/fd/{entry}"))
        except FileNotFoundError:
            continue  # the one that listed them
    return {name for name in found if name.startswith(f"{folder}/")}


def leaves(service: Served, path: str) -> bytes:
    """Begin to take an answer, and hang up; what was taken."""
    asked = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.key}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(service.url.rpartition(":")[2])), 10) as caller:
        caller.sendall(asked.encode())
        return caller.recv(1_000)


def soon_closed(folder: Path, before: set[str]) -> bool:
    """Whether all that was opened since is closed within a time in which only a fault would keep it open."""
    deadline = time.monotonic() + 5
    while open_files(folder) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    return not open_files(folder) - before


@pytest.mark.usefixtures("nobody_tidies_up")
def test_who_leaves_in_the_middle_of_stored_bytes_leaves_no_file_open(service: Served, large: str) -> None:
    """The store's file is closed once its reader has hung up, though no garbage is looked for."""
    blobs = Path(service.continuity.settings.data)
    before = open_files(blobs)
    assert leaves(service, large).startswith(b"HTTP/1.1 200")
    assert soon_closed(blobs, before)
