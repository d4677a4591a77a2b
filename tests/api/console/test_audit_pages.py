"""What the audit pages tell: who did what, whose a file is, whether the log is whole, what people allow, who looked."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import httpx
import pytest

from api.auth import issue_key
from tests.api.console.browsing import FROM_HERE, Visitor, visiting
from tests.api.served.serving import Served, png, running


@pytest.fixture(scope="module")
def mina(service: Served) -> dict[str, str]:
    """A real person behind a character with a picture, who has allowed everything."""
    face = png(400, 400)
    asset = service.upload(face).json()["id"]
    evidence = service.upload(png(401, 400)).json()["id"]
    likeness = service.made("/v1/likenesses", {"name": "Mina Park", "minor": False})["id"]
    consent = {"evidence": evidence, "signed_by": "Mina Park", "ends_at": "2100-01-01T00:00:00Z"}
    service.made(f"/v1/likenesses/{likeness}/consents", consent)
    said = {"name": "Mina", "kind": "person", "depicts": "real_person"}
    character = service.made("/v1/characters", said)["id"]
    service.made(f"/v1/characters/{character}/likeness", {"likeness": likeness})
    service.made(f"/v1/characters/{character}/references", {"asset": asset, "role": "frontal"})
    return {"likeness": likeness, "character": character, "asset": asset}


def text_of(answer: httpx.Response) -> str:
    """What a person reads of a page."""
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", answer.text)))


def rows_of(answer: httpx.Response) -> list[int]:
    """The positions of the events on a page, in their order there."""
    assert answer.status_code == 200, answer.text
    return [int(found) for found in re.findall(r'data-position="(\d+)"', answer.text)]


def test_the_feed_tells_what_happened_the_newest_first(
    visitor: Visitor, service: Served, mina: dict[str, str]
) -> None:
    """In sentences with names for ids, by the holder of the key, and paged without a gap or a repeat in both orders."""
    end = service.position()
    newest, oldest = list(range(end, 0, -1)), list(range(1, end + 1))
    assert "The character Mina was introduced" in (told := text_of(visitor.get("/console/audit")))
    assert "Mina was registered" not in told
    assert "tester" in told
    for sort, wanted in (("newest", newest), ("oldest", oldest)):
        seen, page = [], f"/console/audit?sort={sort}&limit=4"
        while page:
            answer = visitor.get(page)
            seen += rows_of(answer)
            link = re.search(r'rel="next" href="([^"]*)"', answer.text)
            page = unescape(link[1]) if link else ""
        assert seen == wanted
    assert f'href="/console/characters/{mina["character"]}"' in visitor.get("/console/audit").text


def test_the_feed_is_narrowed(visitor: Visitor, mina: dict[str, str]) -> None:
    """To a thing, a kind of event, both, who did it; a kind that there is not is refused, an empty field says nothing."""
    of_her = rows_of(visitor.get(f"/console/audit?stream={mina['character']}"))
    assert len(of_her) == 3
    assert of_her == sorted(of_her, reverse=True)
    both = f"/console/audit?stream={mina['character']}&type=ReferenceAssigned"
    assert rows_of(visitor.get(both)) == of_her[:1]
    assert rows_of(visitor.get(f"{both}&sort=oldest")) == of_her[:1]
    assert len(rows_of(visitor.get("/console/audit?stream=&type=AssetRegistered"))) >= 2
    [me] = set(re.findall(r'<option value="(key_[^"]*)">tester', visitor.get("/console/audit").text))
    assert rows_of(visitor.get(f"/console/audit?actor={me}&stream={mina['character']}")) == of_her
    assert rows_of(visitor.get("/console/audit?actor=worker-7")) == []
    assert visitor.get("/console/audit?type=AssetLost").status_code == 422
    assert "No such event" in text_of(visitor.get(f"/console/audit?stream=scene_{'0' * 26}"))


def test_an_event_is_shown_whole(visitor: Visitor, service: Served, mina: dict[str, str]) -> None:
    """What it says, who did it, its leaf hash and the bytes as they are stored; beyond the log's end there is none."""
    [position] = rows_of(visitor.get(f"/console/audit?stream={mina['likeness']}&type=LikenessRegistered"))
    event = service.get(f"/v1/events?after={position - 1}&limit=1").json()["items"][0]
    answer = visitor.get(f"/console/audit/events/{position}")
    told = text_of(answer)
    assert "The real person Mina Park was registered." in told
    assert event["leaf_hash"] in told
    assert event["request_id"] in told
    assert f"position={position}" in answer.text
    for nowhere in (service.position() + 1, 0, "x", "9" * 30):
        assert visitor.get(f"/console/audit/events/{nowhere}").status_code == 404


