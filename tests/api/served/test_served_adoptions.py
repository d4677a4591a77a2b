"""Footage that was not made here, over HTTP, client and command: taken in once, on somebody's word, or refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from api.cli.root import cli
from api.client import ContinuityClient, ContinuityError
from registry import printing
from registry.blobs import media
from tests.api.served.adopting import SAID, House, adopt, adopted, adopting
from tests.api.served.serving import png, problem
from tests.servers.copying import film, remuxed, shots


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with adopting(tmp_path_factory.mktemp("adoptions")) as found:
        yield found


def test_it_is_a_clip_and_says_whose_word_it_is(house: House) -> None:
    """Card, list, bytes, poster and event; of what the provider knows of its clips there is nothing."""
    service = house.service
    card = service.get(f"/v1/clips/{house.clip}").json()

    assert (card["origin"], card["generation"], card["submission"], card["kling_url"]) == (
        "adopted", None, None, "",
    )  # fmt: skip
    assert (card["days_left"], card["ai_generated"], card["depicts_real_person"]) == (None, False, "yes")
    assert (card["scene"], card["shot"], card["has_audio"]) == (house.scene, house.shot, True)
    said = card["adopted"]
    assert (said["source"], said["label"], said["footage"]["checked"]) == (
        "Northlight Stock, 4711", "Harbour", "decoded",
    )  # fmt: skip
    assert [(one["character"], one["look"], one["likeness"]) for one in said["cast"]] == [
        (house.mina, "winter, grey", None), (house.hana, None, house.likeness)
    ]  # fmt: skip
    listed = service.get("/v1/clips", params={"scene": house.scene, "shot": house.shot}).json()["items"]
    assert card in listed
    assert card["stored"]["key"].startswith(f"{service.continuity.studio}/{house.clip}/")
    assert service.get(f"/v1/clips/{house.clip}/content").content == house.content
    assert service.get(f"/v1/clips/{house.clip}/poster").headers["content-type"] == "image/jpeg"
    (begun, *_) = service.get("/v1/events", params={"stream": house.clip}).json()["items"]
    assert begun["type"] == "ClipAdopted"
    key = service.get("/v1/me").json()["key"]
    assert (begun["actor"], said["by"]) == (key, key)


def test_what_is_said_of_it_is_told_as_attested(house: House) -> None:
    """Lineage, uses, the scene's continuity log and its history say it, each on that word and no other."""
    service = house.service
    edges = service.get(f"/v1/clips/{house.clip}/lineage", params={"depth": 1}).json()["edges"]
    assert {(one["kind"], one["source"], one["evidence"]) for one in edges} == {
        ("in", house.scene, "attested"),
        ("shows", house.mina, "attested"),
        ("wears", f"{house.mina}:winter, grey", "attested"),
        ("shows", house.hana, "attested"),
        ("carries", house.likeness, "attested"),
    }
    for thing in (house.mina, house.hana, house.likeness):
        kind = {"character": "characters", "likeness": "likenesses"}[thing.partition("_")[0]]
        uses = service.get(f"/v1/{kind}/{thing}/uses").json()["items"]
        assert (house.clip, "adopted", None) in [
            (one["clip"], one["detail"], one["generation"]) for one in uses
        ]
    entries = service.get(f"/v1/scenes/{house.scene}/continuity").json()["items"]
    (entry,) = [one for one in entries if one["clip"] == house.clip]
    assert (entry["record"], entry["adopted"]["source"]) == (None, SAID["source"])
    correct = f"/v1/scenes/{house.scene}/continuity/{entry['position']}/correct"
    problem(service.post(correct, {"framing": "wide", "reason": "it is wide"}), 422, "invalid")
    told = service.get(f"/v1/clips/{house.clip}/history").json()["items"]
    assert told[0]["sentence"].startswith("Footage that was not made here was kept as a clip")
    for form in ("application/ld+json", "text/vnd.graphviz"):
        provenance = service.get(f"/v1/clips/{house.clip}/provenance", headers={"Accept": form})
        assert provenance.status_code in (200, 406), provenance.text


