"""The matrix of routes and callers: who is let in is what the table says, for every route there is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import httpx
import pytest
from litestar.routes import HTTPRoute

from api.app import application
from api.auth import issue_key
from registry.deciders.access import RevokeKey
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG
from registry.events.studio import ROLES, Role
from tests.api.console.entries import PAGES
from tests.api.served.entries import ENTRIES
from tests.api.served.serving import Served, problem

WITH_A_KEY = sorted(route for route, need in ENTRIES.items() if need not in ("open", "token"))
NOTHING = {"nothing": "of this name is known"}
"""A query that every route refuses once somebody is in: no call of the matrix does anything."""


@dataclass
class Callers:
    """Keys of all kinds of one studio; whose things are another's: `test_served_foreign`."""

    service: Served
    by_role: dict[Role, str] = field(default_factory=dict)
    shut: dict[str, str] = field(default_factory=dict)
    bare: str = ""

    def call(self, route: tuple[str, str], bearer: str | None) -> httpx.Response:
        """Ask by ids that nothing has."""
        path, method = route
        address = re.sub(r"{(\w+)}", lambda found: absent(found[1]), path)
        headers = {"Authorization": f"Bearer {bearer}" if bearer else ""}
        return self.service.http.request(method, address, headers=headers, params=NOTHING)


def absent(kind: str) -> str:
    return f"{kind}_{'0' * 26}"


@pytest.fixture(scope="module")
def callers(service: Served) -> Callers:
    registry, studio = service.continuity.registry, service.continuity.studio
    made = Callers(service)
    for role in ROLES:
        made.by_role[role] = issue_key(registry, studio, role, roles=(role,))
    made.bare = issue_key(registry, studio, "bare", roles=())
    expired = issue_key(registry, studio, "late", roles=ROLES, expires_at=registry.clock() + 1_000)
    revoked = issue_key(registry, studio, "gone", roles=ROLES)
    stream = f"key_{revoked.split('_')[1]}"
    registry.handle(SYSTEM_LOG, [RevokeKey(stream=stream, reason="left")], context=Context(actor="x"))
    made.shut = {
        "expired": expired,
        "revoked": revoked,
        "never issued": f"{made.bare[:-12]}{'2' * 4}{'0' * 8}",
    }
    return made


def test_every_route_has_its_row(service: Served) -> None:
    """A route that the table does not know, and a row without a route, fail here."""
    routes = {
        (route.path_format, method)
        for route in application(service.continuity.settings.body_most_bytes).routes
        if isinstance(route, HTTPRoute)
        for method in route.route_handler_map
    }
    known = set(ENTRIES) | set(PAGES)
    assert {(path, method) for path, method in routes if method not in ("OPTIONS", "HEAD")} == known


@pytest.mark.parametrize("route", WITH_A_KEY, ids=lambda route: f"{route[1]} {route[0]}")
def test_who_is_let_in(callers: Callers, route: tuple[str, str]) -> None:
    """Nobody without a key that opens; with one, whoever has the role the table names; readers are all that have any."""
    need = ENTRIES[route]
    for key in (None, *callers.shut.values()):
        problem(callers.call(route, key), 401, "unauthenticated")
    allowed = {role for role in ROLES if need in (role, "reader", "anybody")}
    for role, key in callers.by_role.items():
        answer = callers.call(route, key)
        refused = answer.status_code == 403 and answer.json()["code"] == "role-missing"
        assert refused == (role not in allowed), (role, answer.text)
        assert answer.status_code < 500, answer.text
    assert (callers.call(route, callers.bare).status_code == 403) == (need != "anybody")
