"""Voices over HTTP, against a running provider: adopted, made, bound, heard of, retired; and each refusal."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from api.cli.root import cli
from tests.api.served.filming import Film, filming
from tests.api.served.serving import Served, png, problem
from tests.registry.blobs.sounds import PDF, wav
from tests.registry.events.golden import an_id
from tests.servers.library import Console
from tests.servers.sandbox import Sandbox, sandbox

_IDS = count(700_000_000_000)


@pytest.fixture(scope="module")
def kling() -> Iterator[Sandbox]:
    with sandbox("--voice-seconds", "0.1") as provider:
        yield provider


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, kling: Sandbox) -> Iterator[Film]:
    brief = {"CONTINUITY_POLL_FIRST_SECONDS": "0.05", "CONTINUITY_POLL_THEN_SECONDS": "0.1"}
    with filming(tmp_path_factory.mktemp("voices"), kling, **brief) as started:
        yield started


@pytest.fixture
def service(film: Film) -> Served:
    return film.service


@pytest.fixture
def account(service: Served) -> str:
    return str(service.get("/v1/accounts").json()["items"][0]["id"])


def introduced(service: Served, name: str = "Mina", kind: str = "person") -> str:
    body = {"name": name, "kind": kind, "depicts": "fictional"}
    return str(service.made("/v1/characters", body)["id"])


def adopted(service: Served, account: str | None, character: str) -> dict[str, Any]:
    body = {"voice_id": str(next(_IDS)), "account": account, "character": character, "name": "Mina"}
    return service.made("/v1/voices", body)


def customs(kling: Sandbox) -> list[str]:
    """The account's own voices as Kling lists them now."""
    console = Console(kling)
    try:
        return console.voices()
    finally:
        console.close()


def ended(film: Film, answer: httpx.Response) -> dict[str, Any]:
    """A mint that was taken, carried to its end."""
    assert answer.status_code == 202, answer.text
    path, end = answer.headers["location"], time.monotonic() + 20
    while (card := film.service.get(path).json())["state"] == "minting":
        assert time.monotonic() < end, card
        film.work(0.05)
    found: dict[str, Any] = card
    return found


def test_a_voice_is_adopted_listed_and_shown(service: Served, account: str) -> None:
    """An adopted voice is live, on the key holder's word, and found by character and by account."""
    who = introduced(service)
    card = adopted(service, account, who)
    assert (card["state"], card["attested_by"], card["version"]) == ("live", "tester", 1)
    assert service.get(f"/v1/voices/{card['id']}").json() == card
    for query in ({"character": who}, {"account": account, "limit": 500}):
        assert card in service.get("/v1/voices", params=query).json()["items"]
    assert service.get("/v1/voices", params={"character": an_id("character")}).json()["items"] == []


def test_the_same_voice_again_is_the_first(service: Served, account: str) -> None:
    """For the same character it answers the first adoption; for another it is refused with whose it is."""
    who, other = introduced(service), introduced(service, "Jun")
    first = adopted(service, account, who)
    again = {"voice_id": first["voice_id"], "account": account, "character": who}
    repeated = service.post("/v1/voices", again)
    assert (repeated.status_code, repeated.json()["id"]) == (200, first["id"])
    refused = service.post("/v1/voices", {**again, "character": other})
    assert who in problem(refused, 409, "voice-taken")["detail"]
    service.made(f"/v1/voices/{first['id']}/retire", {"reason": "recast"})
    assert "retired" in problem(service.post("/v1/voices", again), 409, "voice-taken")["detail"]


def test_a_preset_may_be_several_characters(service: Served) -> None:
    """Presets are the vendor's and shared: each character adopts its own, and again the same answers the first."""
    who, other, preset = introduced(service), introduced(service, "Jun"), str(next(_IDS))
    body = {"voice_id": preset, "account": None, "character": who}
    first = service.made("/v1/voices", body)
    assert service.post("/v1/voices", body).json()["id"] == first["id"]
    second = service.post("/v1/voices", {**body, "character": other})
    assert (second.status_code, second.json()["account"]) == (201, None)