def test_a_scene_has_the_same_footage_once(house: House) -> None:
    """A repeat is answered as before; the same bytes and words are the first clip, other words are refused with its id."""
    service, content = house.service, film(shots(count=30, hue=40))
    said = {"scene": house.scene, "label": "Twice"}
    first = adopt(service, content, **said, headers={"Idempotency-Key": "adopt-once"})
    again = adopt(service, content, **said, headers={"Idempotency-Key": "adopt-once"})
    other = adopt(service, content + b"", **{**said, "label": "x"}, headers={"Idempotency-Key": "adopt-once"})
    twin = adopt(service, content, **said)

    assert (first.status_code, again.content, twin.status_code) == (201, first.content, 200)
    assert again.headers["idempotency-replayed"] == "true"
    assert twin.json()["id"] == first.json()["id"] == first.headers["location"].rpartition("/")[2]
    problem(other, 422, "idempotency-key-reused")
    refused = problem(adopt(service, content, **{**said, "ai_generated": "yes"}), 409, "clip-known")
    assert first.json()["id"] in refused["detail"]
    elsewhere = adopted(service, content, production=house.film.production)
    assert elsewhere["id"] != first.json()["id"]
    service.post(f"/v1/clips/{elsewhere['id']}/withdraw", {"reason": "not the right words"})
    assert adopted(service, content, production=house.film.production, ai_generated="unknown")


def test_what_was_made_here_is_not_from_elsewhere(house: House) -> None:
    """A clip of ours is not adopted, and what was erased does not come back."""
    service = house.service
    clip = house.film.made()["clip"]
    content = service.get(f"/v1/clips/{clip}/content").content
    refused = problem(adopt(service, content, scene=house.scene), 409, "clip-known")
    assert clip in refused["detail"]
    gone = film(shots(count=24, hue=90))
    erased = adopted(service, gone, scene=house.scene)["id"]
    service.post(f"/v1/clips/{erased}/decide", {"decision": "erase", "reason": "taken by mistake"})
    problem(adopt(service, gone, scene=house.scene), 409, "clip-erased")
    problem(service.get(f"/v1/clips/{erased}/content"), 410, "bytes-erased")


@pytest.mark.parametrize(
    ("changed", "paths"),
    [
        ({"source": ""}, ["$.source"]),
        ({"ai_generated": "maybe", "depicts_real_person": "x"}, ["$.ai_generated", "$.depicts_real_person"]),
        ({"scene": ""}, ["$"]),
        ({"characters": "mina"}, ["$.characters"]),
        ({"likenesses": "likeness_x"}, ["$.likenesses"]),
        ({"surprise": "1"}, ["$.surprise"]),
    ],
)
def test_words_that_are_wrong_are_all_named(house: House, changed: dict[str, str], paths: list[str]) -> None:
    """Each by its own path, and nothing is kept."""
    before, blobs = house.service.position(), house.service.blob_keys()
    answer = adopt(house.service, house.content, **{"scene": house.scene, **changed})
    told = problem(answer, 422, "invalid-request")
    assert [one["path"] for one in told["errors"]] == paths
    assert (house.service.position(), house.service.blob_keys()) == (before, blobs)