def test_the_past_of_a_thing(visitor: Visitor, service: Served, mina: dict[str, str]) -> None:
    """Its events by whom one asks for, how it stood, and what changed in words; a wrong point is told as the API tells it."""
    page = f"/console/audit/history/{mina['character']}"
    told = text_of(visitor.get(page))
    assert "The past of Mina" in told
    assert "is the real person behind the character" in told
    stood = text_of(visitor.get(f"{page}?as_of=v1"))
    assert "As it stood at version 1 of 3" in stood
    changed = text_of(visitor.get(f"{page}?since=v2&until=v3"))
    assert "What changed from version 2 to version 3" in changed
    assert "frontal" in changed
    assert "by reference assigned (v3)" in changed
    assert "No such event" in text_of(visitor.get(f"{page}?actor=operator"))
    assert visitor.get(f"{page}?as_of=v9").status_code == 422
    assert visitor.get(f"{page}?as_of=then").status_code == 422
    assert visitor.get(f"/console/audit/history/clip_{'0' * 26}").status_code == 404
    led = visitor.get(f"/console/audit/history?thing=+{mina['character']}")
    assert led.headers["location"] == page


def test_the_past_of_keys_is_for_few(service: Served) -> None:
    """The page keeps it from whom the API keeps it from."""
    registry, studio = service.continuity.registry, service.continuity.studio
    key = f"key_{service.key.split('_')[1]}"
    for role, status in (("reader", 403), ("auditor", 200)):
        with visiting(service, issue_key(registry, studio, role, roles=(role,))) as somebody:
            assert somebody.get(f"/console/audit/history/{key}").status_code == status


def looked_up(visitor: Visitor, content: bytes) -> httpx.Response:
    files = {"file": ("found.png", content, "image/png")}
    return visitor.http.post(
        "/console/audit/lookup", files=files, headers={**visitor._cookie(), **FROM_HERE}, timeout=60
    )


def test_a_file_is_looked_up(visitor: Visitor, service: Served, mina: dict[str, str]) -> None:
    """By its bytes or its digest; the answer is a page, and whom the file shows is said with what they allow."""
    content = service.get(f"/v1/assets/{mina['asset']}/content").content
    told = text_of(looked_up(visitor, content))
    assert "It is known" in told
    assert "Exactly this, byte for byte" in told
    assert re.search(r"Mina allowed now until 1 Jan 2100", told)
    digest = re.search(r"SHA-256 ([0-9a-f]{64})", told)
    assert digest is not None
    again = visitor.post("/console/audit/lookup", {"sha256": digest[1].upper()})
    assert "It is known" in text_of(again)
    assert "Nothing is known of it" in text_of(looked_up(visitor, b"nobody's"))
    assert visitor.post("/console/audit/lookup", {"sha256": "none"}).status_code == 422
    cross = visitor.post("/console/audit/lookup", {"sha256": digest[1]}, **{"Sec-Fetch-Site": "cross-site"})
    assert cross.status_code == 403


def test_who_looked_is_told(visitor: Visitor, service: Served, mina: dict[str, str]) -> None:
    """A read and a look-up of a real person's picture, by whom and of whom; the page itself is no read of anything."""
    visitor.get(f"/console/v1/assets/{mina['asset']}/thumbnail")
    looked_up(visitor, service.get(f"/v1/assets/{mina['asset']}/content").content)
    page = f"/console/audit/reads?thing={mina['asset']}"
    told = text_of(visitor.get(page))
    assert "tester the thumbnail of" in told
    assert "an answer about" in told
    assert "Mina" in told
    assert text_of(visitor.get(page)) == told
    assert "Nobody looked at that" in text_of(visitor.get("/console/audit/reads?key=relay"))


def test_a_checkpoint_is_made_and_an_event_proven(visitor: Visitor, service: Served) -> None:
    """By the form of the page; then every event is under it, and the proof of one is checked before it is shown."""
    page, to = "/console/audit/log", "POST /v1/log/checkpoints?log=studio"
    assert visitor.send(page, to).headers["location"] == "/console/audit/log?log=studio"
    told = text_of(visitor.get(page))
    assert "All of them are under a signed checkpoint." in told
    [key] = {one["key"] for one in service.get("/v1/log/keys").json()["items"]}
    assert key in told
    proof = service.get("/v1/log/proof/inclusion?position=2").json()
    shown = text_of(visitor.get("/console/audit/log/proof?position=2"))
    assert "Event 2 is in the log" in shown
    assert all(one in shown for one in (proof["leaf_hash"], proof["root"], *proof["path"]))
    assert visitor.get(f"/console/audit/log/proof?position={service.position() + 1}").status_code == 404
    assert "Proof of the log above all studios" in text_of(visitor.get(f"{page}?log=system"))


