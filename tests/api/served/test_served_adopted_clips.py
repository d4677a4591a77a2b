"""What becomes of footage that was not made here: recognised, continued, delivered, proven, cut."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.root import cli
from api.client import ContinuityClient
from registry.proof.asking import check_bundle_folder
from tests.api.served.adopting import SAID, House, adopted, adopting, refusals
from tests.api.served.serving import running
from tests.servers.copying import encoded_anew, film, remuxed, shots


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with adopting(tmp_path_factory.mktemp("adoptions")) as found:
        yield found


@pytest.mark.parametrize("copy", ["same", "matroska", "encoded"])
def test_copies_of_it_are_recognised(house: House, copy: str) -> None:
    """By its exact bytes, its tracks in another container, and what it looks like; with whom it shows, and what was said."""
    made = {"same": bytes, "matroska": lambda it: remuxed(it, "matroska")}
    content = made.get(copy, lambda it: encoded_anew(it, tone=None))(house.content)
    found = house.service.http.post("/v1/lookup", content=content, timeout=60).json()["found"]

    assert found[0]["thing"] == house.clip
    assert found[0]["evidence"]["way"] == {"same": "digest", "matroska": "stream"}.get(copy, "looks")
    assert (found[0]["ai_generated"], found[0]["generation"]) == (False, None)
    assert {one["name"] for one in found[0]["people"]} == {"Mina", "Hana"}


def test_it_is_continued_and_edited_from_our_copy(house: House) -> None:
    """The provider has never had it, so our relay serves it; the record names it, and the new clip's lineage leads to it."""
    service = house.service
    clip = adopted(service, film(shots(count=60, hue=150), tone=None), scene=house.scene)["id"]
    card = house.film.made(cast=[], action="The tide turns.", continue_from=clip, duration=5)
    entries = service.get(f"/v1/scenes/{card['scene']}/continuity").json()["items"]
    record = next(one["record"] for one in entries if one["clip"] == card["clip"])

    assert (record["parents"], record["parent_from"]) == ([clip], "relay")
    assert record["parent_sha256"] == service.get(f"/v1/clips/{clip}").json()["stored"]["sha256"]
    edges = service.get(f"/v1/clips/{card['clip']}/lineage", params={"depth": 1}).json()["edges"]
    assert ("continues", clip) in {(one["kind"], one["source"]) for one in edges}
    edit = {"production": house.film.production, "edit": clip, "cast": [], "action": "It rains."}
    shown = service.http.post("/v1/generations/preview", json=edit).json()
    assert [one["rule"] for one in shown["findings"] if one["severity"] == "E"] == []
    assert "R41" in {one["rule"] for one in shown["findings"]}
    then = service.http.post("/v1/generations/preview", json=edit, params={"as_of": service.position()})
    assert then.json()["plan_digest"] == shown["plan_digest"]
    replayed = service.get(f"/v1/generations/{card['id']}/replay").json()
    assert [one["verdict"] for one in replayed["plans"]] == ["same"], replayed
    service.post(f"/v1/clips/{clip}/withdraw", {"reason": "a brand is seen"})
    assert refusals(service, edit) == {"E432"}


def test_nobody_unasked_goes_on_into_a_new_clip(house: House) -> None:
    """A real person in it is asked as in any clip; one whom no character plays, or whom nobody named, stops it."""
    service, hue = house.service, iter(range(160, 250, 10))
    asked = {"production": house.film.production, "cast": [], "action": "The tide turns."}
    told = {}
    for name, said in {
        "hana": {"characters": house.hana},
        "bare": {"likenesses": house.likeness},
        "yes": {"depicts_real_person": "yes"},
        "no": {"depicts_real_person": "no"},
    }.items():
        content = film(shots(count=60, hue=next(hue)), tone=None)
        clip = adopted(service, content, scene=house.scene, **said)["id"]
        told[name] = refusals(service, {**asked, "continue_from": clip})

    assert told == {"hana": {"E430"}, "bare": {"E434"}, "yes": {"E434"}, "no": set()}