def test_what_is_no_footage_or_does_not_hold_leaves_nothing(house: House) -> None:
    """Pictures, cut files, unknown people, contradictions, a scene that is not there: refused, with no event and no bytes."""
    service, content = house.service, film(shots(count=24, hue=120))
    before, blobs = service.position(), service.blob_keys()
    here = {"scene": house.scene}
    nobody = "character_01jd0k4m5vf2s8m1q3x7w9y2ab"
    problem(adopt(service, png(), **here), 422, "not-an-asset")
    problem(adopt(service, content[: len(content) // 2], **here), 422, "not-footage")
    problem(adopt(service, b"", **here), 422, "not-an-asset")
    problem(adopt(service, content), 422, "invalid-request")
    problem(adopt(service, content, scene=f"scene_{nobody[10:]}"), 404, "not-found")
    problem(adopt(service, content, **here, shot=f"shot_{nobody[10:]}"), 404, "not-found")
    problem(adopt(service, content, **here, characters=nobody), 404, "not-found")
    problem(adopt(service, content, **here, characters=f"{house.mina}:summer"), 404, "not-found")
    told = adopt(service, content, **here, characters=house.hana, depicts_real_person="no")
    assert problem(told, 422, "invalid")["errors"][0]["path"] == "$.depicts_real_person"
    assert (service.position(), service.blob_keys()) == (before, blobs)


def test_who_may(house: House) -> None:
    """A writer of the production adopts into it and nowhere else; a reader and an approver do not."""
    service, content = house.service, film(shots(count=24, hue=33))
    other = service.made("/v1/productions", {"name": "Other"})["id"]
    narrow = {"holder": "Sora", "roles": ["asset_writer"], "productions": [other]}
    keys = {
        "narrow": service.made("/v1/keys", narrow)["key"],
        "reader": service.made("/v1/keys", {"holder": "Jun", "roles": ["reader", "approver"]})["key"],
    }

    def as_(who: str, **said: Any) -> httpx.Response:
        return adopt(service, content, **said, headers={"Authorization": f"Bearer {keys[who]}"})

    problem(as_("reader", scene=house.scene), 403, "role-missing")
    problem(as_("narrow", scene=house.scene), 404, "not-found")
    problem(as_("narrow", production=house.film.production), 404, "not-found")
    assert as_("narrow", production=other).status_code == 201


def test_the_bytes_as_the_body_itself(house: House) -> None:
    """The words stand in the address then; If-Match means nothing for what is new."""
    content = film(shots(count=24, hue=44), form="mov")
    said = {**SAID, "scene": house.scene, "label": "Pier"}
    answer = house.service.post("/v1/clips", content=content, params=said)
    card = answer.json()

    assert (answer.status_code, card["adopted"]["label"]) == (201, "Pier")
    assert card["stored"]["media_type"] == "video/quicktime"
    told = house.service.get(f"/v1/clips/{card['id']}/content").headers["content-disposition"]
    assert told == f'attachment; filename="{card["id"]}.mov"'
    problem(
        house.service.post("/v1/clips", content=content, params=said, headers={"If-Match": '"1"'}),
        400, "bad-header",
    )  # fmt: skip


def test_without_a_decoder_it_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyAV is missing the structure is checked alone, the card says it, and the exact bytes are known all the same."""
    content = film(shots(count=24, hue=55))
    with monkeypatch.context() as blind:
        blind.setattr(media, "can_decode", lambda: False)
        blind.setattr(printing, "can_decode", lambda: False)
        card = adopted(house.service, content, scene=house.scene)
    assert card["adopted"]["footage"]["checked"] == "structure"
    copy = remuxed(content, "matroska")
    ask = house.service.http.post
    assert ask("/v1/lookup", content=content).json()["found"][0]["thing"] == card["id"]
    assert card["id"] not in [one["thing"] for one in ask("/v1/lookup", content=copy).json()["found"]]
    assert house.service.post(f"/v1/clips/{card['id']}/fingerprint").status_code == 200
    assert ask("/v1/lookup", content=copy).json()["found"][0]["thing"] == card["id"]


def test_client_and_command(house: House, tmp_path: Path) -> None:
    """Both send the words beside the file, by id or name; a repeat is the first clip, and what is refused says why."""
    file = tmp_path / "harbour.mp4"
    file.write_bytes(film(shots(count=24, hue=66)))
    with ContinuityClient(house.service.url, house.service.key) as client:
        said: dict[str, Any] = {"source": "Hafen, 두 번째", "ai_generated": "unknown", "scene": house.scene}
        done = client.adopt_clip(file, **said, characters={house.mina: "winter, grey"})
        again = client.adopt_clip(file, **said, characters={house.mina: "winter, grey"})
        with pytest.raises(ContinuityError, match="other words"):
            client.adopt_clip(file, **said)
    assert (done.created, again.created, again.clip.id) == (True, False, done.clip.id)
    assert done.clip.adopted is not None
    assert (done.clip.adopted.label, done.clip.adopted.source) == ("harbour", "Hafen, 두 번째")
    file.write_bytes(film(shots(count=24, hue=77)))
    where = ["--url", house.service.url, "--key", house.service.key]
    told = ["--scene", house.scene, "--source", "second unit", "--ai-generated", "no"]
    ran = CliRunner().invoke(
        cli,
        ["clips", "adopt", str(file), *told, "--character", "mina:winter, grey", "--json", *where],
        obj={},
    )
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.output)["adopted"]["cast"][0]["look"] == "winter, grey"
    shown = CliRunner().invoke(cli, ["scenes", "continuity", house.scene, *where], obj={})
    assert "adopted" in shown.output
    assert "second unit" in shown.output
