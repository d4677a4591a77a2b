"""Characters, their pictures, looks, voices and elements, on pages: what a team does with its people by clicking alone."""

from __future__ import annotations

import io
import re
import wave
from html import unescape
from itertools import count
from typing import Any

import pytest

from api.auth import issue_key
from registry.deciders.voice import MintVoice
from registry.events.envelope import Context
from registry.events.voice import VoiceMintRequested
from tests.api.console.browsing import Visitor, visiting
from tests.api.served.serving import Served, png, problem
from tests.registry.events.golden import example

_IDS = count(880_000_001)


@pytest.fixture
def mina(service: Served) -> str:
    """A character with a frontal picture."""
    who = str(
        service.made("/v1/characters", {"name": "Mina", "aliases": ["barista"], "depicts": "fictional"})["id"]
    )
    face = service.upload(png(), params={"label": "the frontal of them"}).json()["id"]
    service.made(f"/v1/characters/{who}/references", {"asset": face, "role": "frontal"})
    return who


def shown(visitor: Visitor, path: str) -> str:
    """The page, whole."""
    told = visitor.get(path)
    assert told.status_code == 200, told.text
    return told.text


def section(page: str, name: str) -> str:
    """What stands in the section of a page that is labelled so."""
    return page.split(f'aria-labelledby="{name}"', 1)[1].split("</section>", 1)[0]


def test_two_people_are_brought_in_by_clicking(visitor: Visitor, service: Served) -> None:
    """A picture first, then whom it shows, then as what it stands: three forms, one after another, without a script."""
    for name in ("Hana", "Teo"):
        picture = png(512, 512)
        told = visitor.upload("/console/characters", picture, label=f"{name}, frontal")
        assert told.status_code == 303, told.text
        waiting = told.headers["location"].partition("#")[0]
        assert "within Kling" in shown(visitor, waiting)
        fields = {
            "name": name,
            "kind": "person",
            "depicts": "fictional",
            "aliases:lines": "",
            "description": "",
        }
        then = visitor.send(waiting, "POST /v1/characters", fields).headers["location"].partition("#")[0]
        character = re.search("character_[0-9a-z]{26}", then)[0]  # type: ignore[index]
        offered = section(shown(visitor, then), "offered")
        asset = re.search(r'name="asset" value="(\w+)"', offered)[1]  # type: ignore[index]
        stands = {"asset": asset, "role": "frontal", "look": ""}
        last = visitor.send(then, f"POST /v1/characters/{character}/references", stands)
        assert last.headers["location"] == f"/console/characters/{character}"
        assert service.get(f"/v1/assets/{asset}/content").content == picture
        assert f'alt="{name}, frontal"' in shown(visitor, last.headers["location"])


def test_limits_are_told_before_and_findings_after(visitor: Visitor) -> None:
    """What Kling takes stands beside the form; what is wrong with a picture stands beside the picture."""
    assert "at least 300 px on each side" in shown(visitor, "/console/assets")
    kept = visitor.upload("/console/assets", png(200, 900)).headers["location"]
    told = section(shown(visitor, kept), "limits-say")
    assert told.count("Not allowed") == 2
    assert "200" in told
    assert "900" in told


def test_a_file_of_no_kind_is_refused_with_what_to_do(visitor: Visitor) -> None:
    """As a page without a script, and as the problem itself for the script that shows it beside the file."""
    told = visitor.upload("/console/assets", b"not a picture at all \x00", kind="image/png")
    assert told.status_code == 422
    assert "What to do" in told.text
    headers = {**visitor._cookie(), "Sec-Fetch-Site": "same-origin", "Idempotency-Key": "bad-file"}
    files = {"file": ("a.png", b"not a picture at all \x00", "image/png")}
    document = visitor.http.post("/console/v1/assets", files=files, headers=headers).json()
    assert document["hint"]
    assert unescape(document["hint"]) in unescape(told.text)


def test_somebody_is_found_by_a_part_of_a_name(visitor: Visitor, mina: str) -> None:
    """Names and aliases, in any case; a sign of the database's own is a sign like any other."""
    assert mina in shown(visitor, "/console/characters?name=ARIST")
    for wrong in ("%25", "_", "nobody"):
        assert "Nobody is called so" in shown(visitor, f"/console/characters?name={wrong}")