def test_a_voice_for_a_cup_of_coffee_is_refused(service: Served, account: str) -> None:
    """Things have no voice, whether it exists already or is to be made (contract R54)."""
    cup = introduced(service, "Cup", kind="product")
    before = service.position()
    for said in ({"voice_id": str(next(_IDS))}, {"url": "https://recordings.example/cup.wav"}):
        answer = service.post("/v1/voices", {"character": cup, "account": account, **said})
        assert answer.status_code == 422
        assert "R54" in answer.text
    assert service.position() == before


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({}, "say which voice"),
        ({"voice_id": "1", "url": "https://recordings.example/a.wav"}, "leave url out"),
        ({"url": "https://recordings.example/a.wav", "attested_by": "Yuna"}, "attested_by"),
        ({"voice_id": "a b"}, "voice_id"),
        ({"voice_id": "x" * 65}, "voice_id"),
        ({"voice_id": 829}, "voice_id"),
        ({"voice_id": "1", "pitch": 2}, "pitch"),
    ],
)
def test_a_malformed_body_is_refused_by_name(service: Served, said: dict[str, Any], named: str) -> None:
    """One way to a voice at a time, ids as the vendor writes them, and nothing that is not known."""
    answer = service.post("/v1/voices", {"character": introduced(service), **said})
    assert named in str(problem(answer, 422, "invalid-request")["errors"])


def test_what_does_not_exist_is_not_found(service: Served, account: str) -> None:
    """Unknown characters, accounts and voices answer alike wherever they are named."""
    who, nobody = introduced(service), an_id("character", 7)
    body = {"voice_id": str(next(_IDS)), "account": account, "character": who}
    problem(service.post("/v1/voices", {**body, "character": nobody}), 404, "not-found")
    problem(service.post("/v1/voices", {**body, "account": an_id("account", 7)}), 404, "not-found")
    for path in (f"/v1/voices/{an_id('voice', 7)}", "/v1/voices/voice_x", "/v1/voices/mina"):
        problem(service.get(path), 404, "not-found")
        problem(service.post(f"{path}/retire", {"reason": "x"}), 404, "not-found")
        problem(service.post(f"{path}/remint", {"reason": "lost"}), 404, "not-found")
    problem(service.get("/v1/voices/presets", params={"account": an_id("account", 7)}), 404, "not-found")


def test_a_character_is_given_its_voice_and_shows_it(service: Served, account: str) -> None:
    """Binding puts the voice on the character's card; null takes it away; another's is refused."""
    who, other = introduced(service), introduced(service, "Jun")
    voice = adopted(service, account, who)["id"]
    bound = service.made(f"/v1/characters/{who}/voice", {"voice": voice, "reason": "cast"})
    assert (bound["voice"], service.get(f"/v1/characters/{who}").json()["voice"]) == (voice, voice)
    position = service.position()
    service.made(f"/v1/characters/{who}/voice", {"voice": voice})
    assert service.position() == position
    problem(service.post(f"/v1/characters/{other}/voice", {"voice": voice}), 422, "invalid")
    assert service.made(f"/v1/characters/{who}/voice", {"voice": None, "reason": "mute"})["voice"] is None


def test_a_voice_is_retired_once(service: Served, account: str) -> None:
    """Retiring says why; a second time is refused, and nobody is given the voice any more."""
    who = introduced(service)
    voice = adopted(service, account, who)["id"]
    card = service.made(f"/v1/voices/{voice}/retire", {"reason": "recast"})
    assert (card["state"], card["reason"]) == ("retired", "recast")
    problem(service.post(f"/v1/voices/{voice}/retire", {"reason": "x"}), 409, "already-retired")
    problem(service.post(f"/v1/characters/{who}/voice", {"voice": voice}), 409, "already-retired")


def test_a_voice_is_deleted_at_kling(film: Film, service: Served, account: str, kling: Sandbox) -> None:
    """Retired first, then deleted at the provider, then noted; a repeat with the same key is the same answer."""
    asked = {"character": introduced(service), "account": account, "url": "https://recordings.example/a.wav"}
    card = ended(film, service.post("/v1/voices", asked))
    path, once = f"/v1/voices/{card['id']}", {"Idempotency-Key": "delete-voice"}
    assert card["voice_id"] in customs(kling)

    first = service.post(f"{path}/retire", {"reason": "recast", "delete": True}, headers=once)

    assert (first.status_code, first.json()["state"]) == (200, "retired")
    assert card["voice_id"] not in customs(kling)
    assert service.get(path).json()["state"] == "deleted"
    again = service.post(f"{path}/retire", {"reason": "recast", "delete": True}, headers=once)
    assert again.json() == first.json()
    problem(service.post(f"{path}/retire", {"reason": "x", "delete": True}), 409, "already-retired")


