"""Deliveries over HTTP, client and command: on record, refused with all that is against them, signed, found by bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli.root import cli
from api.client import ContinuityClient, ContinuityError
from registry.events.marks import C2paMark
from tests.api.served.screening import take
from tests.api.served.serving import Served, png, problem, running
from tests.registry.blobs.signing import House, house, read_by_library
from tests.registry.blobs.test_media import filmed

LABEL = {"to": "Han River", "role": "deployer", "basis": "label_shown", "reviewer": "Ana Ruiz"}
LOOKED = {**LABEL, "depicts_real_person": "no", "accept": {"W701": "a proof for the colour desk"}}


@pytest.fixture(scope="module")
def ours() -> House:
    return house("Han River")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return filmed(tmp_path_factory.mktemp("film") / "clip.mp4")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, ours: House) -> Iterator[Served]:
    """A service that signs what it delivers."""
    settings = ours.files(tmp_path_factory.mktemp("certificate"))
    with running(tmp_path_factory.mktemp("service"), **settings) as started:
        yield started


@pytest.fixture(scope="module")
def scene(service: Served, production: str) -> str:
    return str(service.made("/v1/scenes", {"production": production, "name": "Café"})["id"])


def deliver(service: Served, clip: str, said: Any, **options: Any) -> Any:
    return service.post(f"/v1/clips/{clip}/deliveries", said, **options)


def against(service: Served, clip: str, said: Any) -> list[str]:
    """The ids of what stands against a delivery, of which nothing is written then."""
    before, blobs = service.position(), service.blob_keys()
    told = problem(deliver(service, clip, said), 422, "delivery-refused")
    assert (service.position(), service.blob_keys()) == (before, blobs)
    assert all(one["message"] and one["path"].startswith("$.") for one in told["findings"])
    return [one["rule"] for one in told["findings"]]


def test_a_delivery_is_on_record(service: Served, scene: str, film: bytes) -> None:
    """Role, ground in words, reviewer, digest and key, in the clip's history; the bytes come back, and are found by digest."""
    clip = take(service, scene, content=film, depicts="no")
    service.post(f"/v1/clips/{clip}/approve", {})
    answer = deliver(service, clip, LABEL, headers={"Idempotency-Key": "deliver-once"})
    again = deliver(service, clip, LABEL, headers={"Idempotency-Key": "deliver-once"})
    card = answer.json()

    assert (answer.status_code, answer.content) == (201, again.content)
    assert (card["role"], card["basis"], card["reviewer"], card["to"]) == (
        "deployer",
        "label_shown",
        "Ana Ruiz",
        "Han River",
    )
    assert "Article 50(4)" in card["says"]
    assert (card["ai_generated"], card["depicts_real_person"], card["manifest"]) == (True, "no", None)
    assert card["delivered_by"] == service.get("/v1/me").json()["key"]
    assert service.get(answer.headers["location"]).content == film
    listed = service.get(f"/v1/clips/{clip}/deliveries").json()["items"]
    found = service.get("/v1/deliveries", params={"sha256": sha256(film).hexdigest()}).json()["items"]
    assert listed == found == [card]
    event = service.get(f"/v1/events?after={card['position'] - 1}&limit=1").json()["items"][0]
    assert (event["type"], event["stream"]) == ("ClipDelivered", clip)
    assert service.get(f"/v1/clips/{clip}").json()["version"] == 3


def test_all_that_stands_against_it_is_answered_at_once(service: Served, scene: str, film: bytes) -> None:
    """Nobody approved it, nobody knows who is in it, nothing in the file says it, its manifest is spoilt; reasons are kept."""
    spoilt = C2paMark(state="invalid", problems=("assertion.bmffHash.mismatch",))
    clip = take(service, scene, content=film, mark=spoilt)
    marked = {**LABEL, "role": "provider", "basis": "machine_readable"}
    assert against(service, clip, marked) == ["W701", "W704", "W702", "E705"]
    looked = {**LABEL, "depicts_real_person": "yes", "basis": "no_deep_fake"}
    assert against(service, clip, looked) == ["W701", "W704", "W703"]
    problem(deliver(service, clip, {**LABEL, "basis": "assistive_editing"}), 422, "delivery-refused")

    reasons = {"W701": "for the desk", "W704": "Kling's own fault", "W703": "a double"}
    card = deliver(service, clip, {**looked, "accept": reasons}).json()
    assert (card["accepted"], card["depicts_real_person"]) == (reasons, "yes")
    wrong = {**LOOKED, "basis": "assistive_editing", "accept": {**reasons}}
    problem(deliver(service, clip, wrong), 422, "invalid")


