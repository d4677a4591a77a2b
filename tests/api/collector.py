"""A collector of traces for tests: a real HTTP server on a free loopback port that keeps the spans it is sent."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collected:
    """What has arrived: raw bodies, headers, and spans as name, attributes and ids."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []

    @property
    def spans(self) -> list[dict[str, Any]]:
        return [
            {
                "name": span.name,
                "trace": span.trace_id.hex(),
                "id": span.span_id.hex(),
                "parent": span.parent_span_id.hex(),
                "status": span.status.code,
                "events": len(span.events),
                "said": {one.key: one.value.string_value or one.value.int_value for one in span.attributes},
            }
            for body in self.bodies
            for of_resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for of_scope in of_resource.scope_spans
            for span in of_scope.spans
        ]

    def named(self, name: str) -> list[dict[str, Any]]:
        """Spans of this name, waited for: they come in batches. Raises AssertionError without one."""
        deadline = time.monotonic() + 20
        while not (found := [span for span in self.spans if span["name"] == name]):
            assert time.monotonic() < deadline, {span["name"] for span in self.spans}
            time.sleep(0.02)
        return found


@contextmanager
def collecting() -> Iterator[Collected]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    collected = Collected(f"http://127.0.0.1:{server.server_address[1]}")

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collected.headers.append({name.lower(): value for name, value in self.headers.items()})
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v1/traces":
                collected.bodies.append(body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing is written."""

    server.RequestHandlerClass = Taking
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collected
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