def test_the_log_is_verified_step_by_step(visitor: Visitor, service: Served) -> None:
    """The page grows while the log is read, and ends with the verdict and with what is missing."""
    service.post("/v1/log/checkpoints")
    told = text_of(visitor.post("/console/audit/log/verify"))
    end = service.position()
    assert f"{end} of {end} events" in told
    assert f"Good: every event up to {end} is the one that was signed" in told
    assert "Is anything missing?" in told
    system = text_of(visitor.post("/console/audit/log/verify?log=system"))
    assert "Is anything missing?" not in system


def test_a_rewritten_log_is_told(tmp_path: Path) -> None:
    """What somebody changed in the database is said at its place, and its proof no longer leads to what is signed."""
    with running(tmp_path) as other, visiting(other) as somebody:
        other.upload(png())
        other.post("/v1/log/checkpoints")
        with other.continuity.registry._log.database.writing() as connection:
            connection.exec_driver_sql("DROP TRIGGER events_no_update")
            connection.exec_driver_sql(
                "UPDATE events SET actor = 'nobody' WHERE log LIKE 'studio%' AND position = 1"
            )
        told = text_of(somebody.post("/console/audit/log/verify"))
        assert "Tampered: it is not the log that was signed" in told
        assert "At event 1" in told


def test_people_and_what_they_allow(visitor: Visitor, service: Served, mina: dict[str, str]) -> None:
    """Everybody with how their consent stands; whoever takes it back is listed with what is left to decide."""
    jun = service.made("/v1/likenesses", {"name": "Jun Seo", "minor": True, "guardian": "Ana Seo"})["id"]
    told = text_of(visitor.get("/console/audit/erasures"))
    assert re.search(r"Mina Park allowed until 1 Jan 2100.*? Mina ", told)
    assert re.search(r"Jun Seo minor none", told)
    assert "Nothing. When somebody takes a consent back" in told
    assert "Nothing is left to decide" in text_of(visitor.get(f"/console/audit/erasures/{mina['likeness']}"))
    assert visitor.get(f"/console/audit/erasures/likeness_{'0' * 26}").status_code == 404
    assert "Ana Seo signs" in text_of(visitor.get(f"/console/audit/erasures/{jun}"))


def test_a_person_is_erased_from_the_page(visitor: Visitor, service: Served) -> None:
    """By its form; the record of the erasure stands there afterwards, and the name nowhere."""
    likeness = service.made("/v1/likenesses", {"name": "Ira Novak", "minor": False})["id"]
    page = f"/console/audit/erasures/{likeness}"
    assert "Ira Novak" in text_of(visitor.get(page))
    gone = visitor.send(page, f"POST /v1/likenesses/{likeness}/erase", {"basis": "request"})
    assert gone.headers["location"] == page
    told = text_of(visitor.get(page))
    assert "The record of the erasure" in told
    assert "they ask for it" in told
    assert "Erase for good" not in told
    for place in (page, "/console/audit/erasures", "/console/audit"):
        assert "Novak" not in visitor.get(place).text


def test_exports_are_offered(visitor: Visitor, service: Served, production: str) -> None:
    """A bundle of each production that downloads, of what is named, and nothing for what is not there."""
    text = visitor.get("/console/audit/exports").text
    address = f"/console/v1/audit/{production}/bundle"
    assert f'href="{address}"' in text
    bundle = visitor.get(f"{address}?pictures=false")
    assert (bundle.status_code, bundle.content[:2]) == (200, b"PK")
    assert "Café" in text_of(visitor.get(f"/console/audit/exports?thing={production}"))
    assert visitor.get(f"/console/audit/exports?thing=clip_{'0' * 26}").status_code == 404


def test_past_requests_are_compiled_again(visitor: Visitor) -> None:
    """All of them, or a sample; what is no number is refused."""
    told = text_of(visitor.post("/console/audit/determinism", {"sample": "10", "seed": "june"}))
    assert "None was ever asked for." in told
    assert visitor.post("/console/audit/determinism", {"sample": "many"}).status_code == 422


def test_only_what_may_be_seen_is_offered(service: Served, visitor: Visitor, production: str) -> None:
    """The way between the pages leads nobody to where the door refuses them."""
    whole = visitor.get("/console/audit/lookup").text
    assert all(f'href="/console/audit/{place}"' in whole for place in ("log", "erasures", "reads", "exports"))
    registry, studio = service.continuity.registry, service.continuity.studio
    with visiting(service, issue_key(registry, studio, "r", roles=("reader",))) as reader:
        text = reader.get("/console/audit/log").text
        assert "/console/audit/reads" not in text
        assert "POST+%2Fv1%2Flog%2Fcheckpoints" not in text