def test_a_retired_voice_can_still_be_deleted(
    film: Film, service: Served, account: str, kling: Sandbox
) -> None:
    """What was retired without being deleted is deleted by asking again, on the command line too."""
    asked = {"character": introduced(service), "account": account, "url": "https://recordings.example/b.wav"}
    card = ended(film, service.post("/v1/voices", asked))
    service.made(f"/v1/voices/{card['id']}/retire", {"reason": "recast"})
    assert card["voice_id"] in customs(kling)

    told = at_the_terminal(service, "voices", "retire", card["id"], "--reason", "done with", "--delete")

    assert told["state"] == "deleted"
    assert card["voice_id"] not in customs(kling)


def test_what_is_not_ones_own_is_not_deleted(service: Served, account: str) -> None:
    """Presets and voices that the account's list does not hold are refused by R59, and are not retired either."""
    for owner in (None, account):
        path = f"/v1/voices/{adopted(service, owner, introduced(service))['id']}"
        before = service.position()
        refused = service.post(f"{path}/retire", {"reason": "recast", "delete": True})
        assert "R59" in problem(refused, 409, "cannot-delete")["detail"]
        assert (service.get(path).json()["state"], service.position()) == ("live", before)


def test_the_vendor_s_presets_are_listed_with_where_to_hear_them(service: Served) -> None:
    """The list comes from the provider, and each entry can be auditioned."""
    items = service.get("/v1/voices/presets").json()["items"]
    assert len({one["voice_id"] for one in items}) == len(items) > 0
    assert (
        httpx.get(items[0]["trial_url"], trust_env=False, verify=False).headers["content-type"] == "audio/wav"
    )


def test_a_voice_is_made_and_can_be_auditioned(film: Film, service: Served, account: str) -> None:
    """One paid call; the voice is there with Kling's id, its price, and an address where it can be heard."""
    who = introduced(service)
    asked = {"character": who, "account": account, "url": "https://recordings.example/mina.wav"}
    card = ended(film, service.post("/v1/voices", asked))
    assert (card["state"], card["character"], card["units"]) == ("live", who, card["estimate"])
    assert card["voice_id"]
    assert card["submission"]
    assert card["trial_url"].endswith(".wav")


def test_a_voice_is_made_again_in_the_place_of_a_lost_one(film: Film, service: Served, account: str) -> None:
    """A remint names whose place it takes; an adopted voice needs a recording, because nobody knows what it was made from."""
    who = introduced(service)
    asked = {"character": who, "account": account, "url": "https://recordings.example/mina.wav"}
    first = ended(film, service.post("/v1/voices", asked))
    again = ended(film, service.post(f"/v1/voices/{first['id']}/remint", {"reason": "lost"}))
    assert (again["remint_of"], again["character"], again["state"]) == (first["id"], who, "live")
    assert again["voice_id"] != first["voice_id"]
    assert again["reason"] == "lost"
    old = adopted(service, account, who)["id"]
    problem(service.post(f"/v1/voices/{old}/remint", {"reason": "lost"}), 422, "invalid")
    anew = service.post(
        f"/v1/voices/{old}/remint", {"reason": "lost", "url": "https://recordings.example/mina.wav"}
    )
    assert ended(film, anew)["remint_of"] == old


def test_a_recording_of_ours_is_judged_by_its_length(service: Served, account: str) -> None:
    """Five to thirty seconds make a voice (contract R58); a picture makes none."""
    who = introduced(service)
    short = service.upload(wav(0.9, pitch=17)).json()["id"]
    picture = service.upload(png()).json()["id"]
    for recording in (short, picture):
        answer = service.post("/v1/voices", {"character": who, "account": account, "recording": recording})
        assert answer.status_code == 422
        assert recording in answer.text


def test_the_same_key_repeats_the_answer(service: Served, account: str) -> None:
    """A repeated request answers as the first did, and nothing is made twice."""
    who = introduced(service)
    body = {"character": who, "account": account, "url": "https://recordings.example/mina.wav"}
    one, two = (service.post("/v1/voices", body, headers={"Idempotency-Key": "same"}) for _ in range(2))
    assert (one.json(), two.headers["idempotency-replayed"]) == (two.json(), "true")
    assert len(service.get("/v1/voices", params={"character": who}).json()["items"]) == 1