def test_what_is_not_in_use_is_not_delivered(service: Served, scene: str, film: bytes) -> None:
    """A rejected, a withdrawn, an erased clip, one that is not there, and one whose bytes are gone."""
    clip = take(service, scene, content=film)
    service.post(f"/v1/clips/{clip}/reject", {"cause": "motion", "reason": "she slides"})
    assert against(service, clip, LOOKED) == ["E702"]
    service.post(f"/v1/clips/{clip}/withdraw", {"reason": "a brand is seen"})
    assert against(service, clip, LOOKED) == ["E701"]
    service.post(f"/v1/clips/{clip}/decide", {"decision": "erase", "reason": "a brand is seen"})
    problem(deliver(service, clip, LOOKED), 409, "clip-erased")
    problem(deliver(service, f"clip_{'0' * 26}", LOOKED), 404, "not-found")
    assert deliver(service, take(service, scene), LOOKED).status_code >= 500


@pytest.fixture(scope="module")
def hana(service: Served) -> dict[str, str]:
    """A character whom somebody real is behind, and the scan of what she signed."""
    who = service.made("/v1/characters", {"depicts": "real_person", "name": "Hana Lim"})["id"]
    likeness = service.made("/v1/likenesses", {"name": "Hana Lim", "minor": False})["id"]
    service.made(f"/v1/characters/{who}/likeness", {"likeness": likeness})
    return {"who": who, "likeness": likeness, "scan": service.upload(png()).json()["id"]}


def test_a_real_person_has_to_allow_it(
    service: Served, scene: str, film: bytes, hana: dict[str, str]
) -> None:
    """Not without consent for the purpose; who says nobody real is shown is told; kept after a revocation a reason is due."""
    clip = take(service, scene, content=film, cast=[hana["who"]], depicts="no")
    shown = service.get(f"/v1/clips/{clip}").json()
    assert (shown["depicts_real_person"], shown["ai_generated"]) == ("yes", True)
    said = {**LABEL, "accept": LOOKED["accept"]}
    assert against(service, clip, {**said, "depicts_real_person": "no"}) == ["W701", "E706", "E703"]
    path = f"/v1/likenesses/{hana['likeness']}/consents"
    granted = service.made(
        path, {"evidence": hana["scan"], "signed_by": "Hana Lim", "voice": True, "purposes": ["draft"]}
    )
    assert against(service, clip, said) == ["W701", "E703"]
    card = deliver(service, clip, {**said, "purpose": "draft"}).json()
    assert (card["consents"], card["depicts_real_person"]) == ([granted["consents"][0]["id"]], "yes")

    service.post(f"{path}/{card['consents'][0]}/revoke", {"reason": "no more"})
    assert against(service, clip, {**said, "purpose": "draft"}) == ["W701", "E703"]
    kept = {"decision": "keep", "likeness": hana["likeness"], "reason": "seen from behind"}
    assert service.post(f"/v1/clips/{clip}/decide", kept).status_code == 200
    assert against(service, clip, {**said, "purpose": "draft"}) == ["W701", "W705"]
    reasons = {**LOOKED["accept"], "W705": "seen from behind"}
    assert deliver(service, clip, {**said, "purpose": "draft", "accept": reasons}).json()["consents"] == []


def test_somebody_real_without_a_likeness(service: Served, scene: str, film: bytes) -> None:
    """Nobody can have allowed it."""
    who = service.made("/v1/characters", {"depicts": "real_person", "name": "A guest"})["id"]
    clip = take(service, scene, content=film, cast=[who])
    assert against(service, clip, {**LABEL, "accept": LOOKED["accept"]}) == ["W701", "E704"]


