"""Productions, scenes and takes as people see them, and what they do there."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin

import pytest

from registry.deciders.element import MintElement
from registry.deciders.minting import EndMint, OpenMint
from registry.events.envelope import Context
from tests.api.console.browsing import Visitor, visiting
from tests.api.served.adopting import adopted
from tests.api.served.screening import take
from tests.api.served.serving import Served, png
from tests.registry.events.golden import example
from tests.servers.copying import film, shots


@pytest.fixture(scope="module")
def stage(service: Served, production: str) -> dict[str, Any]:
    """A scene with Mina and Jun, of two shots, with takes that differ in what they carry over; and one that continues."""
    who = {
        name: service.made("/v1/characters", {"depicts": "fictional", "name": name})["id"]
        for name in ("Mina", "Jun")
    }
    service.made(f"/v1/characters/{who['Mina']}/looks", {"look": "winter", "wardrobe": "a coat"})
    told = {"production": production, "name": "The café", "number": 2, "setting": "at dusk"}
    scene = service.made("/v1/scenes", told)["id"]
    after = service.made("/v1/scenes", {"production": production, "name": "The street", "number": 10})["id"]
    before = service.made("/v1/scenes", {"production": production, "name": "The door", "number": 1})["id"]
    for one in who.values():
        service.made(f"/v1/scenes/{scene}/cast", {"character": one})
    for action in ("She waits.", "He comes in."):
        card = service.made(f"/v1/scenes/{scene}/shots", {"action": action})
    shot = card["shots"][0]["id"]
    clips = [take(service, scene, shot=shot, cast=who.values(), framing="wide shot") for _ in range(2)]
    last = take(service, scene, cast=[who["Jun"]], framing="close-up")
    following = take(service, after, cast=who.values(), framing="wide shot", parents=(clips[0],))
    return {
        **{"scene": scene, "after": after, "before": before, "shots": [one["id"] for one in card["shots"]]},
        **{"who": who, "clips": clips, "last": last, "following": following, "production": production},
    }


def at(stage: dict[str, Any], *more: str) -> str:
    return "/".join((f"/console/scenes/{stage['scene']}", *more))


def words(html: str) -> str:
    """What is read on a page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.partition("<main")[2])).split())


def piece(html: str, clip: str) -> str:
    """What the strip says of a clip."""
    return words("<main" + html.partition(f'id="clip-{clip}"')[2].partition("</li>")[0])


def test_the_list_tells_how_large_a_show_is(visitor: Visitor, stage: dict[str, Any]) -> None:
    """Scenes without the unplaced one, takes and money, of each production."""
    said = words(visitor.get("/console/productions").text)
    assert "Café 3 scenes, 4 takes, 0 approved 0 units spent" in said


def test_a_board_has_its_scenes_in_the_order_of_the_story(visitor: Visitor, stage: dict[str, Any]) -> None:
    """By number and not as they were opened, each with its cast, its newest take and how far it is."""
    html = visitor.get(f"/console/productions/{stage['production']}").text
    said = words(html)
    places = [said.index(name) for name in ("The door", "The café", "The street")]
    assert places == sorted(places)
    here = said[places[1] : places[2]]
    assert "3 takes to judge" in here
    assert "Mina" in here
    assert "2 planned shots, 3 takes, 0 approved" in here
    assert f"/v1/clips/{stage['last']}/content" in html


def test_a_board_goes_on_where_its_page_ends(visitor: Visitor, stage: dict[str, Any]) -> None:
    """No scene is left out or shown twice, whatever the order they were opened in."""
    address, found = f"/console/productions/{stage['production']}?limit=1", []
    while address:
        html = visitor.get(address).text
        found += re.findall(r"<h3><span.*?<a href=\"/console/scenes/([^\"]+)", html)
        following = re.search(r'rel="next" href="([^"]+)"', html)
        address = unescape(following[1]) if following else ""
    assert found == [stage["before"], stage["scene"], stage["after"]]


def test_a_strip_says_what_was_carried_over_and_what_changed(visitor: Visitor, stage: dict[str, Any]) -> None:
    """Against the clip before it; where a clip continues another, against that one, though it is of another scene."""
    html = visitor.get(at(stage)).text
    first, second = (piece(html, clip) for clip in stage["clips"])
    assert "the first clip" in first
    assert "Carried over: cast, look, framing" in second
    assert "Changed" not in second
    third = piece(html, stage["last"])
    assert "Mina is not in it" in third
    assert "framing: close-up, was wide shot" in third
    other = piece(visitor.get(f"/console/scenes/{stage['after']}").text, stage["following"])
    assert "continues" in other
    assert "Carried over: cast, look, framing" in other


