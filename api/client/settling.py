"""From an HTTP response to an answer or to the refusal it carries (RFC 9457 problem documents, Retry-After)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import httpx

from api.client.errors import ContinuityError, UnexpectedAnswer

_BUSY: Final = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said: `status` tells made (201) from found (200); `body` is JSON, None when there was none.

    `version` is that of its ETag, to be named in a change.
    """

    status: int
    body: Any
    version: int | None = None


class Busy(Exception):
    """The service named an outage, or has no room now."""

    def __init__(self, refusal: ContinuityError, pause: float | None) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal
        self.pause = pause


def settled(response: httpx.Response) -> httpx.Response:
    """The response when it is a success; raises the refusal it carries otherwise."""
    if response.is_success:
        return response
    refusal = _refusal(response)
    if response.status_code in _BUSY:
        raise Busy(refusal, _retry_after(response))
    raise refusal


def answered(response: httpx.Response) -> Answer:
    """A success as its JSON. Raises UnexpectedAnswer."""
    if not response.content:
        return Answer(response.status_code, None)
    try:
        return Answer(response.status_code, response.json(), _version(response))
    except ValueError:
        where = f"{response.request.method} {response.url}"
        raise UnexpectedAnswer(
            f"{where} answered something that is not JSON", status=response.status_code
        ) from None


def _version(response: httpx.Response) -> int | None:
    found = re.fullmatch(r'"(\d{1,18})(?:\.[0-9a-f]{16})?(?:-gzip)?"', response.headers.get("ETag", ""))
    return int(found[1]) if found else None


def _refusal(response: httpx.Response) -> ContinuityError:
    problem = _problem(response)
    if not isinstance(problem.get("code"), str):
        message = f"{response.request.method} {response.url} answered {response.status_code} and no problem document"
        return UnexpectedAnswer(message, status=response.status_code)
    said = problem.get("detail") or problem.get("title") or problem["code"]
    return ContinuityError(
        problem["code"],
        str(said),
        str(problem.get("hint") or ""),
        status=response.status_code,
        problem=problem,
    )


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _retry_after(response: httpx.Response) -> float | None:
    asked = response.headers.get("Retry-After", "").strip()
    return float(asked) if re.fullmatch(r"\d{1,9}", asked) else None
