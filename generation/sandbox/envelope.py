"""The vendor's answer envelope and its error codes (contract 1.3 and 8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

JSON = "application/json"
UNREADABLE_BODY = "Failed to resolve the request body"


@dataclass(frozen=True)
class Problem:
    """Why something is refused: HTTP status, business code and the message the caller reads (contract 8)."""

    http: int
    code: int
    message: str


class Refused(Exception):
    """Raised where a request stops; carries the one problem the vendor would report."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True)
class Answer:
    """A finished HTTP answer: status, media type and exact bytes; `code` is the envelope's, for the ledger."""

    status: int
    content: bytes
    media_type: str = JSON
    code: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


def bad_value(message: str) -> Problem:
    """400/1201, the vendor's word for a key or value it does not like."""
    return Problem(400, 1201, message)


def success(data: Any, *, request_id: str) -> Answer:
    body = {"code": 0, "message": "SUCCEED", "request_id": request_id, "data": data}
    return Answer(200, orjson.dumps(body), code=0)


def failure(problem: Problem, *, request_id: str) -> Answer:
    """An error answer. It has no `data` at all, as in the vendor's own sample."""
    body = {"code": problem.code, "message": problem.message, "request_id": request_id}
    return Answer(problem.http, orjson.dumps(body), code=problem.code)
