"""docs/reference/errors.md is what the errors and the routes say, and the OpenAPI document knows their statuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.errors import status_of
from api.errors_page import errors_reference, reachable
from api.problems import problem_kinds
from api.raising import Errors
from registry import errors as registry
from registry.deciders.portrayal import StillLinked
from tests.api.served.serving import Served

NEVER = {
    "GET /v1/log/completeness": {404},
    "GET /v1/me": {404},
    "GET /v1/queue": {404},
    "POST /v1/callbacks/kling/{submission}/{token}": {410, 412},
}
"""What is read from the source and cannot happen: what is looked up was listed just before, or nothing is compared or kept."""
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "errors.md"


@pytest.fixture(scope="module")
def found() -> dict[str, Errors]:
    return dict(reachable())


def test_the_page_is_current() -> None:
    """Write it anew with `python -m api.errors_page > docs/reference/errors.md`."""
    assert PAGE.read_text() == errors_reference()


def test_every_code_has_a_meaning_and_one_status() -> None:
    """A code is read by programs: words and dashes, one status whichever error carries it, and a sentence for people."""
    kinds = problem_kinds()

    assert len(kinds) > 80
    for kind in kinds:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.code)
        assert kind.meaning.endswith("."), kind
        assert {status_of(one) for one in kind.classes} <= {kind.status}, kind


def test_what_is_read_from_routes_is_what_they_do(found: dict[str, Errors]) -> None:
    """Through helpers, commands and the branches that decide about them; and not what other commands come to."""
    assert StillLinked in found["POST /v1/characters/{character}/declare"]
    assert StillLinked not in found["PATCH /v1/characters/{character}"]
    assert registry.NotAPicture in found["POST /v1/assets"]
    assert not any(issubclass(one, registry.BlobError) for one in found["GET /v1/characters"])


def test_every_status_that_can_come_is_described(service: Served, found: dict[str, Errors]) -> None:
    """What a route can come to has its status among the answers of the OpenAPI document."""
    paths = service.get("/openapi.json").json()["paths"]
    for name, errors in found.items():
        method, path = name.split()
        described = {int(status) for status in paths[path][method.lower()]["responses"]}
        assert {status_of(one) for one in errors} - NEVER.get(name, set()) <= described, name
