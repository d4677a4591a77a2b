"""Anybody's payload over HTTP: every finding, nothing written, whatever the body."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.served.serving import Served

LEGAL = {"model_name": "kling-v3", "prompt": "Rain.", "duration": "5", "mode": "std", "aspect_ratio": "16:9"}


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


@pytest.mark.parametrize("body", [None, [], "text", 7, {"prompt": {"deep": [1, None]}}])
def test_no_body_is_too_odd_to_be_judged(service: Served, body: Any) -> None:
    """Whatever stands where a body should, the answer is findings and not a failure."""
    assert not _check(service, "omni-video", body)["legal"]