def test_looks_stand_side_by_side(visitor: Visitor, service: Served, mina: str) -> None:
    """A look is defined, said anew, retired; a picture stands in it and is withdrawn from it, though its name has a space."""
    here, to = f"/console/characters/{mina}", f"POST /v1/characters/{mina}/looks"
    visitor.send(
        here,
        to,
        {"look": "winter coat & hat", "wardrobe:kept": "grey wool", "styling:kept": "", "age:kept": ""},
    )
    page = shown(visitor, here)
    assert "grey wool" in page
    face = service.get(f"/v1/characters/{mina}").json()["references"][0]["asset"]
    reference = {"asset": face, "role": "profile", "look": "winter coat & hat"}
    assert visitor.send(here, f"POST /v1/characters/{mina}/references", reference).status_code == 303
    taken = (
        f"DELETE /v1/characters/{mina}/references?asset={face}&role=profile&look=winter%20coat%20%26%20hat"
    )
    assert visitor.send(here, taken).status_code == 303
    left = service.get(f"/v1/characters/{mina}").json()
    assert [one["look"] for one in left["references"]] == [None]
    retire = f"POST /v1/characters/{mina}/looks/winter%20coat%20%26%20hat/retire"
    assert visitor.send(here, retire, {"reason": "spring"}).status_code == 303
    assert service.get(f"/v1/characters/{mina}").json()["looks"][0]["retired"]


def test_names_are_changed_as_they_were_seen(visitor: Visitor, service: Served, mina: str) -> None:
    """Aliases can be taken away; who was overtaken by somebody is told so."""
    here, to = f"/console/characters/{mina}", f"PATCH /v1/characters/{mina}"
    old = shown(visitor, here)
    fields = {"name": "Mina Seo", "aliases:whole": "", "description:kept": ""}
    assert visitor.send(here, to, fields).status_code == 303
    card = service.get(f"/v1/characters/{mina}").json()
    assert (card["name"], card["aliases"]) == ("Mina Seo", [])
    form = next(one for one in re.findall(r'action="(/console/do\?[^"]*)"', old) if "PATCH" in one)
    assert visitor.post(unescape(form), fields | {"name": "Late"}).status_code == 412


def test_a_voice_is_adopted_and_spoken_with(
    visitor: Visitor, service: Served, account: str, mina: str
) -> None:
    """It is one of the character's first; then the character speaks with it, and then with none."""
    here = f"/console/characters/{mina}"
    adopted = {
        "character": mina,
        "voice_id": f"voice-{next(_IDS)}",
        "account": account,
        "name": "Low",
        "attested_by": "",
    }
    assert visitor.send(f"{here}/voice", "POST /v1/voices", adopted).headers["location"] == f"{here}#voice"
    page = section(shown(visitor, here), "voice")
    assert "No recording of it is kept here" in page
    voice = re.search(r'name="voice" value="(\w+)"', page)[1]  # type: ignore[index]
    to = f"POST /v1/characters/{mina}/voice"
    visitor.send(here, to, {"voice": voice})
    assert "speaks with it" in section(shown(visitor, here), "voice")
    visitor.send(here, to, {"voice:null": ""})
    assert service.get(f"/v1/characters/{mina}").json()["voice"] is None


def test_a_voice_is_heard_from_its_recording(
    visitor: Visitor, service: Served, account: str, mina: str
) -> None:
    """What it was made from is kept here and plays here; Kling's own sample is a link, and only one that is safe to follow."""
    sound = sound_of(6)
    recording = service.upload(sound, headers={"Content-Type": "audio/wav"}).json()["id"]
    voice = service.continuity.registry.make_id("voice")
    inputs = {"character": mina, "recording": recording, "clip": None}
    said = {"account": account, "inputs": inputs, "production": None, "remint_of": None}
    requested = example("VoiceMintRequested", **said)
    assert isinstance(requested, VoiceMintRequested)
    command = MintVoice(stream=voice, requested=requested)
    registry, studio = service.continuity.registry, service.continuity.studio
    registry.handle(studio, [command], context=Context(actor="tester"))
    page = section(shown(visitor, f"/console/characters/{mina}"), "voice")
    source = re.search(r'<audio src="([^"]+)"', page)[1]  # type: ignore[index]
    assert visitor.get(source).content == sound
    part = visitor.get(source, Range="bytes=0-9")
    assert (part.status_code, part.content) == (206, sound[:10])
    assert "<audio" in shown(visitor, f"/console/characters/{mina}/voice?recording={recording}")


