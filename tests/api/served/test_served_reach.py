"""Keys for single productions: what is theirs opens, what is others' is as absent as what never was, the rest is closed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from litestar.routes import HTTPRoute

from api import roles
from api.app import application
from registry.events.studio import ROLES
from tests.api.served.entries import ENTRIES, reach_of
from tests.api.served.serving import Served, png, problem

WITH_A_KEY = sorted(route for route, need in ENTRIES.items() if need not in ("open", "token"))
OF_A_PRODUCTION = {"production", "scene", "generation", "clip"}


@dataclass
class Shows:
    """A key for `mine` alone, and a thing of each kind in `theirs`."""

    service: Served
    key: str
    mine: dict[str, str]
    theirs: dict[str, str]

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}"}
        return self.service.change(method, path, body, headers=headers, **options)

    def listed(self, path: str) -> set[str]:
        return {one["id"] for one in self.call("GET", path).json()["items"]}


def show(service: Served, account: str, name: str) -> dict[str, str]:
    production = service.made("/v1/productions", {"name": name, "account": account})["id"]
    scene = service.made("/v1/scenes", {"production": production, "name": name})["id"]
    asked = {"scene": scene, "action": "A lantern drifts over a river."}
    generation = service.post("/v1/generations", asked).json()["id"]
    return {"production": production, "scene": scene, "generation": generation}


@pytest.fixture(scope="module")
def shows(service: Served, account: str) -> Shows:
    mine, theirs = show(service, account, "mine"), show(service, account, "theirs")
    asked = {"holder": "Sora", "roles": list(ROLES), "productions": [mine["production"]]}
    return Shows(service, service.made("/v1/keys", asked)["key"], mine, theirs)


def test_routes_reach_as_far_as_the_table_says(service: Served) -> None:
    """The routes' own word and the table, written apart, say the same of every route."""
    said = {
        (route.path_format, method): roles.reach_of(handler.opt)
        for route in application(service.continuity.settings.body_most_bytes).routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if (route.path_format, method) in WITH_A_KEY
    }
    assert said == {route: reach_of(*route) for route in WITH_A_KEY}


@pytest.mark.parametrize("route", WITH_A_KEY, ids=lambda route: f"{route[1]} {route[0]}")
def test_how_far_it_is_let_in(shows: Shows, route: tuple[str, str]) -> None:
    """What is others' and what never was are told alike, byte for byte but the id; what tells of the studio is closed."""
    path, method = route
    names = set(re.findall(r"{(\w+)}", path)) & OF_A_PRODUCTION
    absent = {name: f"{name}_{'0' * 26}" for name in re.findall(r"{(\w+)}", path)}

    def told(**ids: str) -> httpx.Response:
        return shows.call(method, path.format(**{**absent, **ids}), params={"nothing": "known"})

    if reach_of(path, method) == "studio":
        problem(told(), 403, "out-of-reach")
    elif reach_of(path, method) == "library" or not names:
        assert told().status_code == 422
    else:
        [name] = names
        theirs = shows.theirs.get(name, absent[name])
        said = problem(told(**{name: theirs}), 404, "not-found")
        never = problem(told(), 404, "not-found")
        told_of = (said["detail"].replace(theirs, absent[name]), said["hint"])
        assert told_of == (never["detail"], never["hint"])
        if name in shows.mine:
            assert told(**{name: shows.mine[name]}).status_code == 422


def test_lists_hold_what_is_within_reach(shows: Shows) -> None:
    """Productions, scenes and generations of others are on no page, nor when they are asked for by name."""
    assert shows.listed("/v1/productions") == {shows.mine["production"]}
    assert shows.mine["scene"] in shows.listed("/v1/scenes")
    assert shows.theirs["scene"] not in shows.listed("/v1/scenes")
    assert shows.listed("/v1/generations") == {shows.mine["generation"]}
    assert shows.listed(f"/v1/generations?scene={shows.theirs['scene']}") == set()
    assert shows.listed(f"/v1/scenes?production={shows.theirs['production']}") == set()
    assert shows.listed("/v1/clips") == set()