def test_a_signed_copy_says_where_it_is_from(
    service: Served, scene: str, film: bytes, ours: House, hana: dict[str, str], tmp_path: Path
) -> None:
    """Trusted with our root, from the log's inputs; nobody's name, and no digest of a picture that may show somebody real."""
    who = service.made("/v1/characters", {"depicts": "fictional", "name": "Mina"})["id"]
    theirs, hers = service.upload(png()).json(), service.upload(png()).json()
    service.made(f"/v1/characters/{who}/references", {"asset": theirs["id"], "role": "frontal"})
    service.made(f"/v1/characters/{hana['who']}/references", {"asset": hers["id"], "role": "frontal"})
    cafe = service.upload(png()).json()
    parent = take(service, scene)
    assets = (theirs["id"], hers["id"], cafe["id"])
    consent = {"evidence": hana["scan"], "signed_by": "Hana Lim", "voice": True}
    service.made(f"/v1/likenesses/{hana['likeness']}/consents", consent)
    clip = take(service, scene, content=film, cast=[who], assets=assets, parents=(parent,))
    said = {**LABEL, "basis": "machine_readable", "c2pa": True, "accept": LOOKED["accept"]}
    answer = deliver(service, clip, said)
    card, copy = answer.json(), tmp_path / "copy.mp4"
    assert answer.status_code == 201, answer.text
    copy.write_bytes(service.get(answer.headers["location"]).content)

    assert sha256(copy.read_bytes()).hexdigest() == card["delivered"]["sha256"] != sha256(film).hexdigest()
    assert service.get(f"/v1/clips/{clip}/content").content == film
    told = read_by_library(copy, trusting=ours.root)
    assert (told["validation_state"], told["active_manifest"]) == ("Trusted", card["manifest"])
    active = told["manifests"][card["manifest"]]
    assert {one["instance_id"] for one in active["ingredients"]} == {
        f"continuity:{one}" for one in (parent, *assets)
    }
    [record] = [one["data"] for one in active["assertions"] if one["label"] == "continuity.record"]
    assert (record["clip"], record["plan_digest"], record["delivery"]["id"]) == (clip, "5f" * 32, card["id"])
    assert record["asset_digests"] == {theirs["id"]: theirs["rendition"]["sha256"]}
    assert record["digital_source_type"].endswith("/trainedAlgorithmicMedia")
    whole = json.dumps(told)
    assert "Mina" not in whole
    assert "Hana" not in whole
    assert hers["rendition"]["sha256"] not in whole
    service.post(f"/v1/clips/{clip}/decide", {"decision": "erase", "reason": "she asked for it"})
    assert card["delivered"]["key"] not in service.blob_keys()
    problem(service.get(answer.headers["location"]), 410, "bytes-erased")


def test_a_frame_that_was_handed_in_makes_it_a_composite(
    service: Served, scene: str, film: bytes, tmp_path: Path
) -> None:
    """Generated around an exact first frame; and what was sent, which held people's pictures, is not told by its digest."""
    cafe = service.upload(png()).json()["id"]
    clip = take(service, scene, content=film, assets=(cafe,), opening=cafe, wire_digest="6e" * 32)
    answer = deliver(service, clip, {**LOOKED, "c2pa": True})
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(service.get(answer.headers["location"]).content)

    told = read_by_library(copy)
    said = {one["label"]: one["data"] for one in told["manifests"][told["active_manifest"]]["assertions"]}
    [created] = said["c2pa.actions.v2"]["actions"]
    assert created["digitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")
    assert said["continuity.record"]["digital_source_type"] == created["digitalSourceType"]
    assert created["softwareAgent"] == {"name": "Kling"}
    assert "6e" * 32 not in json.dumps(told)


def test_a_provider_manifest_is_kept_in_the_copy(
    service: Served, scene: str, film: bytes, ours: House, tmp_path: Path
) -> None:
    """As the parent of ours; the bytes we keep are those that came."""
    from tests.registry.blobs.test_credentials import signed

    mark = signed(film, house("Provider"), tmp_path / "theirs.mp4")
    theirs = (tmp_path / "theirs.mp4").read_bytes()
    clip = take(service, scene, content=theirs, mark=mark)
    card = deliver(service, clip, {**LOOKED, "c2pa": True}).json()
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(service.get(f"/v1/clips/{clip}/deliveries/{card['id']}/content").content)

    told = read_by_library(copy, trusting=ours.root)
    assert (told["validation_state"], told["active_manifest"]) == ("Trusted", card["manifest"])
    assert mark.manifest in told["manifests"]
    assert service.get(f"/v1/clips/{clip}/content").content == theirs
    assert service.get(f"/v1/clips/{clip}").json()["marks"]["c2pa"]["manifest"] == mark.manifest


