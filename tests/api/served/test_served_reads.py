"""Whoever is handed what shows a real person is on record before the first byte: who, what, which part, when."""

from __future__ import annotations

from typing import Any

import pytest

from api.auth import issue_key
from api.client import ContinuityClient
from registry.errors import LogBusy
from registry.views.reads import ReadCard
from tests.api.served.screening import take
from tests.api.served.serving import Served, png, problem

PAGE = b"I allow my face to be used in The Last Seat.\n"


@pytest.fixture(scope="module")
def hana(service: Served) -> dict[str, str]:
    """A real person: her character with a portrait, what took its place, her likeness, and a consent on a scan."""
    who = service.made("/v1/characters", {"depicts": "real_person", "name": "Hana"})["id"]
    face, newer, scan = (service.upload(png()).json()["id"] for _ in range(3))
    service.made(f"/v1/characters/{who}/references", {"asset": face, "role": "frontal"})
    service.made(f"/v1/assets/{face}/supersede", {"by": newer, "reason": "sharper"})
    likeness = service.made("/v1/likenesses", {"name": "Hana Kim", "minor": False})["id"]
    service.made(f"/v1/characters/{who}/likeness", {"likeness": likeness})
    said = {"evidence": scan, "signed_by": "Hana Kim"}
    service.made(f"/v1/likenesses/{likeness}/consents", said)
    return {"who": who, "face": face, "newer": newer, "scan": scan, "likeness": likeness}


def reads(service: Served, **asked: Any) -> list[ReadCard]:
    with ContinuityClient(service.url, service.key) as client:
        return list(client.reads(**asked))


def test_every_form_of_her_bytes_is_noted(service: Served, hana: dict[str, str]) -> None:
    """Original, rendition, thumbnail and a part of them: one entry each, with key, holder, request and the log's position."""
    path = f"/v1/assets/{hana['face']}"
    asked = [("content", {}), ("content?rendition", {}), ("thumbnail", {}), ("content", {"Range": "bytes=2-9"})]  # fmt: skip
    for number, (form, headers) in enumerate(asked):
        answer = service.get(f"{path}/{form}", headers={"X-Request-Id": f"look-{number}", **headers})
        assert answer.status_code in (200, 206)

    seen = reads(service, thing=hana["face"])
    assert [(one.form, one.part) for one in seen] == [
        ("original", ""), ("rendition", ""), ("thumbnail", ""), ("original", "bytes=2-9")
    ]  # fmt: skip
    assert [one.request_id for one in seen] == [f"look-{number}" for number in range(4)]
    assert {(one.key.split("_")[1], one.holder) for one in seen} == {(service.key.split("_")[1], "tester")}
    assert {one.persons for one in seen} == {tuple(sorted((hana["who"], hana["likeness"])))}
    assert {one.log_position for one in seen} == {service.position()}
    assert [one.position for one in seen] == sorted({one.position for one in seen})


def test_what_concerns_her_counts_too(service: Served, hana: dict[str, str]) -> None:
    """The picture that took the portrait's place, and the scan of her consent, are hers."""
    for asset in (hana["newer"], hana["scan"]):
        service.get(f"/v1/assets/{asset}/content")
        assert hana["likeness"] in reads(service, thing=asset)[-1].persons


def test_clips_that_show_her_are_noted(service: Served, hana: dict[str, str], production: str) -> None:
    """Every range of a take that casts her is an entry; one of somebody made up is none."""
    scene = service.made("/v1/scenes", {"production": production, "name": "Café"})["id"]
    made_up = service.made("/v1/characters", {"depicts": "fictional", "name": "Jun"})["id"]
    hers, theirs = (take(service, scene, cast=[who], content=who.encode()) for who in (hana["who"], made_up))
    for clip in (hers, theirs):
        for part in ("bytes=0-3", "bytes=4-"):
            assert service.get(f"/v1/clips/{clip}/content", headers={"Range": part}).status_code == 206
    assert [(one.form, one.part) for one in reads(service, thing=hers)] == [
        ("clip", "bytes=0-3"),
        ("clip", f"bytes=4-{len(hana['who']) - 1}"),
    ]
    assert reads(service, thing=theirs) == []


def test_documents_are_noted_whosever_they_are(service: Served) -> None:
    """A document may be anybody's contract: it is noted before anyone has said whose it is."""
    document = service.upload(PAGE).json()["id"]
    service.get(f"/v1/assets/{document}/content")
    assert [(one.form, one.persons) for one in reads(service, thing=document)] == [("original", ())]


def test_nothing_is_noted_where_no_byte_goes_out(service: Served, hana: dict[str, str]) -> None:
    """A HEAD, a known tag, a range that is none, and bytes that show nobody real leave no entry; the studio's log stays."""
    at, noted = service.position(), len(reads(service))
    path = f"/v1/assets/{hana['face']}/content"
    tag = service.http.head(path).headers["etag"]
    assert service.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert service.get(path, headers={"Range": "bytes=999999-"}).status_code == 416
    made_up = service.made("/v1/characters", {"depicts": "fictional", "name": "Mina"})["id"]
    plate, mina = (service.upload(png()).json()["id"] for _ in range(2))
    service.made(f"/v1/characters/{made_up}/references", {"asset": mina, "role": "frontal"})
    for asset in (plate, mina):
        assert service.get(f"/v1/assets/{asset}/thumbnail").status_code == 200
    assert len(reads(service)) == noted
    assert service.position() == at + 4


def test_what_cannot_be_noted_is_not_handed_out(
    service: Served, hana: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the log takes nothing, her bytes stay here, and others are served."""
    plate = service.upload(png()).json()["id"]

    def busy(*_: object, **__: object) -> None:
        raise LogBusy("the log is busy")

    monkeypatch.setattr(service.continuity.registry, "handle", busy)
    for form in ("content", "content?rendition", "thumbnail"):
        answer = service.get(f"/v1/assets/{hana['face']}/{form}")
        assert problem(answer, 503, "log-busy")["hint"] is not None
        assert service.get(f"/v1/assets/{plate}/{form}").status_code == 200


def test_auditors_read_them_page_by_page(service: Served, hana: dict[str, str]) -> None:
    """By thing and by key, in pages; for the role auditor alone, and only of their own studio."""
    registry, studio = service.continuity.registry, service.continuity.studio
    other = issue_key(registry, studio, "Jun", roles=("reader",))
    theirs = {"Authorization": f"Bearer {other}"}
    service.get(f"/v1/assets/{hana['newer']}/content", headers=theirs)
    problem(service.get("/v1/reads", headers=theirs), 403, "role-missing")
    key = f"key_{other.split('_')[1]}"
    assert [(one.holder, one.thing) for one in reads(service, key=key)] == [("Jun", hana["newer"])]
    first = service.get("/v1/reads?limit=1").json()
    assert first["next"] == first["items"][0]["position"]
    foreign = issue_key(registry, service.other_studio(), "they", roles=("auditor",))
    assert service.get("/v1/reads", headers={"Authorization": f"Bearer {foreign}"}).json()["items"] == []
