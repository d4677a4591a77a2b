"""Asking for a clip on a page: what is seen before anything is asked for, and that nothing else is asked for than was seen."""

from __future__ import annotations

from typing import Any

import pytest

from api.auth import issue_key
from tests.api.console.browsing import Visitor, visiting
from tests.api.console.filling import Fields, Filled, filled
from tests.api.served.serving import Served, png, problem

ACTION = "A lantern drifts <over> a river."


@pytest.fixture(scope="module")
def scene(service: Served, production: str) -> str:
    """A scene by the river, with Mina, who has a picture and a winter look."""
    opened = service.made(
        "/v1/scenes", {"production": production, "name": "River", "number": 1, "episode": 1}
    )
    mina = service.made("/v1/characters", {"name": "Mina", "aliases": ["the girl"], "depicts": "fictional"})[
        "id"
    ]
    asset = service.upload(png()).json()["id"]
    service.made(f"/v1/characters/{mina}/references", {"asset": asset, "role": "frontal"})
    service.made(f"/v1/scenes/{opened['id']}/cast", {"character": mina})
    return str(opened["id"])


def form(visitor: Visitor, scene: str, **said: str) -> Filled:
    answer = visitor.get(f"/console/ask?scene={scene}")
    assert answer.status_code == 200, answer.text
    typed = filled(answer.text)
    typed.fields = typed.with_({"cast.0.character": "", "action": ACTION, **said})
    return typed


def looked(visitor: Visitor, typed: Fields) -> Filled:
    """The page that comes by the button Preview."""
    answer = visitor.post("/console/ask", typed)
    assert answer.status_code == 200, answer.text
    return filled(answer.text)


def asked(service: Served) -> int:
    return len(service.get("/v1/generations?limit=500").json()["items"])


def test_the_form_offers_the_scenes_people(visitor: Visitor, scene: str) -> None:
    """Whoever plays there is ticked; without a scene it is asked for first."""
    typed = filled(visitor.get(f"/console/ask?scene={scene}").text)
    [who] = typed.says("cast.0.character")
    assert who.startswith("character_")
    assert f'value="{scene}"' in visitor.get("/console/ask").text


def test_an_address_of_a_planned_shot_shows_its_preview(
    visitor: Visitor, service: Served, scene: str
) -> None:
    """Also to who typed it, or follows a link of another site: looking asks for nothing."""
    shots = service.made(f"/v1/scenes/{scene}/shots", {"action": ACTION})["shots"]
    before, address = service.position(), f"/console/ask?scene={scene}&shot={shots[-1]['id']}"
    for come_from in ("none", "cross-site", "same-origin"):
        answer = visitor.get(address, **{"Sec-Fetch-Site": come_from})
        assert "data-said" in answer.text
        assert "not from a page" not in answer.text
    assert service.position() == before


def test_a_preview_shows_everything_and_writes_nothing(visitor: Visitor, service: Served, scene: str) -> None:
    """Pattern, prompt, payload and price, as a part of the page and as a page; what was typed is there and nowhere markup."""
    before, typed = service.position(), form(visitor, scene).fields
    part = visitor.post("/console/ask/preview", typed)
    whole = visitor.post("/console/ask", typed)
    for answer in (part, whole):
        assert answer.status_code == 200
        for seen in (
            "It can be sent: 3 units",
            "text2video: Text alone",
            "Everything that is sent",
            "0.42 US dollars",
        ):
            assert seen in answer.text
        assert "<over>" not in answer.text
    assert "<main" not in part.text
    assert filled(whole.text).says("action") == [ACTION]
    assert service.position() == before


def test_what_is_wrong_with_a_form_is_told_beside_it(visitor: Visitor, scene: str) -> None:
    """A malformed request is a preview too: every place in film words, gaps beside it, and all that was typed stays."""
    typed = form(
        visitor, scene, **{"duration:number": "long", "takes:number": "11", "cast.0.character": "Nobody"}
    )
    answer = visitor.post("/console/ask", typed.fields)
    assert answer.status_code == 200
    for seen in ('href="#f-duration">Length', 'href="#f-takes">Takes', "E401", "3 things stand against it"):
        assert seen in answer.text, seen
    assert filled(answer.text).says("duration") == ["long"]
    assert "go" not in filled(answer.text).buttons


def test_a_caution_is_answered_with_a_reason(visitor: Visitor, scene: str) -> None:
    """It names its field; a reason there makes it sendable, and stays while the caution is away."""
    typed = form(visitor, scene, mode="pro").fields
    page = looked(visitor, typed)
    assert ("accept.W201", "") in page.fields
    assert "go" not in page.buttons
    page = looked(visitor, page.with_({"accept.W201": "the client asked for it"}))
    assert "go" in page.buttons
    page = looked(visitor, page.with_({"mode": "std"}))
    assert page.says("ask.accept.W201") == ["the client asked for it"]
    assert looked(visitor, page.with_({"mode": "pro"})).says("accept.W201") == ["the client asked for it"]


def test_a_way_out_is_one_click(visitor: Visitor, scene: str) -> None:
    """What a finding names, where fields can say it, is a button that says it."""
    typed = form(visitor, scene, **{"duration:number": "20"}).fields
    answer = visitor.post("/console/ask", typed)
    assert 'name="ask.apply" value="duration=15"' in answer.text
    page = looked(visitor, [*typed, ("ask.apply", "duration=15")])
    assert page.says("duration") == ["15"]
    assert "go" in page.buttons