def test_a_receipt_proves_it(house: House, tmp_path: Path) -> None:
    """Receipt and bundle check offline: these bytes, with who is said to be in them; other bytes are refuted."""
    service = house.service
    service.post(f"/v1/clips/{house.clip}/approve", {})
    service.post("/v1/log/checkpoints")
    keys = tmp_path / "studio.keys"
    keys.write_text("\n".join(one["key"] for one in service.get("/v1/log/keys").json()["items"]))
    with ContinuityClient(service.url, service.key) as client:
        client.download_clip(house.clip, tmp_path / "take.mp4")
    receipt = tmp_path / "take.mp4.receipt.json"
    run = ["receipts", "verify", str(receipt), "--public-key", str(keys), "--json", "--clip"]
    good = CliRunner().invoke(cli, [*run, str(tmp_path / "take.mp4")])
    found = json.loads(good.output)["found"]

    assert (good.exit_code, found["comes"], found["generation"]) == (0, "adopted", None)
    assert [one["id"] for one in found["inputs"]] == [house.mina, house.hana, house.likeness]
    assert (found["ai_generated"], found["verdict"]["approved"]) == (False, True)
    (tmp_path / "other.mp4").write_bytes(b"another")
    assert CliRunner().invoke(cli, [*run, str(tmp_path / "other.mp4")]).exit_code == 1
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(service.get(f"/v1/audit/{house.scene}/bundle", timeout=60).content)
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(tmp_path / "bundle")
    assert check_bundle_folder(tmp_path / "bundle", keys)["exit"] == 0
    page = (tmp_path / "bundle" / "report.html").read_text()
    assert "it was not made here" in page
    assert SAID["source"] in page


def test_deliveries_say_what_was_attested(house: House) -> None:
    """What is not generated is delivered as that; what nobody knows wants a reason, and the file says nothing by itself."""
    service = house.service
    said = {"to": "Han River", "role": "deployer", "reviewer": "Ana Ruiz"}
    clips = {
        word: adopted(
            service,
            film(shots(count=24, hue=number), tone=None),
            scene=house.scene,
            ai_generated=word,
            depicts_real_person="no",
        )["id"]
        for number, word in enumerate(("no", "unknown", "yes"))
    }

    def against(word: str, basis: str, **reasons: str) -> set[str]:
        asked = {**said, "basis": basis, "accept": {"W701": "a proof", **reasons}}
        answer = service.post(f"/v1/clips/{clips[word]}/deliveries", asked)
        if answer.status_code == 201:
            return {str(answer.json()["ai_generated"])}
        return {one["rule"] for one in answer.json()["findings"] if not one.get("accepted")}

    assert against("no", "not_generated") == {"False"}
    assert against("unknown", "not_generated") == {"E707", "W706"}
    assert against("yes", "not_generated") == {"E707"}
    assert against("yes", "machine_readable") == {"E705"}
    assert against("yes", "label_shown") == {"True"}
    assert against("unknown", "label_shown", W706="nobody is left to ask") == {"None"}
    listed = service.get(f"/v1/clips/{clips['unknown']}/deliveries").json()["items"]
    assert [one["ai_generated"] for one in listed] == [None]


def test_it_is_in_the_cut(house: House) -> None:
    """An approved one stands in the timeline of its scene at its shot, without the words that were said of it."""
    house.service.post(f"/v1/clips/{house.clip}/approve", {})
    told = house.service.get(f"/v1/scenes/{house.scene}/timeline.otio")
    assert house.clip in told.text
    assert '"origin": "adopted"' in told.text
    assert SAID["source"] not in told.text


def test_without_an_address_of_ours_it_is_not_continued(tmp_path: Path) -> None:
    """Where nobody could fetch our copy the request is refused, with what to set."""
    with running(tmp_path) as service:
        account = service.made("/v1/accounts", {"name": "main", "region": "singapore"})["id"]
        show = service.made("/v1/productions", {"name": "Café", "account": account})["id"]
        clip = adopted(service, film(shots(count=60), tone=None), production=show)["id"]
        asked = {"production": show, "cast": [], "action": "The tide turns."}
        for how in ("continue_from", "edit"):
            assert refusals(service, {**asked, how: clip}) == {"E433"}
