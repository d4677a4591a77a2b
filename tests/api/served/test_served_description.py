"""The OpenAPI document says what is true: it is complete, its references resolve, its examples work."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from litestar import Litestar, get

from api.app import _check_entries, application
from api.routes.describing import query_names
from tests.api.served.entries import ENTRIES
from tests.api.served.exampled import example_calls, operations
from tests.api.served.serving import Served, problem

BY_TOKEN = ("/v1/callbacks/", "/v1/relay/")
"""Routes that are entered by a token in the address."""


@pytest.fixture(scope="module")
def document(service: Served) -> dict[str, Any]:
    found: dict[str, Any] = service.get("/openapi.json").json()
    return found


def test_every_reference_resolves_and_every_operation_is_described(document: dict[str, Any]) -> None:
    """No dangling reference, no operation without words, answer, problem and entry; ids are unique."""
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert named <= set(schemas)
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids)) > 40
    for path, _, operation in operations(document):
        assert operation["description"]
        assert 5 < len(operation["summary"]) < 130
        refusals = {status: one for status, one in operation["responses"].items() if status >= "4"}
        assert "default" not in operation["responses"]
        assert "500" in refusals
        for status, refusal in refusals.items():
            ready = (path, status) == ("/health/ready", "503")
            assert ready or "application/problem+json" in refusal["content"]
        assert (operation["security"] == []) == path.startswith(("/health/", "/metrics", *BY_TOKEN))
        assert set(re.findall(r"{(\w+)}", path)) == {
            one["name"] for one in operation["parameters"] if one["in"] == "path"
        }


def test_every_change_documents_its_idempotency_key(document: dict[str, Any]) -> None:
    """POST, PUT, PATCH and DELETE require the key, but for previews, checks, look-ups and the provider's calls."""
    for path, verb, operation in operations(document):
        required = {one["name"] for one in operation["parameters"] if one.get("required")}
        changes = (
            verb != "get"
            and not path.endswith(("/preview", "/check", "/lookup"))
            and not path.startswith(BY_TOKEN)
        )
        assert ("Idempotency-Key" in required) == changes, path


def test_the_examples_are_requests_that_work(
    service: Served, document: dict[str, Any], account: str, production: str
) -> None:
    """Every body has an example, and the service takes each of them as it is, but for its ids."""
    for call in example_calls(service, document, account=account, production=production):
        answer = service.change(call.method, call.address, call.body)
        assert answer.status_code in (200, 201), (call.path, answer.text)


def test_who_reads_the_document_changes_nothing(service: Served, document: dict[str, Any]) -> None:
    """Bodies are read as strictly after the routes were described as before: a number in quotes is no number."""
    assert document["paths"]["/v1/productions/{production}/pins"]
    show = service.made("/v1/productions", {"name": "Strict"})["id"]
    wrong = service.post(f"/v1/productions/{show}/pins", {"character": "MINA", "version": "3"})
    assert [one["path"] for one in problem(wrong, 422, "invalid-request")["errors"]] == ["$.version"]


def test_an_address_that_is_too_long_is_described(service: Served, document: dict[str, Any]) -> None:
    """No operation takes one, so the answer to it stands with each that a key enters."""
    told = problem(service.post("/v1/clips", params={"label": "\u00fc" * 10_900}), 431, "head-too-large")
    assert told["hint"]
    lacking = {
        path
        for path, _, one in operations(document)
        if path.startswith("/v1/") and "431" not in one["responses"]
    }
    assert lacking == set()


def test_the_page_reaches_no_other_host(service: Served) -> None:
    """The documentation page and its files come from here, and its policy allows nothing else."""
    page = service.http.get("/docs", headers={"Authorization": ""})
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page.text)
    files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert all(service.http.get(file).status_code == 200 for file in files)
    copy = service.http.get("/docs/openapi-3.0.json").json()
    assert copy["openapi"] == "3.0.3"
    assert '"null"' not in json.dumps(copy["components"])


def test_the_document_names_every_parameter_that_is_taken(service: Served, document: dict[str, Any]) -> None:
    """What a query may name is what the document says of its route: nothing is taken in silence, nothing described is refused."""
    taken = query_names(application(service.continuity.settings.body_most_bytes))
    told = {
        (path, verb.upper()): {one["name"] for one in operation["parameters"] if one["in"] == "query"}
        for path, verb, operation in operations(document)
    }
    assert {route: taken[route] for route in told} == told
    assert any(told.values())


def test_every_operation_says_who_may_ask(document: dict[str, Any]) -> None:
    """Its last words name the role, as the matrix of entries has it."""
    said = {"anybody": "every key", "reader": "any role", "open": "anybody", "token": "token in its address"}
    for path, verb, operation in operations(document):
        need = ENTRIES[path, verb.upper()]
        assert said.get(need, f"`{need}`") in operation["description"].rpartition("\n\n")[2], path
        assert operation["x-role"] == need, path


def test_every_parameter_has_its_bounds(service: Served, document: dict[str, Any]) -> None:
    """Texts say how long or which they are, numbers how large; and beyond them is a refusal, not a search."""
    bounds = {
        "string": {"enum", "const", "pattern", "maxLength", "minLength"},
        "integer": {"maximum", "enum"},
    }
    for path, verb, operation in operations(document):
        for one in operation["parameters"]:
            asked = bounds.get(one["schema"]["type"])
            if one["in"] != "header" and asked:
                assert not asked.isdisjoint(one["schema"]), (verb, path, one)
    for query in ("name=" + "x" * 201, "name=%00"):
        assert service.get(f"/v1/characters?{query}").json()["errors"][0]["path"] == "?name"
    assert service.get("/v1/characters/%00").status_code == 404


def test_no_route_is_without_a_declared_entry(service: Served) -> None:
    """Every route says how it is entered; an application with one that does not is not made."""
    application(service.continuity.settings.body_most_bytes)

    @get("/secret", sync_to_thread=False)
    def secret() -> str:
        return "open by mistake"

    with pytest.raises(RuntimeError, match="/secret"):
        _check_entries(Litestar([secret], openapi_config=None))


def test_only_health_and_documents_are_open(service: Served) -> None:
    """Without a key nothing answers but the probes, the metrics and the documentation."""
    bare = {"Authorization": ""}
    for path in ("/health/live", "/health/ready", "/metrics", "/docs", "/openapi.json"):
        assert service.http.get(path, headers=bare).status_code == 200
    for path in service.get("/openapi.json").json()["paths"]:
        if path.startswith("/v1/"):
            address = re.sub(r"{\w+}", "x", path)
            assert service.http.request("GET", address, headers=bare).status_code in (
                (404, 405) if path.startswith(BY_TOKEN) else (401, 405)
            )
