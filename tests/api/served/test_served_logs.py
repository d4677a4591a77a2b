"""Each request is written down once, and nothing of it that is somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.logs import secrets_of
from tests.api.logging_lines import Lines, written
from tests.api.served.serving import Served, png, running

CANARY = "canary"
HELD = {
    "KLING_ACCESS_KEY": "canary-access",
    "KLING_SECRET_KEY": "canary-of-the-settings",
    "KLING_API_KEY": "",
    "KLING_WEBHOOK_SECRETS": "whsec_Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5",
    "OTEL_EXPORTER_OTLP_HEADERS": "authorization=canary-of-a-collector",
}


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Served, Lines]]:
    with running(tmp_path, **HELD) as service:
        secrets = secrets_of(service.continuity.settings, service.continuity.credentials.values())
        with written(tuple(secrets)) as lines:
            yield service, lines


def test_a_request_is_one_line(watched: tuple[Served, Lines]) -> None:
    """Method, form of the address, status, duration, request id, studio and key; the form, never the address or its query."""
    service, lines = watched
    scene = "scene_01h455vb4pex5vsknk084sn02q"
    service.get(f"/v1/scenes/{scene}?after=canary", headers={"X-Request-Id": "mine-1"})

    line = lines.requests(1)[0]
    assert len(lines.all()) == 1
    assert line.pop("duration_ms") >= 0
    assert line.pop("timestamp")
    assert line == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "route": "/v1/scenes/{scene}",
        "status": line["status"],
        "code": line["code"],
        "request_id": "mine-1",
        "studio": service.continuity.studio,
        "key": "key_" + service.key.split("_")[1],
    }
    assert line["status"] in (404, 422)


def test_how_grave_a_line_is(watched: tuple[Served, Lines], monkeypatch: pytest.MonkeyPatch) -> None:
    """Probes are debug, refusals info, what is busy a warning, our own faults errors with their place."""
    service, lines = watched
    service.get("/health/live")
    service.get("/v1/nowhere/canary")
    monkeypatch.setattr(service.continuity.registry, "reading", _broken)
    service.get("/v1/characters")

    seen = [(line["level"], line["route"], line["status"]) for line in lines.requests(3)]
    assert seen == [("debug", "/health/live", 200), ("info", "none", 404), ("error", "/v1/characters", 500)]
    assert "in _broken" in lines.all()[-1]["exception"]
    assert "canary" not in lines.text


def _broken(*_: object) -> None:
    raise ValueError("canary-in-an-exception")


def test_nothing_secret_is_ever_written(
    watched: tuple[Served, Lines], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Secrets of settings, headers, bodies, queries and callback addresses, in answers good and bad, leave no trace."""
    service, lines = watched
    http = service.http
    service.post("/v1/characters", {"depicts": "fictional", "name": "canary-name"})
    service.post("/v1/characters", {"depicts": "canary-value", "canary-field": 1})
    service.change("POST", "/v1/characters", content=b"{canary-malformed")
    service.upload(png() + b"canary-bytes")
    service.upload(b"canary-no-picture")
    service.get("/v1/characters?canary-query=canary-value&after=canary")
    for authorization in ("Bearer canary-key", f"Bearer {service.key[:-8]}00000000", "Basic canary"):
        service.get("/v1/me", headers={"Authorization": authorization, "Cookie": "canary=canary"})
    for path in (
        "callbacks/kling/submission_01h455vb4pex5vsknk084sn02q/canary-token",
        "relay/canary-token",
        "canary",
    ):
        http.post(
            f"/v1/{path}", content=b'{"task_id": "canary-task"}', headers={"webhook-signature": "v1,canary"}
        )
    service.get("/v1/me", headers={"X-Request-Id": "canary of a stranger"})
    monkeypatch.setattr(service.continuity.registry, "handle", _broken)
    service.post("/v1/characters", {"depicts": "fictional", "name": "canary-other"})

    assert lines.requests(14)
    assert CANARY not in lines.text
    assert service.key.split("_")[2] not in lines.text


def test_a_client_that_asks_in_other_words_is_told_as_such(watched: tuple[Served, Lines]) -> None:
    """A method nobody knows is `other`, and of two request ids none is taken: what strangers send makes no words of ours."""
    service, lines = watched
    with httpx.Client(trust_env=False, verify=False) as stranger:
        stranger.request(
            "PROPFIND", f"{service.url}/v1/me", headers=[("X-Request-Id", "a"), ("X-Request-Id", "b")]
        )

    line = lines.requests(1)[0]
    assert line["method"] == "other"
    assert line["request_id"].startswith("request_")