@pytest.mark.parametrize(
    ("path", "name", "body"),
    [
        ("/v1/generations", "scene", {"action": "Rain."}),
        ("/v1/generations", "production", {"action": "Rain."}),
        ("/v1/generations", "continue_from", {"action": "Rain.", "production": "mine"}),
        ("/v1/generations/preview", "scene", {"action": "Rain."}),
        ("/v1/generations/preview", "scene", {"action": 7}),
        ("/v1/generations/{generation}/retry", "scene", {}),
        ("/v1/scenes", "production", {"name": "Roof"}),
    ],
)
def test_bodies_name_nothing_beyond(shows: Shows, path: str, name: str, body: dict[str, Any]) -> None:
    """A body that names what is others' is told that there is no such thing, and nothing is written."""
    kind = "generation" if name == "continue_from" else name
    asked = {**body, name: shows.theirs[kind]}
    if "production" in body:
        asked["production"] = shows.mine["production"]
    if "retry" in path:
        path = path.format(**shows.mine)
        cancelled = shows.call("POST", path.replace("retry", "cancel"), {"reason": "another scene"})
        assert cancelled.status_code == 200, cancelled.text
        asked = {"changes": asked}
    before = shows.service.position()

    assert shows.theirs[kind] in problem(shows.call("POST", path, asked), 404, "not-found")["detail"]
    assert shows.service.position() == before


def test_its_own_show_goes_on(shows: Shows) -> None:
    """Within its productions it does what its roles allow: opens scenes, asks for clips, reads what all share."""
    scene = shows.call("POST", "/v1/scenes", {"production": shows.mine["production"], "name": "Roof"})
    assert scene.status_code == 201
    asked = shows.call("POST", "/v1/generations", {"scene": scene.json()["id"], "action": "Rain."})
    assert asked.status_code == 202
    asset = shows.service.upload(png()).json()["id"]
    assert shows.call("GET", f"/v1/assets/{asset}").status_code == 200


def test_a_production_pays_for_what_it_has_made(shows: Shows, account: str) -> None:
    """An element or a voice that no production of the key pays for is not made for it."""
    character = shows.service.made("/v1/characters", {"name": "Sora", "depicts": "fictional"})["id"]
    recipe = {"character": character, "account": account}
    problem(shows.call("POST", "/v1/elements", recipe), 403, "out-of-reach")
    foreign = {**recipe, "production": shows.theirs["production"]}
    problem(shows.call("POST", "/v1/elements", foreign), 404, "not-found")
    voice = {"character": character, "account": account, "url": "https://klingai.com/a.mp3"}
    problem(shows.call("POST", "/v1/voices", voice), 403, "out-of-reach")


def test_its_reach_changes_from_the_next_request_on(shows: Shows) -> None:
    """More productions, and none named is the whole studio again; a production that is not there is not named."""
    made = shows.service.made(
        "/v1/keys", {"holder": "Bo", "roles": ["reader"], "productions": [shows.mine["production"]]}
    )
    path, bearer = f"/v1/keys/{made['id']}/scope", {"Authorization": f"Bearer {made['key']}"}

    def sees(name: str) -> bool:
        return shows.service.get(f"/v1/scenes/{shows.theirs['scene']}", headers=bearer).status_code == 200

    assert not sees("scene")
    both = [shows.theirs["production"], shows.mine["production"]]
    assert shows.service.post(path, {"productions": both}).json()["productions"] == sorted(both)
    assert sees("scene")
    wrong = shows.service.post(path, {"productions": [both[0], f"production_{'0' * 26}"]})
    assert problem(wrong, 422, "invalid-request")["errors"][0]["path"] == "$.productions[1]"
    assert shows.service.get("/v1/me", headers=bearer).json()["productions"] == sorted(both)
    assert shows.service.post(path, {"productions": []}).json()["productions"] == []
    assert shows.service.get("/v1/queue", headers=bearer).status_code == 200
