"""What `serve --with-sandbox` hands to the sandbox it starts, asked of a running one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.cli import together
from generation.sandbox import DEFAULT_ACCOUNT

WANTED = together.Wanted(
    host="127.0.0.1", port=0, port_file=None, with_worker=False, with_sandbox=True, sandbox_port=0
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


def test_only_where_and_who_is_kept_from_the_others() -> None:
    """Beside a sandbox no address or key of the real Kling is handed on, and every other setting is."""
    said = {
        "KLING_BASE_URL": "https://api.example",
        "KLING_ACCESS_KEY": "a",
        "KLING_SECRET_KEY": "s",
        "KLING_API_KEY": "k",
        "KLING_KEYS_FILE": "keys.json",
        "KLING_RESULT_HOSTS": "example",
    }
    kept = {"KLING_SLOTS": "2", "KLING_WEBHOOK_SECRETS": "whsec_x", "CONTINUITY_LEASE_SECONDS": "6"}

    assert together._without_kling(said | kept) == kept


@pytest.mark.parametrize(("said", "code"), [({}, 1201), ({"CONTINUITY_END_FRAME_POLICY": "allow"}, 0)])
def test_the_sandbox_follows_the_end_frame_policy(tmp_path: Path, said: dict[str, str], code: int) -> None:
    """Beside an installation that allows an end frame with three pictures, the sandbox takes it; else it refuses (R25)."""
    children = together.Children({**os.environ, "CONTINUITY_DATA": str(tmp_path), **said})
    try:
        there = together._start_sandbox(children, WANTED, tmp_path)
        answer = httpx.post(
            f"{there['KLING_BASE_URL']}/v1/videos/omni-video",
            json=CROWDED,
            headers={"Authorization": f"Bearer {DEFAULT_ACCOUNT.api_key}"},
            trust_env=False,
        )
    finally:
        children.stop()

    assert answer.json()["code"] == code, answer.text