def test_who_does_not_play_in_the_scene_is_named(visitor: Visitor, service: Served, scene: str) -> None:
    """By name or alias, in a field of its own; a row with a face comes of it, and a name that means nobody stays."""
    service.made("/v1/characters", {"name": "Jun", "aliases": ["the boy"], "depicts": "fictional"})
    page = looked(
        visitor, form(visitor, scene, **{"cast.1.character": "The Boy", "cast.2.character": "Nobody"}).fields
    )
    assert page.says("cast.1.character")[0].startswith("character_")
    assert page.says("cast.2.character") == ["Nobody"]


def went(visitor: Visitor, page: Filled, fields: Fields | None = None) -> Any:
    return visitor.post(page.buttons["go"]["formaction"], page.fields if fields is None else fields)


def test_what_was_seen_is_asked_for_once(visitor: Visitor, service: Served, scene: str) -> None:
    """Under the digest of its plan and the name of who saw it, however often the button is pressed."""
    before = asked(service)
    page = looked(visitor, form(visitor, scene).fields)
    first, second = went(visitor, page), went(visitor, page)
    assert (first.status_code, second.headers["location"]) == (303, first.headers["location"])
    assert asked(service) == before + 1
    generation = first.headers["location"].rpartition("/")[2]
    card = service.get(f"/v1/generations/{generation}").json()
    assert card["request"]["plan_digest"] == card["plan_digest"] == dict(page.fields)["plan_digest"]
    assert card["request"]["accepted_by"] == "tester"
    assert ACTION.replace("<", "&lt;").replace(">", "&gt;") in visitor.get(first.headers["location"]).text


@pytest.mark.parametrize(
    "more", [{"takes:number": "9"}, {"plan_digest": ""}, {"ask.seen": ""}, {"approval:yes": "yes"}]
)
def test_what_was_not_seen_is_not_asked_for(
    visitor: Visitor, service: Served, scene: str, more: dict[str, str]
) -> None:
    """Another form than the preview was made of, or none: it is shown now, and nothing was asked for."""
    before, page = asked(service), looked(visitor, form(visitor, scene).fields)
    answer = went(visitor, page, page.with_(more))
    assert answer.status_code == 409
    assert "You changed something since" in answer.text
    assert "go" in filled(answer.text).buttons
    assert asked(service) == before


def test_another_plan_than_was_seen_is_shown_first(visitor: Visitor, service: Served, scene: str) -> None:
    """What changed elsewhere meanwhile changes the plan: nothing is asked for, and the plan of now is there to see."""
    page = looked(visitor, form(visitor, scene).fields)
    service.change("PATCH", f"/v1/scenes/{scene}", {"name": "River", "setting": "a river in the morning"})
    before, answer = asked(service), went(visitor, page)
    assert answer.status_code == 409
    assert "Look at it as it is now" in answer.text
    assert "a river in the morning" in answer.text
    assert asked(service) == before
    assert went(visitor, filled(answer.text)).status_code == 303


def test_asking_again_changes_what_was_asked(visitor: Visitor, service: Served, scene: str) -> None:
    """The form is filled as it was, the new request names the earlier one, and what was taken out is out."""
    first = went(visitor, looked(visitor, form(visitor, scene, framing="wide shot").fields)).headers[
        "location"
    ]
    earlier = first.rpartition("/")[2]
    service.post(f"/v1/generations/{earlier}/cancel", {"reason": "a test says so"})
    assert f"/console/ask?retry_of={earlier}" in visitor.get(first).text
    page = filled(visitor.get(f"/console/ask?retry_of={earlier}").text)
    assert (page.says("action"), page.says("framing")) == ([ACTION], ["wide shot"])
    again = went(visitor, looked(visitor, page.with_({"framing": "", "takes:number": "2"})))
    card = service.get(f"/v1{again.headers['location'].removeprefix('/console')}").json()
    assert (card["retry_of"], card["request"]["framing"], card["takes"]) == (earlier, None, 2)
    assert visitor.get(again.headers["location"]).text.count("<article") == 2


def test_a_planned_shot_fills_the_form(visitor: Visitor, service: Served, scene: str) -> None:
    """Its action and framing stand there, and the clip is to be a take of it."""
    planned = {"action": "She turns.", "framing": "close-up"}
    [*_, shot] = service.made(f"/v1/scenes/{scene}/shots", planned)["shots"]
    page = filled(visitor.get(f"/console/ask?scene={scene}&shot={shot['id']}").text)
    assert (page.says("shot"), page.says("action"), page.says("framing")) == (
        [shot["id"]],
        ["She turns."],
        ["close-up"],
    )


def test_who_may_only_look_is_told_so(service: Served, scene: str) -> None:
    """A preview for everybody, a button for who may ask, and a refusal for who presses none."""
    key = issue_key(service.continuity.registry, service.continuity.studio, "Eun", roles=("reader",))
    with visiting(service, key) as reader:
        answer = reader.post("/console/ask", form(reader, scene).fields)
        assert "Your key may look" in answer.text
        assert "go" not in filled(answer.text).buttons
        problem(reader.post("/console/ask/go?key=x", Accept="application/json"), 403, "role-missing")


def test_a_key_of_one_production_asks_in_no_other(service: Served, scene: str, account: str) -> None:
    """A scene elsewhere is not there, for the form, its preview and what is asked for."""
    other = service.made("/v1/productions", {"name": "Elsewhere", "account": account})["id"]
    asked = {"holder": "Eun", "roles": ["submitter"], "productions": [other]}
    with visiting(service, service.made("/v1/keys", asked)["key"]) as stranger:
        said = [("scene", scene), ("action", ACTION)]
        assert stranger.get(f"/console/ask?scene={scene}").status_code == 404
        for path in ("/console/ask", "/console/ask/preview", "/console/ask/go?key=x"):
            assert stranger.post(path, said).status_code == 404, path
