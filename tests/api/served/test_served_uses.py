"""Where used, and the impact of a change, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from registry.deciders.character import AssignReference
from registry.deciders.looks import DefineLook
from registry.deciders.pins import PinCharacter
from registry.events.envelope import Context
from tests.api.served.serving import Served, png, problem
from tests.servers.world import new_id


@pytest.fixture(scope="module")
def mina(service: Served, account: str, production: str) -> dict[str, str]:
    """A character with a picture, a look with one of its own, an element, and a scene of which the production pins the look."""
    who = service.made("/v1/characters", {"depicts": "fictional", "name": "Mina"})["id"]
    face, coat = (service.upload(png()).json()["id"] for _ in range(2))
    service.made(f"/v1/characters/{who}/references", {"asset": face, "role": "frontal"})
    element = service.made(
        "/v1/elements", {"element_id": 4711, "account": account, "character": who, "made_from": "image"}
    )["id"]
    scene = service.made("/v1/scenes", {"production": production, "name": "Café"})["id"]
    service.made(f"/v1/scenes/{scene}/cast", {"character": who})
    shot = service.made(f"/v1/scenes/{scene}/shots", {"action": "She waits."})
    continuity = service.continuity
    for command in (
        DefineLook(stream=who, look="winter coat", wardrobe="a red coat"),
        AssignReference(stream=who, asset=coat, role="full_body", look="winter coat"),
        PinCharacter(stream=production, character=who, look="winter coat"),
    ):
        continuity.registry.handle(continuity.studio, [command], context=Context("key_test"))
    return {
        **{"who": who, "face": face, "coat": coat, "element": element, "scene": scene},
        **{"shot": shot["shots"][0]["id"], "production": production},
    }


def test_uses_come_in_pages(service: Served, mina: dict[str, str]) -> None:
    """Each use says how and where; pages follow by cursor and Link, and together tell the whole."""
    path = f"/v1/characters/{mina['who']}/uses"
    whole = service.get(path).json()["items"]
    assert [use["how"] for use in whole] == ["depicted-by", "cast", "shot", "pinned"]
    assert (whole[1]["scene"], whole[2]["shot"], whole[3]["look"]) == (
        mina["scene"],
        mina["shot"],
        "winter coat",
    )
    first = service.get(path, params={"limit": 3})
    assert 'rel="next"' in first.headers["link"]
    rest = service.get(path, params={"limit": 3, "after": first.json()["next"]}).json()
    assert [*first.json()["items"], *rest["items"]] == whole


def test_assets_elements_and_looks_have_uses(service: Served, mina: dict[str, str]) -> None:
    """A picture names its character, an unused element nothing, a look its pins alone."""

    def hows(path: str) -> list[str]:
        return [use["how"] for use in service.get(path).json()["items"]]

    assert hows(f"/v1/assets/{mina['coat']}/uses") == ["reference"]
    assert hows(f"/v1/elements/{mina['element']}/uses") == []
    assert hows(f"/v1/characters/{mina['who']}/looks/winter%20coat/uses") == ["pinned"]


@pytest.mark.parametrize(
    ("kind", "folder"),
    [
        ("asset", "assets"),
        ("element", "elements"),
        ("voice", "voices"),
        ("likeness", "likenesses"),
        ("character", "characters"),
    ],
)
def test_what_is_not_there_has_no_uses_and_no_impact(service: Served, kind: str, folder: str) -> None:
    """An absent id and one of another kind are not found; nothing else is said."""
    wrong = "asset" if kind != "asset" else "voice"
    for stream in (new_id(kind), new_id(wrong), "x"):
        problem(service.get(f"/v1/{folder}/{stream}/uses"), 404, "not-found")
        problem(service.get(f"/v1/{folder}/{stream}/impact"), 404, "not-found")


def test_an_impact_is_told_and_nothing_is_written(service: Served, mina: dict[str, str]) -> None:
    """Pins, shots and bindings of the look are named with the price of making anew; the log stays as it was."""
    before = service.position()
    coat = service.get(f"/v1/assets/{mina['coat']}/impact", params={"change": "supersede"}).json()
    assert [(pin["production"], pin["look"]) for pin in coat["pins"]] == [(mina["production"], "winter coat")]
    assert [shot["shot"] for shot in coat["shots"]] == [mina["shot"]]
    assert (coat["elements"], coat["generations"], coat["remint"]["units"]) == ([], [], "0")
    who = service.get(f"/v1/characters/{mina['who']}/impact").json()
    assert [element["id"] for element in who["elements"]] == [mina["element"]]
    look = service.get(f"/v1/characters/{mina['who']}/impact", params={"change": "look:winter coat"}).json()
    assert (look["change"], look["look"], len(look["pins"])) == ("look", "winter coat", 1)
    voice = service.get(f"/v1/characters/{mina['who']}/impact", params={"change": "voice"}).json()
    assert (voice["change"], voice["pins"]) == ("voice", [])
    assert service.position() == before


@pytest.mark.parametrize(
    ("what", "change", "status"),
    [
        ("face", "erase", 422),
        ("element", "supersede", 422),
        ("who", "rename", 422),
        ("who", "look:none", 404),
    ],
)
def test_a_change_that_is_none_is_refused(
    service: Served, mina: dict[str, str], what: str, change: str, status: int
) -> None:
    """A change this kind of thing does not know is refused with what was said; a look that is not there is not found."""
    folder = {"face": "assets", "element": "elements", "who": "characters"}[what]
    answer = service.get(f"/v1/{folder}/{mina[what]}/impact", params={"change": change})
    document: dict[str, Any] = answer.json()
    assert answer.status_code == status, document
    assert change.removeprefix("look:") in str(document)
    missing = service.get(f"/v1/characters/{mina['who']}/looks/none/uses")
    problem(missing, 404, "not-found")