def test_a_record_is_set_right_and_the_strip_follows(
    visitor: Visitor, stage: dict[str, Any], service: Served
) -> None:
    """A look and a framing by the newest word; the record says who set it right and how it was."""
    clip, mina = stage["clips"][1], stage["who"]["Mina"]
    items = service.get(f"/v1/scenes/{stage['scene']}/continuity").json()["items"]
    place = next(one["position"] for one in items if one["record"]["clip"] == clip)
    to = f"POST /v1/scenes/{stage['scene']}/continuity/{place}/correct"
    said = {f"looks.{mina}": "winter", "framing": "", "reason": "she wears the coat"}
    told = visitor.send(at(stage, "records", str(place)), to, said)
    assert told.headers["location"] == at(stage, "records", str(place)), told.text
    shown = piece(visitor.get(at(stage)).text, clip)
    assert "look of Mina: winter, was as introduced" in shown
    assert "she wears the coat" in words(visitor.get(told.headers["location"]).text)
    again = {f"looks.{mina}:null": "on", "reason": "she does not"}
    assert visitor.send(at(stage, "records", str(place)), to, again).status_code == 303
    assert "look of Mina" not in piece(visitor.get(at(stage)).text, clip)


def test_a_take_is_judged_beside_the_others(visitor: Visitor, stage: dict[str, Any], service: Served) -> None:
    """Approved, taken back, and turned down: sync on a wide framing only with the reason that the guide asks for."""
    shot, clip = at(stage, "shots", stage["shots"][0]), stage["clips"][0]
    to = f"POST /v1/clips/{clip}/"
    assert visitor.send(shot, f"{to}approve", {"note": "the look"}).headers["location"] == shot
    assert "Approved by tester" in words(visitor.get(shot).text)
    assert visitor.send(shot, f"{to}withdraw-approval", {"reason": "the other one"}).status_code == 303
    complaint = {"cause": "sync_failure", "reason": "the lips lag", "accept.W601": ""}
    asked = visitor.send(shot, f"{to}reject", complaint)
    assert asked.status_code == 422
    assert "W601" in asked.text
    assert service.get(f"/v1/clips/{clip}").json()["verdict"] is None
    assert (
        visitor.send(shot, f"{to}reject", {**complaint, "accept.W601": "read from the crop"}).status_code
        == 303
    )
    assert service.get(f"/v1/clips/{clip}").json()["verdict"]["cause"] == "sync_failure"


def test_a_note_is_at_its_moment(visitor: Visitor, stage: dict[str, Any], service: Served) -> None:
    """Seconds as they are typed are microseconds of the log, and lead into the footage."""
    takes, clip = at(stage, f"takes?clip={stage['last']}"), stage["last"]
    told = visitor.send(takes, f"POST /v1/clips/{clip}/notes", {"text": "a cut", "at_us:seconds": "1.25"})
    assert told.headers["location"] == takes, told.text
    [note] = service.get(f"/v1/clips/{clip}/notes").json()["items"]
    assert (note["text"], note["at_us"]) == ("a cut", 1_250_000)
    assert f"/v1/clips/{clip}/content#t=1.25" in visitor.get(takes).text


def test_takes_of_one_scene_are_compared(visitor: Visitor, stage: dict[str, Any]) -> None:
    """Those that are ticked and no other; a clip of another scene is not among them."""
    chosen = visitor.get(at(stage, f"takes?clip={stage['clips'][1]}&clip={stage['last']}")).text
    assert re.findall(r'data-take="([^"]+)"', chosen) == [stage["clips"][1], stage["last"]]
    assert visitor.get(at(stage, f"takes?clip={stage['following']}")).status_code == 404
    assert visitor.get(at(stage, "shots", f"shot_{'0' * 26}")).status_code == 404


