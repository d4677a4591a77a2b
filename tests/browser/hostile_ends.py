"""More of the studio of scripts: what is said again, and of people what is taken away; then `hostile_deciding`."""

from __future__ import annotations

import time
from typing import Final

from generation.kling.signing import AccessKeyPair
from tests.api.served.filming import Film
from tests.api.served.serving import Served, png
from tests.browser.hostile_deciding import decide
from tests.browser.scripts import BECAUSE, NAME, SCRIPT, SHORT, say
from tests.servers.world import KEYS

_PATIENCE: Final = 20.0


def end(film: Film, found: dict[str, str]) -> None:
    """What `hostile.fill` left unsaid. What ends here are things of its own; those with a page come to `found`."""
    service = film.service
    _say_again(service, found)
    _end_person(service, found)
    _end_element(film, found)
    _end_voice(service, found)
    decide(film, found)


def _say_again(service: Served, found: dict[str, str]) -> None:
    """Words that are put in the place of others."""
    say(service, "PATCH", f"/v1/assets/{found['asset']}", {"label": SCRIPT, "description": SCRIPT})
    words = {"name": f"{NAME} again", "aliases": [f"{SCRIPT} again"], "description": SCRIPT}
    say(service, "PATCH", f"/v1/characters/{found['character']}", words)
    say(service, "PATCH", f"/v1/scenes/{found['scene']}", {"name": SCRIPT, "setting": f"{SCRIPT} again"})
    hook = f"/v1/webhooks/{found['webhook']}"
    say(service, "PATCH", hook, {"holder": f"{SCRIPT} again", "description": SCRIPT})
    say(service, "POST", f"{hook}/pause", BECAUSE)
    account = f"/v1/accounts/{found['account']}"
    say(service, "PUT", f"{account}/slots", {"model": SCRIPT, "slots": 5, "pack": SCRIPT})
    for word in ("hold", "resume"):
        say(service, "POST", f"{account}/{word}", {"scope": "model", "model": SCRIPT, **BECAUSE})
    found["elsewhere"] = say(service, "POST", "/v1/accounts", {"name": SCRIPT, "region": SCRIPT})["id"]
    key = AccessKeyPair(KEYS.access_key, KEYS.secret_key)
    say(service, "POST", f"{account}/keys", {"key_fingerprint": key.fingerprint, **BECAUSE})


def _end_person(service: Served, found: dict[str, str]) -> None:
    """A character whose picture, look, voice and person are taken away again."""
    here = (
        "/v1/characters/"
        + say(service, "POST", "/v1/characters", {"name": SCRIPT[:40], "depicts": "fictional"})["id"]
    )
    pictures = (service.upload(png(600, 600 + n), params={"label": SCRIPT}) for n in (1, 2))
    first, second = (one.json()["id"] for one in pictures)
    say(service, "POST", f"{here}/references", {"asset": first, "role": "frontal"})
    say(service, "DELETE", f"{here}/references", params={"asset": first, "role": "frontal", **BECAUSE})
    say(service, "POST", f"/v1/assets/{first}/supersede", {"by": second, **BECAUSE})
    say(service, "POST", f"{here}/looks", {"look": "summer", "wardrobe": SCRIPT})
    say(service, "POST", f"{here}/looks/summer/retire", BECAUSE)
    say(service, "POST", f"{here}/declare", {"depicts": "real_person", **BECAUSE})
    say(service, "POST", f"{here}/likeness", {"likeness": found["likeness"]})
    say(service, "DELETE", f"{here}/likeness", params=BECAUSE)


def _end_element(film: Film, found: dict[str, str]) -> None:
    """An element made from words, made again from others, and retired."""
    service = film.service
    said = {"name": SCRIPT[:60], "depicts": "fictional"}
    here = say(service, "POST", "/v1/characters", said)["id"]
    for number, role in enumerate(("frontal", "profile")):
        picture = service.upload(png(720, 720 + number)).json()["id"]
        say(service, "POST", f"/v1/characters/{here}/references", {"asset": picture, "role": role})
    recipe = {"name": SHORT, "description": SCRIPT}
    asked = {"character": here, "account": found["account"], **recipe}
    element = _minted(service, say(service, "POST", "/v1/elements", asked)["id"])
    again = {**BECAUSE, "recipe": {"character": here, "account": found["account"], **recipe}}
    newer = say(service, "POST", f"/v1/elements/{element}/remint", again)["id"]
    _minted(service, newer)
    say(service, "POST", f"/v1/elements/{newer}/retire", BECAUSE)
    found["recast"] = here


def _minted(service: Served, element: str) -> str:
    end = time.monotonic() + _PATIENCE
    while (card := service.get(f"/v1/elements/{element}").json())["mint"]["outcome"] is None:
        assert time.monotonic() < end, card
        time.sleep(0.05)
    assert card["state"] == "live", card
    return element


def _end_voice(service: Served, found: dict[str, str]) -> None:
    here = f"/v1/characters/{found['recast']}"
    said = {"voice_id": "829826751244537886", "account": found["account"], "character": found["recast"]}
    voice = say(service, "POST", "/v1/voices", {**said, "name": SCRIPT, "attested_by": SCRIPT})["id"]
    say(service, "POST", f"{here}/voice", {"voice": voice})
    say(service, "POST", f"{here}/voice", {"voice": None, **BECAUSE})
    again = {"url": "https://recordings.example/mina.wav", **BECAUSE}
    say(service, "POST", f"/v1/voices/{voice}/remint", again)
    say(service, "POST", f"/v1/voices/{voice}/retire", BECAUSE)
