"""The past over HTTP: who did what to anything, as what it stood, what changed, and past requests compiled again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from api.auth import issue_key
from registry.events.studio import Role
from tests.api.served.serving import Served, png, problem
from tests.servers.world import new_id


@pytest.fixture(scope="module")
def story(service: Served, production: str) -> dict[str, Any]:
    """A character that was introduced, renamed, shown and retired; a scene with them; a generation of it."""
    asked = {"X-Request-Id": "introduce-1"}
    who = service.post("/v1/characters", {"depicts": "fictional", "name": "Mina"}, headers=asked).json()["id"]
    begun = service.position()
    service.change("PATCH", f"/v1/characters/{who}", {"name": "Sora"})
    face = service.upload(png()).json()["id"]
    service.made(f"/v1/characters/{who}/references", {"asset": face, "role": "frontal"})
    scene = service.made("/v1/scenes", {"production": production, "name": "Café"})["id"]
    shot = {"scene": scene, "cast": [], "action": "Rain.", "mode": "pro", "mode_reason": "the poster"}
    generation = service.post("/v1/generations", shot).json()["id"]
    service.post(f"/v1/characters/{who}/retire", {"reason": "written out"})
    return {"who": who, "face": face, "scene": scene, "generation": generation, "begun": begun}


def as_role(service: Served, *roles: Role, path: str) -> httpx.Response:
    key = issue_key(service.continuity.registry, service.continuity.studio, "somebody", roles=roles)
    return service.get(path, headers={"Authorization": f"Bearer {key}"})


def test_who_did_what_and_why(service: Served, story: dict[str, Any]) -> None:
    """Each event once, with its holder, request, sentence and reasons; the character's own door tells the same."""
    told = service.get(f"/v1/history/{story['who']}").json()["items"]

    assert [one["type"] for one in told] == [
        *("CharacterIntroduced", "CharacterRenamed", "ReferenceAssigned", "CharacterRetired"),
    ]
    assert {one["holder"] for one in told} == {"tester"}
    assert (told[0]["request_id"], told[0]["sentence"]) == (
        "introduce-1",
        "The character Mina was introduced (person, fictional).",
    )
    assert told[3]["reasons"] == {"reason": "written out"}
    assert service.get(f"/v1/characters/{story['who']}/history").json()["items"] == told


def test_history_comes_in_pages(service: Served, story: dict[str, Any]) -> None:
    """In either direction, by cursor and Link; of a type, or by an actor."""
    path = f"/v1/history/{story['who']}"
    newest = service.get(path, params={"sort": "newest", "limit": 3})
    rest = service.get(path, params={"sort": "newest", "limit": 3, "after": newest.json()["next"]}).json()
    versions = [one["version"] for one in [*newest.json()["items"], *rest["items"]]]

    assert versions == [4, 3, 2, 1]
    assert 'rel="next"' in newest.headers["link"]
    assert [
        one["version"] for one in service.get(path, params={"type": "CharacterRenamed"}).json()["items"]
    ] == [2]
    assert service.get(path, params={"actor": "operator"}).json()["items"] == []
    problem(service.get(path, params={"type": "CharacterUpdated"}), 422, "invalid-request")


def test_state_at_any_point(service: Served, story: dict[str, Any]) -> None:
    """By version, position and moment; now, where none is named."""
    path, begun = f"/v1/history/{story['who']}/state", story["begun"]
    first = service.get(path, params={"as_of": "v1"}).json()
    moment = datetime.fromtimestamp(first["recorded_at"] / 1_000_000, UTC).isoformat(timespec="microseconds")

    assert (first["state"]["name"], first["version"], first["newest"], first["position"]) == (
        "Mina",
        1,
        4,
        begun,
    )
    assert service.get(path, params={"as_of": begun}).json() == first
    assert service.get(path, params={"as_of": moment}).json() == first
    assert service.get(path).json()["state"]["retired"]


def test_points_that_are_none(service: Served, story: dict[str, Any]) -> None:
    """Before it began it was not there; what has not come yet, and what is no point, is refused with what to do."""
    path = f"/v1/history/{story['who']}/state"

    problem(service.get(path, params={"as_of": story["begun"] - 1}), 404, "not-found")
    problem(service.get(path, params={"as_of": "v0"}), 404, "not-found")
    for late in ("v99", str(service.position() + 1), "2999-01-01T00:00:00Z"):
        assert problem(service.get(path, params={"as_of": late}), 422, "invalid")["hint"]
    for unfit in ("June", "v", "-1", "", "2026-06-31T00:00:00Z", "9" * 30):
        problem(service.get(path, params={"as_of": unfit}), 422, "invalid-request")
    for absent in (new_id("character"), "x", new_id("rebuild"), service.other_studio()):
        problem(service.get(f"/v1/history/{absent}"), 404, "not-found")
        problem(service.get(f"/v1/history/{absent}/state"), 404, "not-found")


