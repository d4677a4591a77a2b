"""A studio in which every text that anybody may write is a script: whatever a page shows of it must stay words."""

from __future__ import annotations

from typing import Any

from generation.sandbox.accounts import DEFAULT_ACCOUNT
from tests.api.served.filming import Film
from tests.api.served.serving import Served, png
from tests.browser.hostile_ends import end
from tests.browser.scripts import BECAUSE, NAME, SCRIPT


def fill(film: Film) -> dict[str, str]:
    """One of everything, by the name that addresses have for it."""
    made, service = film.service.made, film.service
    found: dict[str, str] = {"account": made("/v1/accounts", {"name": SCRIPT, "region": "sandbox"})["id"]}
    found["production"] = made("/v1/productions", {"name": SCRIPT, "account": found["account"]})["id"]
    made("/v1/studios", {"name": SCRIPT, "holder": SCRIPT})
    found["asset"] = _upload(film, "frontal")
    found["character"] = _character(film, found)
    found["likeness"] = _person(film, found)
    scene = {"production": found["production"], "name": SCRIPT, "setting": SCRIPT, "client_reference": SCRIPT}
    found["scene"] = made("/v1/scenes", scene)["id"]
    here = f"/v1/scenes/{found['scene']}"
    assert service.post(f"{here}/cast", {"character": found["character"]}).status_code == 200
    shot = service.post(
        f"{here}/shots", {"action": SCRIPT, "framing": SCRIPT, "client_reference": SCRIPT}
    ).json()["shots"][0]["id"]
    found["shot"] = shot
    _film(film, found)
    found["record"] = str(service.get(f"{here}/continuity").json()["items"][0]["position"])
    _over(film, found)
    webhook = {"url": "https://hooks.example.com/x", "holder": SCRIPT, "description": SCRIPT}
    found["webhook"] = made("/v1/webhooks", webhook)["id"]
    found["key"] = made("/v1/keys", {"holder": SCRIPT, "roles": ["reader"]})["id"]
    found["reconciliation"] = made("/v1/reconciliations", {"account": found["account"]})["id"]
    end(film, found)
    return found | {"thing": found["clip"], "position": str(service.position())}


def _character(film: Film, found: dict[str, str]) -> str:
    said = {"name": NAME, "aliases": [SCRIPT], "depicts": "fictional", "description": SCRIPT}
    said |= {"client_reference": SCRIPT}
    character = str(film.service.made("/v1/characters", said)["id"])
    here, post = f"/v1/characters/{character}", film.service.post
    look = {"look": "winter", "wardrobe": SCRIPT, "styling": SCRIPT, "age": SCRIPT}
    assert post(f"{here}/looks", look).status_code == 200
    assert post(f"{here}/references", {"asset": found["asset"], "role": "frontal"}).status_code == 200
    element = {
        "element_id": DEFAULT_ACCOUNT.elements[0].element_id,
        "account": found["account"],
        "character": character,
        "made_from": "image",
        "attested_by": SCRIPT,
    }
    film.service.made("/v1/elements", element)
    voice = {"voice_id": "829826751244537885", "account": found["account"], "character": character}
    voice_id = film.service.made("/v1/voices", {**voice, "name": SCRIPT, "attested_by": SCRIPT})["id"]
    assert post(f"{here}/voice", {"voice": voice_id}).status_code == 200
    return character


def _person(film: Film, found: dict[str, str]) -> str:
    """Somebody real, who allowed something and took one of two consents back."""
    made = film.service.made
    person = str(made("/v1/likenesses", {"name": SCRIPT, "minor": True, "guardian": SCRIPT})["id"])
    here = f"/v1/likenesses/{person}/consents"
    for _ in range(2):
        card = made(here, {"evidence": found["asset"], "signed_by": SCRIPT})
    made(f"{here}/{card['consents'][0]['id']}/revoke", BECAUSE)
    return person


def _over(film: Film, found: dict[str, str]) -> None:
    """What is over, and why: a key, a character, a picture, a shot, an account's hold."""
    made, account = film.service.made, f"/v1/accounts/{found['account']}"
    found["revoked"] = made("/v1/keys", {"holder": SCRIPT, "roles": ["reader"]})["id"]
    made(f"/v1/keys/{found['revoked']}/revoke", BECAUSE)
    found["retired"] = made("/v1/characters", {"name": SCRIPT, "depicts": "fictional"})["id"]
    made(f"/v1/characters/{found['retired']}/retire", BECAUSE)
    found["unused"] = _upload(film, "unused", side=600)
    made(f"/v1/assets/{found['unused']}/retire", BECAUSE)
    shots = f"/v1/scenes/{found['scene']}/shots"
    dropped = film.service.post(shots, {"action": SCRIPT}).json()["shots"][-1]["id"]
    assert film.service.change("DELETE", f"{shots}/{dropped}", params=BECAUSE).status_code == 200
    made(f"{account}/hold", {"scope": "sending", **BECAUSE})
    made(f"{account}/resume", {"scope": "sending", **BECAUSE})


def _film(film: Film, found: dict[str, str]) -> None:
    """A take, what people say of it, and what came of its request."""
    said = {"scene": found["scene"], "shot": found["shot"], "action": SCRIPT, "client_reference": SCRIPT}
    card = filmed(film.service, said)
    found |= {"generation": card["id"], "clip": card["clip"], "submission": card["submission"]}
    here, post = f"/v1/clips/{card['clip']}", film.service.post
    assert post(f"{here}/notes", {"text": SCRIPT, "at_us": 500_000}).status_code < 300
    assert post(f"{here}/approve", {"note": SCRIPT}).status_code == 200
    assert post(f"{here}/withdraw-approval", BECAUSE).status_code == 200


def filmed(service: Served, asked: dict[str, Any]) -> dict[str, Any]:
    """A generation that the worker has carried to its end; its card."""
    answer = service.post("/v1/generations", asked)
    assert answer.status_code == 202, answer.text
    card: dict[str, Any] = service.get(answer.headers["location"], params={"wait": 20}).json()
    assert card["outcome"] == "delivered", card
    return card


def _upload(film: Film, label: str, *, side: int = 512) -> str:
    files = {"file": (f"{SCRIPT}.png", png(side, side), "image/png"), "label": (None, SCRIPT)}
    answer = film.service.change("POST", "/v1/assets", files=files, headers={"X-Label": label})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