def sound_of(seconds: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(b"\x00\x10" * 8_000 * seconds)
    return out.getvalue()


def test_what_kling_does_not_say_is_told(visitor: Visitor, account: str, mina: str) -> None:
    """Its voices are asked for when somebody wants to see them; that it does not answer is no broken page."""
    assert "does not list its voices" in shown(visitor, f"/console/characters/{mina}/voice?listed={account}")


def test_an_element_is_seen_before_it_is_paid(
    visitor: Visitor, service: Served, account: str, mina: str
) -> None:
    """Its price, what speaks against it, and what would be sent; approved, it is what was previewed."""
    here, before = f"/console/characters/{mina}", service.position()
    page = shown(visitor, f"{here}/element?account={account}")
    assert "cannot be sent" in page  # one picture is too few
    assert 'POST+%2Fv1%2Felements"' not in page
    assert service.position() == before
    side = service.upload(png(512, 512)).json()["id"]
    service.made(f"/v1/characters/{mina}/references", {"asset": side, "role": "profile"})
    page = shown(visitor, f"{here}/element?account={account}&name=Mina%20two")
    assert "can be sent" in page
    assert side in section(page, "preview")
    wanted = {"character": mina, "account": account, "name": "Mina two"}
    told = visitor.send(f"{here}/element?account={account}&name=Mina%20two", "POST /v1/elements", wanted)
    assert told.headers["location"] == f"{here}#elements"
    assert "being made" in section(shown(visitor, here), "elements")


def test_an_element_is_adopted_made_anew_and_retired(
    visitor: Visitor, service: Served, account: str, mina: str
) -> None:
    """The account it lives on is named; in its place another is asked for, with a reason; then nothing new stands on it."""
    here, number = f"/console/characters/{mina}", next(_IDS)
    adopted = {"character": mina, "element_id:number": str(number), "account": account}
    form = shown(visitor, f"{here}/element")
    assert visitor.send(f"{here}/element", "POST /v1/elements", adopted).status_code == 303, form
    element = service.get(f"/v1/characters/{mina}/elements").json()["items"][0]["id"]
    page = section(shown(visitor, here), "elements")
    assert str(number) in page
    assert "main" in page
    side = service.upload(png(512, 512)).json()["id"]
    service.made(f"/v1/characters/{mina}/references", {"asset": side, "role": "profile"})
    anew = {"account": account, "reason": "deleted at Kling"}
    again = visitor.send(f"{here}/element?remint={element}", f"POST /v1/elements/{element}/remint", anew)
    assert again.status_code == 303, again.text
    visitor.send(here, f"POST /v1/elements/{element}/retire", {"reason": "a new one is there"})
    states = {
        one["id"]: one["state"] for one in service.get(f"/v1/characters/{mina}/elements").json()["items"]
    }
    assert states.pop(element) == "retired"
    assert list(states.values()) == ["minting"]


def test_who_used_it_and_what_happened(visitor: Visitor, service: Served, production: str, mina: str) -> None:
    """Scenes by name, events with who did them; a key of single productions is told of neither the one nor others'."""
    scene = service.made("/v1/scenes", {"production": production, "name": "The last seat"})["id"]
    assert service.post(f"/v1/scenes/{scene}/cast", {"character": mina}).status_code == 200
    page = shown(visitor, f"/console/characters/{mina}")
    assert "The last seat" in section(page, "used")
    history = section(page, "history")
    assert "tester" in history
    assert "the frontal of them shows the character" in re.sub(r"<[^>]*>", "", history)
    said = {"holder": "guest", "roles": ["reader"], "productions": [production]}
    with visiting(service, service.post("/v1/keys", said).json()["key"]) as guest:
        assert "The last seat" not in shown(guest, f"/console/characters/{mina}")


def test_a_page_offers_what_one_may_do(service: Served, mina: str) -> None:
    """Who reads finds no form; each role finds its own."""
    registry, studio = service.continuity.registry, service.continuity.studio
    found: dict[str, set[str]] = {}
    for role in ("reader", "asset_writer", "submitter", "consent_officer"):
        key = issue_key(registry, studio, role, roles=(role,))
        with visiting(service, key) as somebody:
            page = shown(somebody, f"/console/characters/{mina}")
        forms = re.findall(r'action="/console/do\?to=(\w+)\+[^"]*?%2F(\w+)(?:%3F|&)', page)
        found[role] = {place for _, place in forms}
    assert found["reader"] == found["submitter"] == set()
    assert found["consent_officer"] == {"declare"}
    assert "declare" not in found["asset_writer"]
    assert {"references", "looks", "retire", "assets"} <= found["asset_writer"]


def test_who_is_retired_is_cast_no_more(visitor: Visitor, service: Served, mina: str) -> None:
    """The page says so, and offers no more to be done with them."""
    here = f"/console/characters/{mina}"
    visitor.send(here, f"POST /v1/characters/{mina}/retire", {"reason": "written out"})
    assert service.get(f"/v1/characters/{mina}").json()["retired"]
    page = shown(visitor, here)
    assert "retired" in page
    assert "written out" in section(page, "history")
    assert f"%2Fv1%2Fcharacters%2F{mina}%2Freferences" not in page


def test_texts_of_people_are_text(visitor: Visitor, service: Served) -> None:
    """A name that is markup is shown as it is written, wherever it stands."""
    name: Any = "<script>alert(1)</script>\"'"
    who = service.made("/v1/characters", {"name": name, "depicts": "fictional", "description": name})["id"]
    service.upload(png(), params={"label": name})
    for path in (
        f"characters/{who}",
        "characters",
        f"characters/{who}/element",
        f"characters/{who}/voice",
        "assets",
    ):
        assert "<script>alert" not in shown(visitor, f"/console/{path}"), path
    problem(visitor.get(f"/console/v1/characters/{who}x"), 404, "not-found")
