"""Signing in, staying in, being put out; and what a page of another place cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from typing import Any

import pytest

from api.auth import issue_key
from registry.deciders.access import RevokeKey
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG
from registry.events.studio import ROLES
from tests.api.console.browsing import FROM_HERE, Visitor, visiting
from tests.api.console.entries import PAGES
from tests.api.served.serving import Served, problem

SESSIONS = sorted(page for page, entry in PAGES.items() if entry.need != "open")


def test_a_key_becomes_a_session(service: Served, stranger: Visitor) -> None:
    """The cookie is for this host, over TLS, no script's, no other site's, and not the key."""
    cookie = stranger.sign_in(service.key).headers["set-cookie"]
    name, *rest = cookie.split("; ")
    assert name.startswith("__Host-continuity=")
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=43200"} == set(rest)
    assert service.key not in cookie
    assert stranger.get("/console/productions").status_code == 200


def test_a_wrong_key_opens_nothing_and_is_not_shown_again(stranger: Visitor) -> None:
    """What was typed is in no page."""
    wrong = f"continuity_{'0' * 26}_{'a' * 40}{'0' * 8}"
    answer = stranger.sign_in(wrong)
    assert answer.status_code == 401
    assert wrong not in answer.text
    assert "set-cookie" not in answer.headers


def test_a_key_is_no_cookie_and_a_cookie_no_key(service: Served, visitor: Visitor, stranger: Visitor) -> None:
    """Each opens its own way in alone."""
    stranger.token = service.key
    assert stranger.get("/console/productions").status_code == 303
    bearer = {"Authorization": f"Bearer {visitor.token}"}
    assert visitor.http.get("/v1/me", headers=bearer).status_code == 401
    assert visitor.get("/v1/me").status_code == 401
    keyed = {"Authorization": f"Bearer {service.key}"}
    assert visitor.http.get("/console/productions", headers=keyed).status_code == 303
    assert visitor.http.get("/console/v1/me", headers=keyed).status_code == 401


def test_who_is_not_signed_in_is_led_there_and_back(service: Served, stranger: Visitor) -> None:
    """The page that was wanted comes after signing in, and no address leads elsewhere."""
    answer = stranger.get("/console/productions?after=7")
    assert answer.headers["location"] == "/console/sign-in?then=%2Fconsole%2Fproductions%3Fafter%3D7"
    for then in ("https://evil.example/", "//evil.example", "/v1/me", "/console\\evil", "/console/sign-out"):
        body = {"key": service.key, "then": then}
        told = stranger.http.post("/console/sign-in", data=body, headers=FROM_HERE)
        assert told.headers["location"] == "/console", then


def test_signing_out_ends_the_session_for_good(service: Served) -> None:
    """The token opens nothing afterwards, whoever kept it."""
    with visiting(service) as visitor:
        assert visitor.post("/console/sign-out").status_code == 303
        assert visitor.get("/console/productions").status_code == 303
        assert visitor.get("/console/v1/me").status_code == 401


def _revoked(service: Served, key: str, _visitor: Visitor) -> None:
    command = RevokeKey(stream=f"key_{key.split('_')[1]}", reason="left")
    service.continuity.registry.handle(SYSTEM_LOG, [command], context=Context(actor="x"))


def _rotated(service: Served, key: str, _visitor: Visitor) -> None:
    assert service.post(f"/v1/keys/key_{key.split('_')[1]}/rotate", {}).status_code == 200


def _over(service: Served, _key: str, visitor: Visitor) -> None:
    with service.continuity.registry._log.database.writing() as connection:
        own = sha256(visitor.token.encode()).hexdigest()
        connection.exec_driver_sql(f"UPDATE sessions SET ends = 1 WHERE token_sha256 = '{own}'")


@pytest.mark.parametrize("ended", [_revoked, _rotated, _over])
def test_a_session_ends_with_its_key(service: Served, ended: Any) -> None:
    """Revoked, rotated or over: the next request finds nobody signed in."""
    key = issue_key(service.continuity.registry, service.continuity.studio, "Jun", roles=ROLES)
    with visiting(service, key) as visitor:
        assert visitor.get("/console/v1/me").status_code == 200
        ended(service, key, visitor)
        problem(visitor.get("/console/v1/me"), 401, "unauthenticated")


ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "", "Origin": "null"},
]


@pytest.mark.parametrize("said", ELSEWHERE, ids=str)
def test_a_page_of_another_place_changes_nothing(
    service: Served, visitor: Visitor, said: dict[str, str]
) -> None:
    """By form, by script or at the sign: a change must come from a page of this host."""
    before = service.position()
    form = "/console/do?to=POST+%2Fv1%2Fproductions&then=%2Fconsole&key=evil"
    assert visitor.post(form, {"name": "Evil"}, **said).status_code == 403
    body = {"json": {"name": "Evil"}, "headers": {**visitor._cookie(), "Idempotency-Key": "evil", **said}}
    problem(visitor.http.post("/console/v1/productions", **body), 403, "cross-site")
    assert visitor.post("/console/sign-in", {"key": service.key}, **said).status_code == 403
    assert visitor.post("/console/sign-out", **said).status_code == 403
    assert visitor.get("/console/v1/me").status_code == 200
    assert service.position() == before


def test_an_older_browser_says_its_origin(service: Served, visitor: Visitor) -> None:
    """Where Sec-Fetch-Site is not known, an Origin of this host is enough."""
    headers = {**visitor._cookie(), "Origin": service.url, "Idempotency-Key": "older"}
    told = visitor.http.post("/console/v1/productions", json={"name": "Old"}, headers=headers)
    assert told.status_code == 201, told.text


@pytest.mark.parametrize("page", SESSIONS, ids=lambda page: f"{page[1]} {page[0]}")
def test_who_sees_a_page(service: Served, page: tuple[str, str], sessions: dict[str, Visitor]) -> None:
    """A page answers whom its row names; others are told which role is missing, as a page."""
    path, method = page
    address = path.replace("{", "").replace("}", f"_{'0' * 26}")
    need = PAGES[page].need
    for role, somebody in sessions.items():
        told = somebody.get(address) if method == "GET" else somebody.post(address)
        refused = told.status_code == 403 and "role-missing" in told.text
        assert refused == (need not in (role, "reader")), (role, told.text)
        assert told.status_code < 500, told.text


@pytest.fixture(scope="module")
def sessions(service: Served) -> Iterator[dict[str, Visitor]]:
    """Somebody signed in with each role alone."""
    registry, studio = service.continuity.registry, service.continuity.studio
    with ExitStack() as stack:
        yield {
            role: stack.enter_context(visiting(service, issue_key(registry, studio, role, roles=(role,))))
            for role in ROLES
        }


def test_a_page_of_a_problem_leads_on(service: Served, visitor: Visitor, stranger: Visitor) -> None:
    """In sentences, with what to do and the main places for who is signed in; who is not finds how to be, and is told why."""
    key = issue_key(service.continuity.registry, service.continuity.studio, "r", roles=("reader",))
    with visiting(service, key) as reader:
        refused = reader.get("/console/keys")
    assert refused.status_code == 403
    assert "<p>This needs a key with the role admin" in refused.text
    lost = visitor.get("/console/nothing/here")
    assert lost.status_code == 404
    for page in (refused, lost):
        assert '<nav aria-label="Main">' in page.text
        assert "What to do:" in page.text
        assert ">To the productions</a>" in page.text
    gone = stranger.post("/console/do?to=POST /v1/productions&then=/console&key=x", {"name": "x"})
    assert gone.status_code == 401
    assert '<nav aria-label="Main">' not in gone.text
    assert 'href="/console/sign-in?then=' in gone.text
    assert "your session has ended" in stranger.get("/console/sign-in?then=/console/clips").text
    assert "your session has ended" not in stranger.get("/console/sign-in").text
