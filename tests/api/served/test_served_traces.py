"""Traces: what a collector is sent over real HTTP, what never goes there, and that nothing is loaded when nobody asked."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from api.oversight import Oversight
from api.tracing import NoTracing, TracingMissing, open_tracing
from registry.registry import Registry
from tests.api.collector import Collected, collecting
from tests.api.served.filming import filming
from tests.api.served.serving import running
from tests.servers.sandbox import sandbox

OK, ERROR = 0, 2


def asked(collector: Collected) -> dict[str, str]:
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_EXPORTER_OTLP_HEADERS": "x-collector-key=opaque",
        "OTEL_SERVICE_NAME": "films",
    }


def test_a_request_and_its_append_are_one_trace(tmp_path: Path) -> None:
    """The span of a request bears route, status and ids, the append is its child, and the caller's trace is gone on with."""
    with collecting() as collector:
        with running(tmp_path, **asked(collector)) as service:
            trace = "0af7651916cd43dd8448eb211c80319c"
            headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01", "X-Request-Id": "mine-1"}
            body = {"depicts": "fictional", "name": "canary-name"}
            made = service.post("/v1/characters", body, headers=headers)
            service.get("/v1/characters?canary=1")
            studio = service.continuity.studio
        [request] = collector.named("POST /v1/characters")
        appends = [span for span in collector.named("append") if span["trace"] == trace]

    assert made.status_code == 201
    assert (request["trace"], request["parent"]) == (trace, "b7ad6b7169203331")
    assert request["said"]["continuity.request_id"] == "mine-1"
    assert request["said"]["continuity.studio"] == studio
    assert request["said"]["http.route"] == "/v1/characters"
    assert request["said"]["http.response.status_code"] == made.status_code
    assert [span["parent"] for span in appends] == [request["id"]]
    assert collector.headers[0]["x-collector-key"] == "opaque"
    assert b"films" in plain(collector)
    assert b"canary" not in plain(collector)


def plain(collector: Collected) -> bytes:
    """Everything that was sent, unpacked."""
    return b"".join(gzip.decompress(one) if one[:2] == b"\x1f\x8b" else one for one in collector.bodies)


def test_a_failure_is_told_by_its_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A span that ended badly says so, without an exception's words or frames."""

    def broken(*_: object, **__: object) -> None:
        raise ValueError("canary-in-an-exception")

    with collecting() as collector:
        with running(tmp_path, **asked(collector)) as service:
            monkeypatch.setattr(Registry, "reading", broken)
            service.get("/v1/characters")
            monkeypatch.undo()
        span = collector.named("GET /v1/characters")[0]

    assert (span["status"], span["events"]) == (ERROR, 0)
    assert b"canary" not in plain(collector)


def test_a_generation_is_traced_to_its_clip(tmp_path: Path) -> None:
    """Claims, steps, the paid call and the download come with the ids of generation and submission, and no prompt."""
    with (
        collecting() as collector,
        sandbox() as provider,
        filming(tmp_path, provider, **asked(collector)) as film,
    ):
        card = film.made()
        film.service.continuity.tracing.close()
        call = collector.named("paid call")[0]
        steps = collector.named("step")

    assert call["said"]["continuity.submission"] == card["submission"]
    assert call["parent"] in {step["id"] for step in steps}
    assert {step["said"]["continuity.generation"] for step in steps} == {card["id"]}
    assert "continuity.step" in steps[0]["said"]


def test_nothing_is_loaded_when_nobody_asked() -> None:
    """Without a collector's address no module of OpenTelemetry is imported by service or worker."""
    program = (
        "import sys, api.server, api.working, api.tracing; from api.settings import Settings\n"
        "api.tracing.open_tracing(Settings.from_environment({}))\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert run.stdout.strip() == "[]"
    assert isinstance(open_tracing(Oversight()), NoTracing)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Traces that are asked for and cannot be made stop the start, with what to install."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(TracingMissing, match=r"continuity\[otel\]"):
        open_tracing(Oversight(otel_exporter_otlp_endpoint="http://127.0.0.1:4318"))
