"""Elements over HTTP: asked for from a recipe, followed to their id, used, lost, made anew; and recipes that cannot be."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli.root import cli
from tests.api.served.filming import Film, filming
from tests.api.served.serving import png
from tests.servers.sandbox import sandbox


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Film]:
    with sandbox() as kling, filming(tmp_path_factory.mktemp("service"), kling) as opened:
        yield opened


@pytest.fixture(scope="module", name="account")
def account_fixture(film: Film) -> str:
    return str(film.service.get("/v1/accounts").json()["items"][0]["id"])


@pytest.fixture(scope="module")
def mina(film: Film) -> str:
    """A person with a frontal picture and two other views."""
    return person(film, "Mina")


def person(film: Film, name: str, *roles: str) -> str:
    character = str(
        film.service.made(
            "/v1/characters", {"name": name, "depicts": "fictional", "description": "A barista"}
        )["id"]
    )
    for number, role in enumerate(roles or ("frontal", "three_quarter", "profile")):
        picture = film.service.upload(png(720, 720 + number + 10 * len(name))).json()["id"]
        film.service.made(f"/v1/characters/{character}/references", {"asset": picture, "role": role})
    return character


def followed(film: Film, location: str) -> dict[str, Any]:
    """Work until the mint has its end."""
    end = time.monotonic() + 20
    while (card := film.service.get(location).json())["mint"]["outcome"] is None:
        assert time.monotonic() < end, card
        film.work(0.05)
    found: dict[str, Any] = card
    return found


def test_a_recipe_becomes_an_element(film: Film, mina: str, account: str) -> None:
    """POST answers 202 with where to look and when; the element gets its id, its cost and its submission."""
    answer = film.service.post("/v1/elements", {"character": mina, "account": account})
    assert (answer.status_code, answer.headers["retry-after"]) == (202, "2"), answer.text
    assert (answer.json()["state"], answer.json()["element_id"]) == ("minting", None)

    card = followed(film, answer.headers["location"])
    assert (card["state"], card["mint"]["units"], card["submission_card"]["state"]) == (
        "live",
        "0",
        "succeeded",
    )
    assert card["element_id"] > 0
    assert card["mint"]["recipe"]["character"] == mina


def test_a_preview_spends_nothing(film: Film, mina: str, account: str) -> None:
    """The preview shows the payload with references, the price and the recipe's digest, and writes nothing."""
    before = film.service.position()
    shown = film.service.http.post(
        "/v1/elements/preview", json={"character": mina, "account": account}
    ).json()

    assert shown["sendable"], shown["findings"]
    assert shown["estimate"]["units"] == "0"
    assert shown["payload"]["element_image_list"]["frontal_image"].startswith("blob:asset_")
    assert len(shown["payload"]["element_image_list"]["refer_images"]) == 2
    assert film.service.position() == before


def test_everything_wrong_is_said_at_once(film: Film, account: str) -> None:
    """Five views, a picture that is not registered, a name too long and a tag of nobody's: one answer names them all."""
    sora = person(film, "Sora", "frontal")
    views = [film.service.upload(png(300 + n, 500)).json()["id"] for n in range(5)]
    for view in views:
        film.service.made(f"/v1/characters/{sora}/references", {"asset": view, "role": "other"})
    body = {
        "character": sora,
        "account": account,
        "frontal": "asset_01jd0k4m5vf2s8m1q3x7w9y2ab",
        "views": views,
        "name": "A name of more than twenty characters",
        "tags": ["o_999"],
    }
    answer = film.service.post("/v1/elements", body)
    assert answer.status_code == 422
    assert {"E406", "R47", "R50", "R53"} <= {one["rule"] for one in answer.json()["findings"]}


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"video": "clip_01jd0k4m5vf2s8m1q3x7w9y2ab"}, "E446"),
        ({"voice": "voice_01jd0k4m5vf2s8m1q3x7w9y2ab"}, "E444"),
        ({"look": "winter"}, "E423"),
        ({"account": "account_01jd0k4m5vf2s8m1q3x7w9y2ab"}, "E448"),
        ({"account": None}, "E411"),
        ({"production": "production_01jd0k4m5vf2s8m1q3x7w9y2ab"}, "E417"),
        ({"character": "character_01jd0k4m5vf2s8m1q3x7w9y2ab"}, "E401"),
        ({"description": "x" * 101}, "R48"),
        ({"views": []}, "R50"),
    ],
)
def test_recipes_that_cannot_be(film: Film, mina: str, account: str, body: dict[str, Any], rule: str) -> None:
    """Each is refused before anything is written, and the preview shows the same finding."""
    before = film.service.position()
    asked = {"character": mina, "account": account, **body}
    answer = film.service.post("/v1/elements", asked)
    assert answer.status_code == 422, answer.text
    assert rule in {one["rule"] for one in answer.json()["findings"]}
    shown = film.service.http.post("/v1/elements/preview", json=asked).json()
    assert rule in {one["rule"] for one in shown["findings"]}
    assert (shown["sendable"], film.service.position()) == (False, before)


def test_an_id_that_is_null_makes_nothing(film: Film, mina: str, account: str) -> None:
    """Who names an existing element and has lost its id is told so; nothing is made, and paid, in its stead."""
    before = film.service.position()
    asked = {"character": mina, "account": account, "element_id": None}

    answer = film.service.post("/v1/elements", asked)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert "element_id is null" in answer.json()["errors"][0]["message"]
    assert film.service.position() == before


