"""How an installation is watched and stopped: what it writes down, what it measures, whom it tells, how long it takes to end."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from api.pace import Pace

LogLevel = Literal["debug", "info", "warning", "error"]
Port = Annotated[int, Field(ge=1, le=65_535)]
Moments = Annotated[float, Field(ge=0, le=3_600)]
"""Seconds, and none at all."""


class Oversight(Pace):
    """Settings of operation. Those of OpenTelemetry bear the names that its specification gives them."""

    log_level: LogLevel = Field(
        "info",
        description="What is written to standard error, as JSON lines: `debug` adds probes and every step of a worker; "
        "`warning` leaves out the line of each request.",
    )
    metrics_port: Port | None = Field(
        None,
        description="Where a worker serves its own metrics (`/metrics`). Empty: nowhere. The service serves its own beside "
        "`/health`, on its usual port.",
    )
    metrics_host: str = Field(
        "127.0.0.1", description="The address a worker's metrics are served at; others only behind a proxy."
    )
    drain: Moments = Field(
        2.0,
        description="How long a service that was told to stop (SIGTERM) goes on serving while `/health/ready` says 503, so that "
        "a balancer turns away from it first.",
    )
    stop: Moments = Field(
        10.0, description="How long a service that stops waits for requests that are being answered."
    )
    otel_exporter_otlp_endpoint: str = Field(
        "",
        description="Where traces go, an OTLP collector by HTTP, as `http://host:4318`. Empty: nothing is traced. Needs the "
        "extra `otel`.",
    )
    otel_exporter_otlp_headers: SecretStr | None = Field(
        None, description="Headers for the collector: `name=value`, separated by commas."
    )
    otel_service_name: str = Field("continuity", description="What this installation is called in traces.")
