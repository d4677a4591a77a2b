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
from tests.api.served.serving import Served, png, problem

WITH_A_KEY = sorted(route for route, need in ENTRIES.items() if need not in ("open", "token"))
NOTHING = {"nothing": "of this name is known"}
"""A query that every route refuses once somebody is in: no call of the matrix does anything."""


@dataclass
class Callers:
    """Keys of all kinds. `own` are things that are there, by the name that paths have for them."""

    service: Served
    by_role: dict[Role, str] = field(default_factory=dict)
    shut: dict[str, str] = field(default_factory=dict)
    bare: str = ""
    foreign: str = ""
    own: dict[str, str] = field(default_factory=dict)

    def call(self, route: tuple[str, str], bearer: str | None, **ids: str) -> httpx.Response:
        """Ask for what is there by `ids`, and else by ids that nothing has."""
        path, method = route
        address = re.sub(r"{(\w+)}", lambda found: ids.get(found[1], absent(found[1])), path)
        headers = {"Authorization": f"Bearer {bearer}" if bearer else ""}
        return self.service.http.request(method, address, headers=headers, params={} if ids else NOTHING)


def absent(kind: str) -> str:
    return f"{kind}_{'0' * 26}"


@pytest.fixture(scope="module")
def callers(service: Served, account: str, production: str) -> Callers:
    registry, studio = service.continuity.registry, service.continuity.studio
    made = Callers(service)
    for role in ROLES:
        made.by_role[role] = issue_key(registry, studio, role, roles=(role,))
    made.bare = issue_key(registry, studio, "bare", roles=())
    made.foreign = issue_key(registry, service.other_studio(), "they", roles=ROLES)
    expired = issue_key(registry, studio, "late", roles=ROLES, expires_at=registry.clock() + 1_000)
    revoked = issue_key(registry, studio, "gone", roles=ROLES)
    stream = f"key_{revoked.split('_')[1]}"
    registry.handle(SYSTEM_LOG, [RevokeKey(stream=stream, reason="left")], context=Context(actor="x"))
    made.shut = {
        "expired": expired,
        "revoked": revoked,
        "never issued": f"{made.bare[:-12]}{'2' * 4}{'0' * 8}",
    }
    character = service.made("/v1/characters", {"name": "Hana", "depicts": "fictional"})["id"]
    made.own = {
        "account": account,
        "production": production,
        "asset": service.upload(png()).json()["id"],
        "character": character,
        "scene": service.made("/v1/scenes", {"production": production, "name": "x"})["id"],
        "likeness": service.made("/v1/likenesses", {"name": "Hana Kim", "minor": False})["id"],
        "voice": service.made("/v1/voices", {"voice_id": "1", "account": account, "character": character})[
            "id"
        ],
        "key": stream,
        "webhook": service.made("/v1/webhooks", {"url": "https://hooks.example.com", "holder": "x"})["id"],
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


def test_foreign_things_are_as_absent_as_those_that_never_were(callers: Callers) -> None:
    """With every role in its own studio a key is told the same of another studio's things as of none at all."""
    asked = 0
    for route in WITH_A_KEY:
        names = re.findall(r"{(\w+)}", route[0])
        if route[1] != "GET" or not names or not set(names) <= set(callers.own):
            continue
        asked += 1
        told = callers.call(route, callers.foreign, **{name: callers.own[name] for name in names})
        said = problem(told, 404, "not-found")["detail"]
        never = callers.call(route, callers.foreign, **{name: absent(name) for name in names})
        for name in names:
            said = said.replace(callers.own[name], absent(name))
        assert said == problem(never, 404, "not-found")["detail"], route
    assert asked > 20
