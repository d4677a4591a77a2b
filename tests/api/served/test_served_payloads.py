"""Anybody's payload over HTTP: every finding, nothing written, whatever the body."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.api.served.serving import Served, running

LEGAL = {"model_name": "kling-v3", "prompt": "Rain.", "duration": "5", "mode": "std", "aspect_ratio": "16:9"}
FRAMES = enumerate(("first_frame", "end_frame", ""))


def _check(service: Served, endpoint: str, body: Any) -> dict[str, Any]:
    answer = service.http.post("/v1/payloads/check", json={"endpoint": endpoint, "body": body})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_legal_payload_is_said_to_be_legal(service: Served) -> None:
    """A body the vendor takes has no finding of severity E, and checking it writes nothing."""
    before = service.position()

    assert _check(service, "text2video", LEGAL)["legal"]
    assert service.position() == before


def test_a_refused_payload_names_every_rule(service: Served) -> None:
    """Wrong duration and disallowed picture key are both named, with their places."""
    body = {
        "model_name": "kling-v3-omni",
        "duration": "2",
        "prompt": "x",
        "image_list": [{"image": "aGk=", "index": 0}],
    }

    checked = _check(service, "omni-video", body)

    assert not checked["legal"]
    assert {"R10", "R22"} <= {finding["rule"] for finding in checked["findings"]}


def test_the_end_frame_policy_is_the_installation_s_or_the_caller_s(service: Served, tmp_path: Path) -> None:
    """R25 follows CONTINUITY_END_FRAME_POLICY, for checks and for requests, and a check may name another."""
    frames = [{"image_url": f"blob:asset_{n}"} | ({"type": kind} if kind else {}) for n, kind in FRAMES]
    body = {**LEGAL, "model_name": "kling-v3-omni", "image_list": frames}

    def legal(there: Served, **named: str) -> bool:
        asked = {"endpoint": "omni-video", "body": body, **named}
        return bool(there.http.post("/v1/payloads/check", json=asked).json()["legal"])

    assert [legal(service), legal(service, end_frame_policy="allow")] == [False, True]
    with running(tmp_path, CONTINUITY_END_FRAME_POLICY="allow") as lax:
        assert [legal(lax), legal(lax, end_frame_policy="refuse")] == [True, False]
        assert lax.continuity.desk().policies.end_frame == "allow"


@pytest.mark.parametrize("body", [None, [], "text", 7, {"prompt": {"deep": [1, None]}}])
def test_no_body_is_too_odd_to_be_judged(service: Served, body: Any) -> None:
    """Whatever stands where a body should, the answer is findings and not a failure."""
    assert not _check(service, "omni-video", body)["legal"]
