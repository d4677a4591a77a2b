"""Looks and pins over HTTP: defined, pictured, pinned, fallen behind, weighed, moved and let go; and what bad input gets."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.api.served.serving import Served, png, problem


class Told(NamedTuple):
    """Mina with a portrait and a winter look, cast in a scene of a production."""

    mina: str
    portrait: str
    production: str
    scene: str


@pytest.fixture
def told(service: Served, production: str) -> Told:
    mina = service.made("/v1/characters", {"depicts": "fictional", "name": f"Mina {service.position()}"})[
        "id"
    ]
    portrait = service.upload(png(400, 400)).json()["id"]
    service.made(f"/v1/characters/{mina}/references", {"asset": portrait, "role": "frontal"})
    service.made(f"/v1/characters/{mina}/looks", {"look": "winter", "wardrobe": "a grey wool coat"})
    scene = service.made("/v1/scenes", {"production": production, "name": "One", "setting": "a street"})["id"]
    return Told(mina, portrait, production, scene)


def shown(service: Served, told: Told, **said: Any) -> dict[str, Any]:
    body = {"scene": told.scene, "action": "She waits.", "duration": 5, **said}
    answer = service.http.post("/v1/generations/preview", json=body)
    assert answer.status_code == 200, answer.text
    card: dict[str, Any] = answer.json()
    return card


def rules(preview: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in preview["findings"]]


def test_a_look_is_defined_pictured_and_retired(service: Served, told: Told) -> None:
    """Each look stands on the card with its own pictures; withdrawn by look, retired with a reason, refused from then on."""
    path = f"/v1/characters/{told.mina}"
    coat = service.upload(png(400, 400)).json()["id"]
    worn = {"asset": coat, "role": "frontal", "look": "winter"}
    card = service.made(f"{path}/references", worn)
    assert card["looks"][0] == {
        **{
            "look": "winter",
            "version": 1,
            "since": 3,
            "wardrobe": "a grey wool coat",
            "styling": "",
            "age": "",
        },
        **{"retired": False, "references": [worn]},
    }
    problem(
        service.change("DELETE", f"{path}/references", params={"asset": coat, "role": "frontal"}),
        404,
        "not-found",
    )
    gone = service.change("DELETE", f"{path}/references", params=worn).json()
    assert gone["looks"][0]["references"] == []
    assert service.made(f"{path}/looks/winter/retire", {"reason": "cut"})["looks"][0]["retired"]
    problem(service.post(f"{path}/looks/winter/retire", {"reason": "cut"}), 409, "look-retired")
    problem(service.post(f"{path}/references", worn), 409, "look-retired")


def test_casting_with_a_look_pins_it_in_one_append(service: Served, told: Told) -> None:
    """Casting with a look or a version writes both events together; without either it only casts."""
    before = service.position()
    scene = service.made(
        f"/v1/scenes/{told.scene}/cast", {"character": told.mina, "look": "winter", "version": 3}
    )
    events = service.get("/v1/events", params={"after": before}).json()["items"]

    assert [event["type"] for event in events] == ["CharacterCast", "CharacterPinned"]
    assert len({event["request_id"] for event in events}) == 1
    assert scene["pins"] == [
        {
            **{"character": told.mina, "version": 3, "current_version": 3, "look": "winter"},
            **{"behind": False, "changed": []},
        }
    ]
    other = service.made("/v1/scenes", {"production": told.production, "name": "Two"})["id"]
    assert service.made(f"/v1/scenes/{other}/cast", {"character": told.mina})["pins"] == []


@pytest.mark.parametrize("kind", ["scenes", "productions"])
def test_a_pin_falls_behind_is_weighed_and_moves(service: Served, told: Told, kind: str) -> None:
    """Behind says what happened since; the impact says what a move would change; one step moves; the pin is let go."""
    holder = told.scene if kind == "scenes" else told.production
    service.made(f"/v1/scenes/{told.scene}/cast", {"character": told.mina})
    service.made(f"/v1/scenes/{told.scene}/shots", {"action": "She sits down."})
    asked = {"scene": told.scene, "action": "She waits.", "duration": 5, "accept": {"W504": "a test"}}
    open_one = service.post("/v1/generations", asked).json()["id"]
    pins, pin = f"/v1/{kind}/{holder}/pins", f"/v1/{kind}/{holder}/pins/{told.mina}"
    assert service.made(pins, {"character": told.mina, "look": "winter"})["pins"][0]["version"] == 3
    coat = service.upload(png(400, 400)).json()["id"]
    worn = {"asset": coat, "role": "frontal", "look": "winter"}
    service.made(f"/v1/characters/{told.mina}/references", worn)
    service.made(f"/v1/characters/{told.mina}/looks", {"look": "winter", "age": "34"})

    (behind,) = service.get(f"/v1/{kind}/{holder}").json()["pins"]
    assert (behind["behind"], behind["changed"]) == (True, ["reference assigned", "look defined"])
    said = shown(service, told, accept={"W504": "a test"})
    assert "I401" in rules(said)
    assert "Age of" not in said["payload"]["prompt"]
    assert [one["asset"] for one in said["grounded"]] == [told.portrait]
    impact = service.get(f"{pin}/impact").json()
    assert (impact["pin"], impact["obstacle"]) == (behind, "")
    assert (impact["references_added"], impact["references_removed"]) == ([worn], [])
    assert impact["reworded"] == [{"what": "age", "before": "", "after": "34"}]
    (met,) = [one for one in impact["scenes"] if one["scene"] == told.scene]
    assert [shot["action"] for shot in met["shots"]] == ["She sits down."]
    assert [(one["id"], one["keeps_its_plan"]) for one in met["open_generations"]] == [(open_one, True)]

    moved = service.post(f"{pin}/move").json()["pins"][0]
    assert (moved["version"], moved["look"], moved["behind"]) == (5, "winter", False)
    said = shown(service, told, accept={"W504": "a test"})
    assert "Age of" in said["payload"]["prompt"]
    assert [(one["asset"], one["version"], one["look"]) for one in said["grounded"]] == [(coat, 5, "winter")]
    assert service.change("DELETE", pin, params={"reason": "new season"}).json()["pins"] == []
    problem(service.change("DELETE", pin), 404, "not-found")
    problem(service.get(f"{pin}/impact"), 404, "not-found")
    problem(service.post(f"{pin}/move"), 404, "not-found")


def test_a_request_asks_for_a_look(service: Served, told: Told) -> None:
    """A cast entry's look is worn; one that the scene's pin contradicts, and one that is not there, are findings."""
    cast = [{"character": told.mina, "look": "winter"}]
    assert (
        "wears a grey wool coat"
        in shown(service, told, cast=cast, accept={"W504": "a test"})["payload"]["prompt"]
    )
    service.made(f"/v1/characters/{told.mina}/looks", {"look": "summer"})
    service.made(f"/v1/scenes/{told.scene}/pins", {"character": told.mina, "look": "summer"})

    assert "E422" in rules(shown(service, told, cast=cast))
    other = shown(service, told, scene=None, production=told.production, cast=[{**cast[0], "look": "autumn"}])
    assert "E423" in rules(other)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"character": "nobody at all"}, 404),
        ({"character": "MINA", "version": 9}, 422),
        ({"character": "MINA", "version": 2, "look": "winter"}, 422),
        ({"character": "MINA", "look": "autumn"}, 404),
        ({"character": "MINA", "look": "a/b"}, 422),
        ({"character": "MINA", "version": 0}, 422),
        ({"character": "MINA", "version": "3"}, 422),
        ({"character": "MINA", "version": 2**70}, 422),
        ({"character": "MINA", "looks": "winter"}, 422),
    ],
)
def test_pins_that_cannot_be(service: Served, told: Told, body: dict[str, Any], status: int) -> None:
    """Unknown people, versions and looks, and what is no version or look, are refused with a hint in both kinds of holders."""
    said = {name: told.mina if value == "MINA" else value for name, value in body.items()}
    for holder in (f"/v1/scenes/{told.scene}", f"/v1/productions/{told.production}"):
        refused = service.post(f"{holder}/pins", said)
        assert refused.status_code == status, refused.text
        assert refused.json()["hint"]


def test_a_pin_is_made_once_and_on_what_was_seen(service: Served, told: Told) -> None:
    """A repeat gets the first answer though the character moved on; an old ETag is refused; a stranger's scene is not there."""
    body, path = {"character": told.mina}, f"/v1/scenes/{told.scene}/pins"
    key = {"Idempotency-Key": f"pin-{told.scene}"}
    first = service.http.post(path, json=body, headers=key)
    service.made(f"/v1/characters/{told.mina}/looks", {"look": "summer"})
    again = service.http.post(path, json=body, headers=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert first.headers["etag"].startswith(f'"{first.json()["version"]}')
    problem(service.post(path, body, headers={"If-Match": '"1"'}), 412, "version-conflict")
    problem(service.post("/v1/scenes/scene_01jd0k4m5vf2s8m1q3x7w9y2ab/pins", body), 404, "not-found")
    problem(service.http.post(path, json=body), 400, "idempotency-key-missing")