def test_a_copy_whose_record_is_refused_is_not_kept(service: Served, scene: str, film: bytes) -> None:
    """Signed before the append, it goes again when that says no; and bytes that are no film are refused before."""
    clip = take(service, scene, content=film)
    before = service.blob_keys()
    problem(deliver(service, clip, {**LOOKED, "basis": "assistive_editing", "c2pa": True}), 422, "invalid")
    assert service.blob_keys() == before
    odd = take(service, scene, content=b"no film at all")
    problem(deliver(service, odd, {**LOOKED, "c2pa": True}), 422, "cannot-mark")


def test_without_a_certificate_nothing_is_signed(tmp_path: Path, film: bytes) -> None:
    """It is said with what to set; without `c2pa` the clip is delivered as it is."""
    with running(tmp_path) as plain:
        plain.made("/v1/accounts", {"name": "main", "region": "singapore"})
        production = plain.made("/v1/productions", {"name": "Late Trains"})["id"]
        scene = plain.made("/v1/scenes", {"production": production, "name": "Café"})["id"]
        clip = take(plain, scene, content=film)
        told = problem(deliver(plain, clip, {**LOOKED, "c2pa": True}), 501, "not-available")
        assert "CONTINUITY_C2PA_CHAIN_FILE" in told["hint"]
        assert deliver(plain, clip, LOOKED).status_code == 201


def test_a_key_for_another_show_sees_none_of_it(
    service: Served, scene: str, film: bytes, account: str
) -> None:
    """Deliveries are found by who may see the clip; another clip's delivery is not found under this one."""
    clip, other = take(service, scene, content=film), take(service, scene, content=film)
    card = deliver(service, clip, LOOKED).json()
    elsewhere = service.made("/v1/productions", {"name": "Elsewhere", "account": account})["id"]
    key = service.made("/v1/keys", {"holder": "Jun", "roles": ["reader"], "productions": [elsewhere]})
    headers = {"Authorization": f"Bearer {key['key']}"}
    assert service.get("/v1/deliveries", headers=headers).json()["items"] == []
    problem(service.get(f"/v1/clips/{clip}/deliveries", headers=headers), 404, "not-found")
    problem(service.get(f"/v1/clips/{other}/deliveries/{card['id']}/content"), 404, "not-found")


def test_client_and_command(service: Served, scene: str, film: bytes, tmp_path: Path) -> None:
    """The client says all of it; the command fetches what was delivered, finds it by digest, and ends with 4 when refused."""
    clip = take(service, scene, content=film)

    def run(*words: str, code: int = 0) -> str:
        where = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key}
        done = CliRunner().invoke(cli, [*words], obj=where)
        assert done.exit_code == code, done.output
        return done.stdout + done.stderr

    with ContinuityClient(service.url, service.key) as client:
        with pytest.raises(ContinuityError) as refused:
            client.deliver_clip(clip, to="x", role="deployer", basis="label_shown", reviewer="Ana")
        assert [one["rule"] for one in refused.value.findings] == ["W701", "W702"]
    words = (
        "clips",
        "deliver",
        clip,
        "--to",
        "Han River",
        "--role",
        "deployer",
        "--basis",
        "label_shown",
        "--reviewer",
        "Ana",
    )
    assert "W702" in run(*words, code=4)
    file = tmp_path / "out.mp4"
    told = run(
        *words,
        "--depicts-real-person",
        "no",
        "--accept",
        "W701=a proof",
        "--c2pa",
        "--out",
        str(file),
        "--json",
    )
    card = json.loads(told)
    digest = sha256(file.read_bytes()).hexdigest()
    assert digest == card["delivered"]["sha256"]
    assert card["id"] in run("clips", "deliveries", "--sha256", digest)
    assert "Han River" in run("clips", "deliveries", clip)
