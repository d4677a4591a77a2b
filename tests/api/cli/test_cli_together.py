"""What `serve --with-sandbox` hands to the sandbox it starts, asked of a running one."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.cli import together
from api.client import LocalFailure
from generation.sandbox import DEFAULT_ACCOUNT

WANTED = together.Wanted(
    host="127.0.0.1", port=0, port_file=None, with_worker=False, with_sandbox=True, sandbox_port=None
)
CROWDED: dict[str, Any] = {
    "model_name": "kling-v3-omni",
    "prompt": "The last seat is taken.",
    "duration": "5",
    "mode": "std",
    "aspect_ratio": "16:9",
    "image_list": [
        {"image_url": "https://cdn.example.com/first.png", "type": "first_frame"},
        {"image_url": "https://cdn.example.com/mina.png"},
        {"image_url": "https://cdn.example.com/last.png", "type": "end_frame"},
    ],
}


@contextmanager
def sandbox_beside(data: Path, **said: str) -> Iterator[str]:
    """The address of a sandbox that was started beside an installation with this data."""
    children = together.Children({**os.environ, "CONTINUITY_DATA": str(data), **said})
    (data / "told").mkdir(parents=True)
    try:
        yield together._start_sandbox(children, WANTED, data / "told")["KLING_BASE_URL"]
    finally:
        children.stop()
        (data / "told" / "sandbox.port").unlink(missing_ok=True)
        (data / "told").rmdir()


def test_only_where_and_who_is_kept_from_the_others() -> None:
    """Beside a sandbox no address or key of the real Kling is handed on, and every other setting is."""
    said = {
        "KLING_BASE_URL": "https://api.example",
        "KLING_ACCESS_KEY": "a",
        "KLING_SECRET_KEY": "s",
        "KLING_API_KEY": "k",
        "KLING_KEYS_FILE": "keys.json",
        "KLING_RESULT_HOSTS": "example",
        "KLING_SECRET_KEY_FILE": "/run/secrets/kling",
        "KLING_BASE_URL_FILE": "/run/secrets/kling-url",
    }
    kept = {"KLING_SLOTS": "2", "KLING_WEBHOOK_SECRETS": "whsec_x", "CONTINUITY_LEASE_SECONDS": "6"}

    assert together._without_kling(said | kept) == kept


@pytest.mark.parametrize(("said", "code"), [({}, 1201), ({"CONTINUITY_END_FRAME_POLICY": "allow"}, 0)])
def test_the_sandbox_follows_the_end_frame_policy(tmp_path: Path, said: dict[str, str], code: int) -> None:
    """Beside an installation that allows an end frame with three pictures, the sandbox takes it; else it refuses (R25)."""
    with sandbox_beside(tmp_path, **said) as address:
        answer = httpx.post(
            f"{address}/v1/videos/omni-video",
            json=CROWDED,
            headers={"Authorization": f"Bearer {DEFAULT_ACCOUNT.api_key}"},
            trust_env=False,
        )

    assert answer.json()["code"] == code, answer.text


def test_a_sandbox_keeps_the_port_it_found(tmp_path: Path) -> None:
    """Two at once do not meet, and the next start on the same data answers where its accounts were opened."""
    with sandbox_beside(tmp_path / "a") as first, sandbox_beside(tmp_path / "b") as other:
        assert first != other
    with sandbox_beside(tmp_path / "a") as again:
        assert again == first


def test_a_port_that_was_taken_since_is_named(tmp_path: Path) -> None:
    """No other port is taken in silence, since the accounts of this data name the old one; nor is a broken note guessed at."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        for written, code in ((str(port), "cannot-listen"), ("80O1", "no-port"), ("70000", "no-port")):
            (tmp_path / "sandbox.port").write_text(written)
            with pytest.raises(LocalFailure, match=written) as refused, sandbox_beside(tmp_path):
                pass
            assert (refused.value.code, "--sandbox-port" in refused.value.hint) == (code, True)
