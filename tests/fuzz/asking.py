"""Asking one service what was made up, and judging its answer by the document."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, Self
from urllib.parse import urlsplit

import orjson
import requests
from schemathesis import Response
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.served.serving import Served
from tests.fuzz.cases import Probe
from tests.fuzz.things import Things

_CHECKS: Final = [status_code_conformance, content_type_conformance, response_schema_conformance]
OUTAGES: Final = frozenset({"kling-unreachable", "not-available"})
"""What may be away while it is asked: nobody is Kling here, and there is no certificate to sign with."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came back: the status, the code of its problem, and what the document has against it."""

    status: int
    code: str = ""
    wrong: str = ""


@dataclass
class Asker:
    """One connection to one service, whose studio is filled with things."""

    service: Served
    things: Things
    _connection: http.client.HTTPConnection = field(init=False)
    _keys: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(self.service.url).netloc, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, probe: Probe) -> Told | None:
        """Ask, and judge; None for what no client can put into a request."""
        try:
            answer = self._answer(probe)
        except (ValueError, http.client.InvalidURL):
            self._connection.close()
            return None
        except (OSError, http.client.HTTPException) as lost:
            self._connection.close()
            return Told(0, "no-answer", repr(lost))
        kind = answer.getheader("Content-Type", "")
        if kind.startswith("text/event-stream"):
            self._connection.close()
            return Told(answer.status)
        body = answer.read()
        code = (
            orjson.loads(body).get("code", "?")
            if kind.startswith("application/problem+json") and body
            else ""
        )
        return Told(answer.status, code, self._against(probe, answer, body, code))

    def _answer(self, probe: Probe) -> http.client.HTTPResponse:
        """Its answer; asked once more where the connection was closed meanwhile, as a server may."""
        asked = (
            probe.case.method,
            probe.address(self.things),
            probe.content(self.things),
            self._headers(probe),
        )
        try:
            self._connection.request(*asked)
            return self._connection.getresponse()
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            self._connection.close()
            self._connection.request(*asked)
            return self._connection.getresponse()

    def _headers(self, probe: Probe) -> dict[str, str]:
        """Most come with a key that opens, and a change with an idempotency key of its own; every ninth as it was made up."""
        said = {name: value for name, value in probe.headers.items() if value}
        if probe.number % 9:
            said["Authorization"] = f"Bearer {self.service.key}"
            said["Idempotency-Key"] = f"fuzz-{probe.number}"
            if probe.number % 6:  # most tags that are made up are none of ours
                said.pop("If-Match", None)
            if probe.number % 6 and probe.case.path.endswith("/acknowledge"):
                said["If-Match"] = '"1"'
        return said

    def _against(self, probe: Probe, answer: http.client.HTTPResponse, body: bytes, code: str) -> str:
        if answer.status >= 500 and code not in OUTAGES:
            return f"{answer.status} {code}"
        headers: dict[str, list[str]] = {}
        for name, value in answer.getheaders():
            headers.setdefault(name.lower(), []).append(value)
        told = Response(answer.status, headers, body, _NOTHING, 0.0, verify=False)
        try:
            probe.case.validate_response(told, checks=_CHECKS)
        except FailureGroup as failures:
            return "; ".join(f"{type(one).__name__}: {one}" for one in failures.exceptions)[:2_000]
        return ""


_NOTHING: Final = requests.Request("GET", "http://service").prepare()