def test_what_changed_between_two_points(service: Served, story: dict[str, Any]) -> None:
    """From what to what, and by which event; from its beginning to now where nothing is said."""
    path = f"/v1/history/{story['who']}/difference"
    renamed = service.get(path, params={"since": "v1", "until": "v2"}).json()["changes"]
    whole = {one["path"]: one for one in service.get(path).json()["changes"]}

    by_name = {one["path"]: one for one in renamed}
    assert (by_name["/name"]["op"], by_name["/name"]["before"], by_name["/name"]["value"]) == (
        *("replace", "Mina", "Sora"),
    )
    assert [step["type"] for step in by_name["/name"]["by"]] == ["CharacterRenamed"]
    assert {"/name", "/references", "/retired"} <= whole.keys()
    problem(service.get(path, params={"since": "v2", "until": "v1"}), 422, "invalid")


def test_the_chain_of_an_event(service: Served, story: dict[str, Any]) -> None:
    """The plan was written with the request, for the same key and request; a version there is not is not found."""
    path = f"/v1/history/{story['generation']}/events"
    plan = service.get(f"{path}/2").json()

    assert (plan["type"], plan["led_by"]["type"]) == ("PlanCompiled", "GenerationRequested")
    assert [one["type"] for one in plan["together"]] == ["GenerationRequested"]
    assert plan["body"]["plan_digest"]
    assert service.get(f"{path}/1").json()["reasons"] == {"mode_reason": "the poster"}
    for none in ("x", "99999999999", "1.5"):
        problem(service.get(f"{path}/{none}"), 404, "not-found")
    problem(service.get(f"{path}/3"), 422, "invalid")


def test_keys_have_a_past_for_admins_and_auditors(service: Served, story: dict[str, Any]) -> None:
    """Who may do what is theirs to see, without a secret's digest; other pasts are open to every role, audits to auditors."""
    key = service.made("/v1/keys", {"holder": "Jun", "roles": ["reader"]})["id"]
    paths = [f"/v1/history/{key}{part}" for part in ("", "/state", "/difference", "/events/1")]

    for path in paths:
        problem(as_role(service, "reader", path=path), 403, "role-missing")
        for role in ("admin", "auditor"):
            assert as_role(service, role, path=path).status_code == 200  # type: ignore[arg-type]
    assert "secret" not in as_role(service, "auditor", path=paths[1]).text
    assert "secret_sha256" not in service.get(paths[3]).text
    assert as_role(service, "reader", path=f"/v1/history/{story['who']}").status_code == 200
    problem(as_role(service, "reader", path="/v1/audit/determinism"), 403, "role-missing")


def test_a_key_of_one_production_sees_what_is_its_own(
    service: Served, story: dict[str, Any], production: str
) -> None:
    """Through the doors of scenes, generations and clips; the general one is closed to it."""
    asked = {"holder": "Sora", "roles": ["reader"], "productions": [production]}
    mine = {"Authorization": f"Bearer {service.made('/v1/keys', asked)['key']}"}

    for door in (
        f"scenes/{story['scene']}",
        f"generations/{story['generation']}",
        f"productions/{production}",
    ):
        assert service.get(f"/v1/{door}/history", headers=mine).status_code == 200
    assert service.get(f"/v1/generations/{story['generation']}/replay", headers=mine).status_code == 200
    problem(service.get(f"/v1/history/{story['scene']}", headers=mine), 403, "out-of-reach")


def test_generations_are_compiled_again(service: Served, story: dict[str, Any], production: str) -> None:
    """One by its own address, all of them as pages of an audit, bounded where the first one was."""
    one = service.get(f"/v1/generations/{story['generation']}/replay").json()
    page = service.get("/v1/audit/determinism", params={"production": production, "limit": 1}).json()

    assert [plan["verdict"] for plan in one["plans"]] == ["same"]
    assert one["wire"]["verdict"] == "unknown"
    assert page["items"][0] == one["plans"][0]
    assert (page["of"], page["until"], page["next"]) == (1, service.position(), None)
    assert sum(tally["same"] for tally in page["by_compiler"]) == 1
    problem(service.get("/v1/audit/determinism", params={"until": 10**9}), 422, "invalid-request")
    problem(
        service.get("/v1/audit/determinism", params={"production": new_id("production")}), 404, "not-found"
    )


def test_a_preview_of_a_moment(service: Served, story: dict[str, Any]) -> None:
    """`as_of` takes a time as it takes a position, and gives the same bytes."""
    body = {"scene": story["scene"], "cast": [{"character": "Mina"}], "action": "They wait."}
    path = "/v1/generations/preview"
    first = service.get(f"/v1/history/{story['scene']}/state", params={"as_of": "v1"}).json()
    moment = datetime.fromtimestamp(first["recorded_at"] / 1_000_000, UTC).isoformat(timespec="microseconds")
    by_time = service.http.post(path, json=body, params={"as_of": moment})

    assert by_time.status_code == 200, by_time.text
    assert by_time.content == service.http.post(path, json=body, params={"as_of": first["position"]}).content
    problem(service.http.post(path, json=body, params={"as_of": "2999-01-01T00:00:00Z"}), 422, "invalid")
    problem(service.http.post(path, json=body, params={"as_of": "v3"}), 422, "invalid-request")
