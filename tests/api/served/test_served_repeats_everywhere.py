"""Every change of every resource happens once: twins, repeats after a restart, and another body under the same key."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.served.entries import ENTRIES
from tests.api.served.exampled import Call, example_calls
from tests.api.served.serving import Served, problem, running

QUESTIONS = ("/preview", "/check", "/lookup")
"""They change nothing, and take no key."""
CHANGES = sorted(
    route
    for route, need in ENTRIES.items()
    if route[1] != "GET" and need != "token" and not route[0].endswith(QUESTIONS)
)
SECRET = (
    "/v1/keys",
    "/v1/keys/{key}/rotate",
    "/v1/studios",
    "/v1/webhooks",
    "/v1/webhooks/{webhook}/rotate",
)
"""Their first answer holds a secret, a repeat does not."""


@pytest.mark.parametrize("route", CHANGES, ids=lambda route: f"{route[1]} {route[0]}")
def test_no_change_goes_without_a_key_of_its_own(service: Served, route: tuple[str, str]) -> None:
    """Whatever it is about, and whatever else is wrong with it, nothing is changed without an Idempotency-Key."""
    path, method = route
    address = re.sub(r"{(\w+)}", lambda found: f"{found[1]}_{'0' * 26}", path)
    before = service.position()
    answer = service.http.request(method, address, json={} if method != "DELETE" else None)
    assert answer.status_code in (400, 422), answer.text
    if answer.status_code == 400:
        problem(answer, 400, "idempotency-key-missing")
    assert service.position() == before


def test_every_change_happens_once(tmp_path: Path) -> None:
    """Of each example two are sent at once and one after a restart: one change, one answer; another body is refused."""
    done: list[tuple[str, Call, httpx.Response]] = []
    with running(tmp_path) as service, ThreadPoolExecutor(2) as threads:
        account = str(service.made("/v1/accounts", {"name": "main", "region": "singapore"})["id"])
        production = str(service.made("/v1/productions", {"name": "Café", "account": account})["id"])
        document = service.get("/openapi.json").json()
        for number, call in enumerate(
            example_calls(service, document, account=account, production=production)
        ):
            if call.path.endswith(QUESTIONS):
                continue
            before, key = service.position(), f"once-{number}"
            twins = [*threads.map(lambda _, key=key, call=call: send(service, key, call), range(2))]
            first = min(twins, key=lambda answer: answer.headers.get("idempotency-replayed", ""))
            assert {one.status_code for one in twins} <= {200, 201}, (call, [one.text for one in twins])
            assert same(call, *twins), call
            of_the_studio = not call.path.startswith(("/v1/keys", "/v1/studios"))
            assert int(first.headers["continuity-position"]) >= (before if of_the_studio else 1)
            assert sum("idempotency-replayed" in one.headers for one in twins) == 1, call
            done.append((key, call, first))
    assert len(done) > 30
    with running(tmp_path) as service:
        before = service.position()
        for key, call, first in done:
            again = send(service, key, call)
            assert again.headers.get("idempotency-replayed") == "true", (call, again.text)
            assert same(call, first, again), call
            assert "continuity-position" in again.headers
            other = send(service, key, call._replace(body={**call.body, "reason": "something else"}))
            assert other.status_code == 422, (call, other.text)
        assert service.position() == before


def test_no_stale_caller_changes_anything(service: Served, account: str, production: str) -> None:
    """Whatever has a version: 412 with the current one, before anything happens; what is made new has none to compare."""
    document, compared = service.get("/openapi.json").json(), 0
    for call in example_calls(service, document, account=account, production=production):
        if call.path.endswith(QUESTIONS):
            continue
        before, said = service.position(), {"If-Match": '"999999"'}
        answer = service.change(call.method, call.address, call.body, headers=said)
        parameters = document["paths"][call.path][call.method.lower()]["parameters"]
        if "If-Match" in {one["name"] for one in parameters} and answer.status_code == 412:
            current = problem(answer, 412, "version-conflict")["current_version"]
            assert answer.headers["etag"] == f'"{current}"'
            compared += 1
        else:
            problem(answer, 400, "bad-header")
        assert service.position() == before
        service.change(call.method, call.address, call.body)
    assert compared > 25


def send(service: Served, key: str, call: Call) -> httpx.Response:
    return service.change(call.method, call.address, call.body, headers={"Idempotency-Key": key})


def same(call: Call, *answers: httpx.Response) -> bool:
    """Whether the answers are one, byte for byte, but for a secret that is told once."""
    if call.path in SECRET:
        told: list[dict[str, Any]] = [{**one.json(), "key": None, "secret": None} for one in answers]
        return all(one == told[0] for one in told)
    return len({(one.status_code, one.content, one.headers.get("location")) for one in answers}) == 1
