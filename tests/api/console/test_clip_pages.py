"""Clips as people look at them: what plays, what may be said of them, what proves them."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from api.auth import issue_key
from registry.events.studio import ROLES
from tests.api.console.browsing import FROM_HERE, Visitor, form_of, visiting
from tests.api.served.screening import take
from tests.api.served.serving import Served, png

Film = dict[str, str]


@pytest.fixture(scope="module")
def film(service: Served, production: str) -> Film:
    """A scene with a clip, another that goes on from it, and a character in both."""
    who = service.made("/v1/characters", {"name": "Mina", "depicts": "fictional"})["id"]
    scene = service.made("/v1/scenes", {"production": production, "name": "Café at dusk"})["id"]
    first = take(service, scene, cast=[who], content=b"one")
    second = take(service, scene, cast=[who], parents=(first,), content=b"two")
    return {"who": who, "scene": scene, "first": first, "second": second, "production": production}


def clip(service: Served, film: Film, content: bytes) -> str:
    """One more clip, to say something of."""
    return take(service, film["scene"], cast=[film["who"]], content=content)


def text_of(page: str) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


def test_clips_are_listed_and_narrowed(visitor: Visitor, service: Served, film: Film) -> None:
    """Newest first, by scene and by verdict; empty filters filter nothing, and what is in no production of a key is not there."""
    service.post(f"/v1/clips/{film['first']}/approve", {})
    whole = visitor.get("/console/clips?scene=&verdict=").text
    assert whole.index(film["second"]) < whole.index(film["first"])
    approved = visitor.get(f"/console/clips?scene={film['scene']}&verdict=approved").text
    assert film["first"] in approved
    assert film["second"] not in approved
    assert "No clip is like that" in visitor.get("/console/clips?verdict=rejected").text
    following = visitor.get("/console/clips?limit=1&sort=oldest").text
    assert 'rel="next"' in following


def test_a_clip_plays_in_parts(visitor: Visitor, film: Film) -> None:
    """The poster comes first, the footage is at an address that browsers keep, and answers ranges."""
    page = visitor.get(f"/console/clips/{film['second']}").text
    [source] = re.findall(r'<video[^>]* src="([^"]*)"', page)
    assert re.search(r'<video[^>]* poster="[^"]*/poster"', page)
    part = visitor.get(source, Range="bytes=1-2")
    assert (part.status_code, part.content) == (206, b"wo")
    assert 'src="' + source + "#t=1.25" in visitor.get(f"/console/clips/{film['second']}?t=1250000").text


def test_a_clip_says_where_it_is_from_and_leads_on(visitor: Visitor, film: Film) -> None:
    """Its scene, its cast, its parent, every event with who did it, what to download, and where to go on."""
    page = visitor.get(f"/console/clips/{film['second']}").text
    for way in (
        f"/console/scenes/{film['scene']}",
        f"/console/characters/{film['who']}",
        f"/console/clips/{film['first']}",
        f"/console/ask?continue_from={film['second']}",
        f"/console/v1/clips/{film['second']}/provenance?format=prov",
        f"/console/v1/clips/{film['second']}/lineage?format=mermaid",
    ):
        assert f'href="{way}"' in page, way
    assert "The clip was recorded" in text_of(page)
    told = visitor.get(f"/console/v1/clips/{film['second']}/provenance?format=openlineage")
    assert told.status_code == 200


def test_a_verdict_is_said_and_taken_back(visitor: Visitor, service: Served, film: Film) -> None:
    """Approved, withdrawn, rejected with its cause: each form is there when it may be used, and the page says who spoke."""
    mine = clip(service, film, b"three")
    at, to = f"/console/clips/{mine}", f"POST /v1/clips/{mine}"
    assert visitor.send(at, f"{to}/approve", {"note": "the look"}).headers["location"] == at
    assert "Approved by tester" in text_of(visitor.get(at).text)
    assert visitor.send(at, f"{to}/withdraw-approval", {"reason": "the other one"}).status_code == 303
    said = {"cause": "identity_drift", "reason": "her face changes", "accept.W601": ""}
    assert visitor.send(at, f"{to}/reject", said).status_code == 303
    assert service.get(f"/v1/clips/{mine}").json()["verdict"]["cause"] == "identity_drift"
    assert "Rejected: identity drift" in text_of(visitor.get(at).text)


def test_a_note_leads_to_its_time(visitor: Visitor, film: Film) -> None:
    """Typed as seconds, kept as microseconds, shown as a time code that is a link."""
    at = f"/console/clips/{film['first']}"
    said = {"text": "she blinks", "at_us:seconds": "1.25"}
    assert visitor.send(at, f"POST /v1/clips/{film['first']}/notes", said).status_code == 303
    page = visitor.get(at).text
    assert 'href="?t=1250000#footage" data-at="1250000"' in page
    assert "she blinks tester" in text_of(page)


def test_a_withdrawn_clip_says_so_and_an_erased_one_does_not_play(
    visitor: Visitor, service: Served, film: Film
) -> None:
    """A withdrawn one is still looked at, and nothing goes on from it; of an erased one the record is left."""
    mine = clip(service, film, b"four")
    at = f"/console/clips/{mine}"
    assert visitor.send(at, f"POST /v1/clips/{mine}/withdraw", {"reason": "mistaken"}).status_code == 303
    page = visitor.get(at).text
    assert "not to be used any more" in page
    assert "<video" in page
    assert "continue_from" not in page
    said = {"decision": "erase", "reason": "asked for"}
    assert service.post(f"/v1/clips/{mine}/decide", said).status_code == 200
    page = visitor.get(at).text
    assert "The footage was erased" in page
    assert "<video" not in page
    assert visitor.get("/console/clips").status_code == 200
    assert "only the receipt was checked" in visitor.post(f"{at}/receipt").text


def outcomes(page: str) -> list[str]:
    return re.findall(r'<li><span class="mark [^"]*">([^<]*)</span>', page)


def test_a_receipt_is_really_verified(visitor: Visitor, service: Served, film: Film) -> None:
    """Every step is shown with its outcome; bytes that were changed in the store are told from those that were recorded."""
    mine = clip(service, film, b"five")
    page = visitor.post(f"/console/clips/{mine}/receipt").text
    assert outcomes(page) == ["holds"] * 5
    assert "It holds" in page
    stored = service.get(f"/v1/clips/{mine}").json()["stored"]
    blobs = service.continuity.blobs
    blobs.delete(stored["key"])
    blobs.put(stored["key"], [b"nine"], content_type=stored["media_type"])
    page = visitor.post(f"/console/clips/{mine}/receipt").text
    assert outcomes(page) == [*["holds"] * 4, "refuted"]
    assert "does not hold" in page


def test_a_receipt_file_is_verified(visitor: Visitor, service: Served, film: Film) -> None:
    """By anybody who hands it in: whole it holds, with another file it does not, changed it is refuted where it was changed."""
    receipt = service.get(f"/v1/clips/{film['first']}/receipt").content
    digest = service.get(f"/v1/clips/{film['first']}").json()["stored"]["sha256"]
    said = json.loads(receipt)
    said["events"][0]["actor"] = "key_of_somebody_else"
    changed = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert outcomes(handed_in(visitor, receipt)) == [*["holds"] * 4, "not asked"]
    assert outcomes(handed_in(visitor, receipt, digest)) == ["holds"] * 5
    assert outcomes(handed_in(visitor, receipt, "0" * 64)) == [*["holds"] * 4, "refuted"]
    assert outcomes(handed_in(visitor, changed))[2:] == ["refuted", "not reached", "not reached"]
    assert outcomes(handed_in(visitor, b"a picture"))[0] == "cannot tell"


def handed_in(visitor: Visitor, receipt: bytes, digest: str = "") -> str:
    files = {"file": ("x.receipt.json", receipt, "application/json")}
    headers = {**visitor._cookie(), **FROM_HERE}
    told = visitor.http.post("/console/receipts", files=files, data={"sha256": digest}, headers=headers)
    assert told.status_code == 200, told.text
    return told.text


def test_a_delivery_is_put_on_record(visitor: Visitor, service: Served, film: Film) -> None:
    """What stands against it is told by its finding; with a reason it stands there, in the words of the law."""
    mine = clip(service, film, b"six")
    at, to = f"/console/clips/{mine}", f"POST /v1/clips/{mine}/deliveries"
    said = {
        "to": "Han River",
        "reviewer": "Ana",
        "role": "deployer",
        "basis": "label_shown",
        "purpose": "final",
    }
    refused = visitor.send(at, to, said)
    assert refused.status_code == 422
    assert "W701" in refused.text
    reasons = {"accept.W701": "a proof for colour", "accept.W702": "nobody is in it"}
    told = visitor.send(at, to, {**said, **reasons})
    assert told.status_code == 303, told.text
    page = text_of(visitor.get(at).text)
    assert "Han River" in page
    assert "Those who see it are told clearly" in page


def test_a_long_history_has_pages(visitor: Visitor, service: Served, film: Film) -> None:
    """The page of a clip shows the first events and leads to the others."""
    mine = clip(service, film, b"seven")
    for number in range(52):
        assert service.post(f"/v1/clips/{mine}/notes", {"text": f"remark {number}"}).status_code == 201
    [more] = re.findall(r'href="([^"]*/history[?][^"]*)"', visitor.get(f"/console/clips/{mine}").text)
    assert text_of(visitor.get(unescape(more)).text).count("Somebody remarked") == 3


def test_who_may_not_change_is_offered_nothing(service: Served, film: Film) -> None:
    """A reader looks and verifies; a key of one production sees its own clips alone, and no lineage."""
    registry, studio = service.continuity.registry, service.continuity.studio
    with visiting(service, issue_key(registry, studio, "Looker", roles=("reader",))) as reader:
        page = reader.get(f"/console/clips/{film['first']}").text
        assert "/console/do?" not in page
        assert outcomes(reader.post(f"/console/clips/{film['first']}/receipt").text) == ["holds"] * 5
    elsewhere = service.made("/v1/productions", {"name": "Elsewhere"})["id"]
    for show, status in ((film["production"], 200), (elsewhere, 404)):
        key = issue_key(registry, studio, "Scoped", roles=ROLES)
        name = f"key_{key.split('_')[1]}"
        assert service.post(f"/v1/keys/{name}/scope", {"productions": [show]}).status_code == 200
        with visiting(service, key) as scoped:
            told = scoped.get(f"/console/clips/{film['first']}")
            assert told.status_code == status
            assert ("Lineage goes beyond" in told.text) == (status == 200)
            assert scoped.get(f"/console/lineage/{film['first']}").status_code == 403
            assert scoped.post(f"/console/clips/{film['first']}/receipt").status_code == status


def test_another_page_cannot_have_a_receipt_checked(visitor: Visitor, film: Film) -> None:
    """What is posted must come from here, as everything else."""
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert visitor.post(f"/console/clips/{film['first']}/receipt", **elsewhere).status_code == 403
    assert form_of(
        visitor.get(f"/console/clips/{film['first']}").text, f"POST /v1/clips/{film['first']}/notes"
    )


def test_what_becomes_of_a_clip_is_decided_on_its_page(visitor: Visitor, service: Served, film: Film) -> None:
    """Whoever is in it took a consent back: a consent officer says what becomes of it, once; others are told who does."""
    person = service.made("/v1/likenesses", {"name": "Hana Kim", "minor": False})["id"]
    evidence = service.upload(png(401, 400)).json()["id"]
    said = {"evidence": evidence, "signed_by": "Hana Kim"}
    service.made(f"/v1/likenesses/{person}/consents", said)
    hana = service.made("/v1/characters", {"name": "Hana", "depicts": "real_person"})["id"]
    service.made(f"/v1/characters/{hana}/likeness", {"likeness": person})
    mine = take(service, film["scene"], cast=[hana], content=b"hana")
    page = f"/console/clips/{mine}"
    assert "took a consent back" not in visitor.get(page).text
    [consent] = service.get(f"/v1/likenesses/{person}").json()["consents"]
    service.post(f"/v1/likenesses/{person}/consents/{consent['id']}/revoke", {"reason": "no more"})
    registry, studio = service.continuity.registry, service.continuity.studio
    with visiting(service, issue_key(registry, studio, "r", roles=("reader",))) as reader:
        assert "That takes the role consent officer" in reader.get(page).text
    decision = {"likeness": person, "reason": "she agreed to this one", "decision": "keep"}
    assert visitor.send(page, f"POST /v1/clips/{mine}/decide", decision).headers["location"] == page
    assert "took a consent back" not in visitor.get(page).text