def at_the_terminal(service: Served, *words: object) -> Any:
    """What `continuity … --json` prints."""
    environment = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key, "HOME": "/nowhere"}
    done = CliRunner().invoke(cli, [*map(str, words), "--json"], obj=environment)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_command_line_adopts_binds_lists_and_retires(service: Served, account: str) -> None:
    """Every command of voices does what its route does, and people are named as they are called."""
    name, voice_id = f"Hana {next(_IDS)}", next(_IDS)
    who = introduced(service, name)
    card = at_the_terminal(service, "voices", "adopt", voice_id, "--account", account, "--character", name)
    assert (card["voice_id"], card["character"]) == (str(voice_id), who)
    assert at_the_terminal(service, "voices", "show", card["id"]) == card
    assert at_the_terminal(service, "voices", "list", "--character", name) == [card]
    assert at_the_terminal(service, "voices", "bind", name, card["id"])["voice"] == card["id"]
    assert at_the_terminal(service, "voices", "bind", name, "--none", "--reason", "mute")["voice"] is None
    retired = at_the_terminal(service, "voices", "retire", card["id"], "--reason", "recast")
    assert retired["state"] == "retired"
    presets = at_the_terminal(service, "voices", "presets", "--account", account)
    assert {"voice_id", "name", "trial_url"} == set(presets[0])


def test_the_command_line_has_voices_made(film: Film, service: Served, account: str) -> None:
    """A voice is asked for, and made again, with one command each."""
    name = f"Sora {next(_IDS)}"
    introduced(service, name)
    address = ("--from-url", "https://recordings.example/sora.wav")
    card = at_the_terminal(service, "voices", "mint", name, *address, "--account", account)
    assert card["state"] == "minting"
    while service.get(f"/v1/voices/{card['id']}").json()["state"] == "minting":
        film.work(0.05)
    again = at_the_terminal(service, "voices", "remint", card["id"], "--reason", "lost")
    assert (again["remint_of"], again["reason"]) == (card["id"], "lost")


def test_a_folder_of_every_kind_is_imported(service: Served, tmp_path: Path) -> None:
    """`assets import` takes recordings and documents beside pictures, by their bytes, and refuses what is disguised."""
    files = {"voice.txt": wav(0.31, pitch=19), "face.mp3": png(), "release.doc": PDF + b"\n"}
    for name, content in {**files, "song.mp3": b"<html></html>"}.items():
        (tmp_path / name).write_bytes(content)
    environment = {"CONTINUITY_URL": service.url, "CONTINUITY_KEY": service.key, "HOME": "/nowhere"}
    done = CliRunner().invoke(cli, ["assets", "import", str(tmp_path), "--json"], obj=environment)
    told = {Path(one["file"]).name: one for one in map(json.loads, done.stdout.splitlines())}
    assert {name: one["verdict"] for name, one in told.items() if name != "song.mp3"} == dict.fromkeys(
        files, "registered"
    )
    assert (told["song.mp3"]["verdict"], told["song.mp3"]["code"]) == ("refused", "not-a-document")
    kinds = [service.get(f"/v1/assets/{told[name]['asset']}").json()["kind"] for name in files]
    assert kinds == ["audio", "picture", "document"]


def test_a_voice_is_previewed_for_nothing(service: Served, account: str) -> None:
    """A preview tells payload, price and every finding, writes nothing, and has nothing to say of a voice that exists."""
    wanted = {
        "character": introduced(service),
        "account": account,
        "name": "a name of more than twenty letters",
    }
    before = service.position()

    answer = service.http.post(
        "/v1/voices/preview", json=wanted | {"url": "https://recordings.example/m.wav"}
    )
    exists = service.http.post("/v1/voices/preview", json=wanted | {"voice_id": str(next(_IDS))})

    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["sendable"], shown["estimate"]["units"]) == (False, "0.05")
    assert "R56" in {finding["rule"] for finding in shown["findings"]}
    assert "exists at Kling" in problem(exists, 422, "invalid")["detail"]
    assert service.position() == before
