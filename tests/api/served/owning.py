"""A studio that has one of everything, and another studio of the same installation, whose keys know nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.api.served.filming import filming
from tests.api.served.screening import take
from tests.api.served.serving import Served, png
from tests.servers.sandbox import sandbox

LABELLED = {
    **{"to": "Han River", "role": "deployer", "basis": "label_shown", "reviewer": "Ana Ruiz"},
    **{"depicts_real_person": "no", "accept": {"W701": "a proof for the colour desk"}},
}


@dataclass(frozen=True)
class Neighbours:
    """`ours` asks with every role in its own studio; `theirs` are the things of the other, by the name paths have for them."""

    ours: Served
    mine: dict[str, str]
    owner: Served
    theirs: dict[str, str]

    def positions(self) -> tuple[int, ...]:
        """Where every log ends."""
        return self.owner.position(), self.ours.position(), self.owner.system_position()


@contextmanager
def neighbours(folder: Path) -> Iterator[Neighbours]:
    with sandbox() as kling, filming(folder, kling) as film:
        owner = film.service
        account = owner.get("/v1/accounts").json()["items"][0]["id"]
        theirs = library(owner, account=account, calls="winter")
        card = film.made(scene=theirs["scene"], production=None)
        clip, scene = card["clip"], theirs["scene"]
        theirs |= {"generation": card["id"], "submission": card["submission"], "clip": clip}
        theirs["delivery"] = owner.made(f"/v1/clips/{clip}/deliveries", LABELLED)["id"]
        asked = {"account": theirs["account"]}
        theirs["reconciliation"] = owner.made("/v1/reconciliations", asked)["id"]
        told = owner.get(f"/v1/scenes/{scene}/continuity").json()["items"]
        theirs |= {"position": str(told[0]["position"]), "number": "1"}
        elsewhere = replace(owner.continuity, studio=owner.other_studio())
        with Served(elsewhere, owner.port, owner.server) as ours:
            account = ours.made("/v1/accounts", {"name": "ours", "region": "singapore"})["id"]
            mine = library(ours, account=account, calls="spring")
            yield Neighbours(ours, mine | {"clip": take(ours, mine["scene"])}, owner, theirs)


def library(service: Served, *, account: str, calls: str) -> dict[str, str]:
    """What a studio has before anything was sent, by the name that paths have for it. `calls` is what it calls things."""
    show = service.made("/v1/productions", {"name": "Last Seat", "account": account})["id"]
    scene = service.made("/v1/scenes", {"production": show, "name": "Café"})["id"]
    shot = service.made(f"/v1/scenes/{scene}/shots", {"action": "Steam rises."})["shots"][0]["id"]
    who = service.made("/v1/characters", {"depicts": "fictional", "name": "Hana"})["id"]
    face = service.upload(png()).json()["id"]
    likeness = service.made("/v1/likenesses", {"name": "Hana Kim", "minor": False})["id"]
    allowed = {"evidence": face, "signed_by": "Hana Kim"}
    consent = service.made(f"/v1/likenesses/{likeness}/consents", allowed)["consents"][0]["id"]
    service.made(f"/v1/characters/{who}/looks", {"look": calls, "wardrobe": "a grey coat"})
    service.made(f"/v1/characters/{who}/references", {"asset": face, "role": "frontal"})
    for holder in (f"/v1/scenes/{scene}", f"/v1/productions/{show}"):
        service.made(f"{holder}/pins", {"character": who, "look": calls})
    bound = {"account": account, "character": who}
    receiver = {"url": "https://hooks.example.com", "holder": "edit suite"}
    service.change("PUT", f"/v1/subscriptions/{calls}", {"position": 0})
    return {
        **{"account": account, "production": show, "scene": scene, "shot": shot, "character": who},
        **{"look": calls, "asset": face, "likeness": likeness, "consent": consent},
        "element": service.made("/v1/elements", {**bound, "element_id": 77_000_001})["id"],
        "voice": service.made("/v1/voices", {**bound, "voice_id": "1"})["id"],
        "webhook": service.made("/v1/webhooks", receiver)["id"],
        "key": service.made("/v1/keys", {"holder": "Jun", "roles": ["reader"]})["id"],
        "subscription": calls,
        "studio": service.continuity.studio,
    }