def test_a_scene_is_made_ready_from_its_page(
    visitor: Visitor, production: str, stage: dict[str, Any], service: Served
) -> None:
    """Opened, cast, pinned, released, planned, dropped, continued from another scene, described and closed."""
    board = f"/console/productions/{production}"
    opened = {"production": production, "name": "The roof", "episode:number": "2", "number:number": "1"}
    here = visitor.send(board, "POST /v1/scenes", opened).headers["location"]
    v1, mina = f"/v1/scenes/{here.rpartition('/')[2]}", stage["who"]["Mina"]

    def done(to: str, fields: Any = None) -> dict[str, Any]:
        told = visitor.send(here, to, fields)
        assert told.headers.get("location") == here, told.text
        card: dict[str, Any] = service.get(v1).json()
        return card

    done(f"POST {v1}/cast", {"character": mina})
    [pin] = done(f"POST {v1}/pins", {"character": mina, "look": "winter", "version:number": ""})["pins"]
    assert (pin["character"], pin["look"]) == (mina, "winter")
    service.change("PATCH", f"/v1/characters/{mina}", {"description": "older"})
    assert "Behind: now version" in words(visitor.get(here).text)
    assert not done(f"POST {v1}/pins/{mina}/move")["pins"][0]["behind"]
    assert done(f"DELETE {v1}/pins/{mina}")["pins"] == []
    assert done(f"DELETE {v1}/cast?character={mina}")["cast"] == []
    [shot] = done(f"POST {v1}/shots", {"action": "A cup tips over.", "framing": "close-up"})["shots"]
    assert done(f"DELETE {v1}/shots/{shot['id']}", {"reason": "too dear"})["shots"] == []
    happened = [one["body"] for one in service.get(f"/v1/events?stream={v1[11:]}").json()["items"]]
    assert happened[-1]["reason"] == "too dear"
    assert (
        done(f"POST {v1}/continue-from", {"clip": stage["following"]})["continued_from"] == stage["following"]
    )
    assert "a clip of The street" in words(visitor.get(here).text)
    assert done(f"PATCH {v1}", {"name": "A roof", "setting:kept": ""})["name"] == "A roof"
    assert "ask for a clip" in words(visitor.get(here).text)
    assert done(f"POST {v1}/close", {"reason": "filmed"})["closed"]
    over = visitor.get(here).text.partition("<main")[2]
    assert "<form" not in over
    assert "ask for a clip" not in words(over)


def test_a_scene_says_what_became_stale(
    visitor: Visitor, service: Served, production: str, account: str
) -> None:
    """An element whose picture is no longer the character's, with the cause in words, beside who it shows."""
    who = service.made("/v1/characters", {"depicts": "fictional", "name": "Ara"})["id"]
    picture = service.upload(png(720, 720)).json()["id"]
    service.made(f"/v1/characters/{who}/references", {"asset": picture, "role": "frontal"})
    service.change("PATCH", f"/v1/assets/{picture}", {"label": "Ara at noon"})
    registry, studio = service.continuity.registry, service.continuity.studio
    element, paid = registry.make_id("element"), registry.make_id("submission")
    asked: Any = example("ElementMintRequested", production=None, remint_of=None, estimate_units="0")
    inputs = asked.inputs.model_copy(
        update={"character": who, "look": None, "frontal": picture, "views": (), "voice": None}
    )
    minted = asked.model_copy(update={"inputs": inputs, "account": account})
    for command in (
        MintElement(stream=element, requested=minted),
        OpenMint(stream=element, submission=paid),
        EndMint(stream=element, outcome="delivered", made_id="77", submission=paid),
    ):
        registry.handle(studio, [command], context=Context("worker"))
    scene = service.made("/v1/scenes", {"production": production, "name": "Noon", "number": 70})["id"]
    service.made(f"/v1/scenes/{scene}/cast", {"character": who})
    assert "Stale" not in words(visitor.get(f"/console/scenes/{scene}").text)
    gone = f"/v1/characters/{who}/references?asset={picture}&role=frontal"
    assert service.change("DELETE", gone).status_code == 200
    said = words(visitor.get(f"/console/scenes/{scene}").text)
    assert "Stale: Kling element 77, because Ara at noon no longer shows Ara as introduced" in said