def test_a_cup_has_no_voice(film: Film, account: str) -> None:
    """A voice for a cup of coffee is refused."""
    cup = film.service.made("/v1/characters", {"name": "Cup", "kind": "prop", "depicts": "fictional"})["id"]
    asked = {"character": cup, "account": account, "voice": "voice_01jd0k4m5vf2s8m1q3x7w9y2ab"}
    assert "E445" in film.service.post("/v1/elements", asked).text


@pytest.mark.parametrize(
    "body",
    [
        {"element_id": 7, "account": "account_01jd0k4m5vf2s8m1q3x7w9y2ab", "views": []},
        {"element_id": 7},
        {"attested_by": "Ana"},
        {"element_id": 2**63, "account": "account_01jd0k4m5vf2s8m1q3x7w9y2ab"},
        {"element_id": "7", "account": "account_01jd0k4m5vf2s8m1q3x7w9y2ab"},
    ],
)
def test_neither_an_adoption_nor_a_recipe(film: Film, mina: str, body: dict[str, Any]) -> None:
    """A body that mixes both, or lacks what one of them needs, is refused with what is wrong."""
    answer = film.service.post("/v1/elements", {"character": mina, **body})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request"), answer.text


def test_deleted_and_made_anew(film: Film, mina: str, account: str) -> None:
    """A lost element is reminted from its recipe: another id, the old one named, and its lineage shows both."""
    first = followed(
        film, film.service.post("/v1/elements", {"character": mina, "account": account}).headers["location"]
    )
    retired = film.service.post(f"/v1/elements/{first['id']}/retire", {"reason": "deleted at Kling"})
    assert retired.status_code == 200
    answer = film.service.post(f"/v1/elements/{first['id']}/remint", {"reason": "deleted at Kling"})
    assert answer.status_code == 202, answer.text

    again = followed(film, answer.headers["location"])
    assert again["mint"]["remint_of"] == first["id"]
    assert again["mint"]["recipe_digest"] == first["mint"]["recipe_digest"]
    assert again["element_id"] != first["element_id"]
    edges = film.service.get(f"/v1/lineage/{again['id']}").json()["edges"]
    assert ("remint-of", first["id"]) in {(one["kind"], one["source"]) for one in edges}


def test_an_adopted_one_is_reminted_from_its_pictures(film: Film, mina: str, account: str) -> None:
    """What was adopted has no recipe: its character's references of its look are taken."""
    body = {"element_id": 829836802793406551, "account": account, "character": mina}
    adopted = film.service.post("/v1/elements", body).json()
    answer = film.service.post(f"/v1/elements/{adopted['id']}/remint", {"reason": "a better one"})
    assert answer.status_code == 202, answer.text
    assert followed(film, answer.headers["location"])["state"] == "live"


def test_repeated_with_its_key_it_is_one(film: Film, mina: str, account: str) -> None:
    """The same key and body again answers the first 202, and one element is asked for."""
    headers = {"Idempotency-Key": "mint-once"}
    bodies = [
        film.service.post(
            "/v1/elements", {"character": mina, "account": account, "name": "Once"}, headers=headers
        )
        for _ in range(2)
    ]
    assert bodies[0].json()["id"] == bodies[1].json()["id"]
    assert bodies[1].headers["idempotency-replayed"] == "true"


def test_the_queue_shows_it(film: Film, mina: str, account: str) -> None:
    """While it waits it stands in the queue, of no production, in its own lane."""
    held = film.service.post(f"/v1/accounts/{account}/hold", {"scope": "sending", "reason": "lunch"})
    assert held.status_code in (200, 201), held.text
    asked = film.service.post("/v1/elements", {"character": mina, "account": account}).json()
    waits = [one for one in film.service.get("/v1/queue").json()["items"] if one["id"] == asked["id"]]

    assert [(one["model"], one["production"], one["code"]) for one in waits] == [("element", None, "hold")]
    assert "lunch" in film.service.get(f"/v1/elements/{asked['id']}").json()["waiting_for"]


@contextmanager
def working(film: Film) -> Iterator[None]:
    """A worker beside the command line, until that is done."""
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            film.work(0.05)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_the_command_line_makes_follows_and_makes_anew(film: Film, mina: str, account: str) -> None:
    """`mint` waits for the id, `show` tells it, `remint` names the one it replaces, `--preview` makes nothing."""
    known = {"CONTINUITY_URL": film.service.url, "CONTINUITY_KEY": film.service.key}

    def run(*line: str) -> Any:
        result = CliRunner().invoke(cli, [*line, "--json"], obj=known)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    film.service.post(f"/v1/accounts/{account}/resume", {"scope": "sending", "reason": "after lunch"})
    before = film.service.position()
    assert run("elements", "mint", mina, "--account", account, "--preview")["sendable"]
    assert film.service.position() == before
    with working(film):
        made = run("elements", "mint", mina, "--account", account, "--name", "Mina CLI")
        again = run("elements", "remint", made["id"], "--reason", "a test")
    assert (made["state"], made["mint"]["name"]) == ("live", "Mina CLI")
    assert (again["state"], again["mint"]["remint_of"]) == ("live", made["id"])
    assert run("elements", "show", again["id"])["element_id"] == again["element_id"]
    told = CliRunner().invoke(cli, ["elements", "show", again["id"]], obj=known).stdout
    assert str(again["element_id"]) in told