def test_footage_from_elsewhere_stands_in_the_strip(
    visitor: Visitor, service: Served, stage: dict[str, Any]
) -> None:
    """On its adopter's word, beside the clips that were made here, which are held against it; there is no record to set right."""
    told = {"production": stage["production"], "name": "Harbour", "number": 60}
    scene, mina = service.made("/v1/scenes", told)["id"], stage["who"]["Mina"]
    content = film(shots(count=8))
    clip = adopted(service, content, scene=scene, label="The harbour", characters=mina)["id"]
    after = take(service, scene, cast=stage["who"].values())
    html = visitor.get(f"/console/scenes/{scene}").text
    assert "footage from elsewhere The harbour, Mina" in piece(html, clip)
    assert "Jun comes in" in piece(html, after)
    place = service.get(f"/v1/scenes/{scene}/continuity").json()["items"][0]["position"]
    led = visitor.get(f"/console/scenes/{scene}/records/{place}")
    assert led.headers["location"] == f"/console/clips/{clip}"
    assert f'data-take="{clip}"' in visitor.get(f"/console/scenes/{scene}/takes").text


def test_a_key_for_one_production_sees_nothing_of_another(
    service: Served, stage: dict[str, Any], account: str
) -> None:
    """What a scene continues, and what its clips are held against, may be of a production that the key does not open."""
    show = service.made("/v1/productions", {"name": "Spin-off", "account": account})["id"]
    scene = service.made("/v1/scenes", {"production": show, "name": "Years later"})["id"]
    service.made(f"/v1/scenes/{scene}/continue-from", {"clip": stage["last"]})
    clip = take(service, scene, cast=[stage["who"]["Mina"]], parents=(stage["last"],))
    told = {"holder": "guest", "roles": ["reader"], "productions": [show]}
    key = service.made("/v1/keys", told)["key"]
    address = f"/console/scenes/{scene}"
    with visiting(service, key) as guest, visiting(service) as crew:
        whole, part = crew.get(address).text, guest.get(address).text
        assert "a clip of The café" in words(whole)
        assert "Jun is not in it" in piece(whole, clip)
        assert "The café" not in part
        assert "Jun" not in part
        assert guest.get(at(stage)).status_code == 404
        assert guest.get(f"/console/productions/{stage['production']}").status_code == 404
        assert 'method="post"' not in part.partition("<main")[2]


def test_a_budget_is_set_and_lifted(visitor: Visitor, production: str, service: Served) -> None:
    """And the board says what is left of it."""
    board, to = f"/console/productions/{production}", f"PUT /v1/productions/{production}/budget"
    assert visitor.send(board, to, {"units": "60"}).status_code == 303
    assert "60 units left of 60 units" in words(visitor.get(board).text)
    assert visitor.send(board, to, {"units:null": ""}).status_code == 303
    assert service.get(f"/v1/productions/{production}").json()["budget_units"] is None


def loaded(visitor: Visitor, html: str) -> int:
    """The bytes of the styles and scripts that a page asks for, and of what those scripts import."""
    linked = re.findall(r'(?:href|src)="(/console/static/[^"]+\.(?:css|js|svg))"', html)
    seen, size = set[str](), 0
    while linked:
        if (address := linked.pop()) not in seen:
            seen.add(address)
            answer = visitor.get(address)
            assert answer.status_code == 200
            size += len(answer.content)
            linked += [
                urljoin(address, one) for one in re.findall(r'(?:from|import) "(\./[^"]+)"', answer.text)
            ]
    assert {one.rpartition(".")[2] for one in seen} == {"css", "js", "svg"}
    return size


def test_a_long_scene_is_light(visitor: Visitor, stage: dict[str, Any], service: Served) -> None:
    """With 200 clips all that is no picture is under 300 kB: the page, and the styles and scripts that it loads, unpacked.

    Every clip is on one page of the strip, and each is held against the last.
    """
    scene = service.made("/v1/scenes", {"production": stage["production"], "name": "Long", "number": 90})[
        "id"
    ]
    clips = [take(service, scene, cast=stage["who"].values()) for _ in range(200)]
    address, shown = f"/console/scenes/{scene}", list[str]()
    while address:
        html = visitor.get(address).text
        assert len(html.encode()) + loaded(visitor, html) < 300_000
        shown = re.findall(r'id="clip-([^"]+)"', html) + shown
        earlier = re.search(r'rel="prev" href="([^"]+)"', html)
        address = unescape(earlier[1]) if earlier else ""
        assert ("the first clip" in html) == (not address)
    assert shown == clips
