"""A service with footage that was not made here, for tests of what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.api.served.filming import Film, filming
from tests.api.served.serving import Served
from tests.servers.copying import film, shots
from tests.servers.sandbox import sandbox

SAID = {"source": "Northlight Stock, 4711", "ai_generated": "no"}


@dataclass
class House:
    """A service with a scene, a fictional and a real person, and footage that was adopted as showing both."""

    film: Film
    scene: str
    shot: str
    mina: str
    hana: str
    likeness: str
    content: bytes
    clip: str

    @property
    def service(self) -> Served:
        return self.film.service


def adopt(service: Served, content: bytes, **said: Any) -> httpx.Response:
    headers = said.pop("headers", {})
    return service.post(
        "/v1/clips", files={"file": ("take.mp4", content)}, data={**SAID, **said}, headers=headers
    )


def adopted(service: Served, content: bytes, **said: Any) -> dict[str, Any]:
    answer = adopt(service, content, **said)
    assert answer.status_code == 201, answer.text
    card: dict[str, Any] = answer.json()
    return card


@contextmanager
def adopting(folder: Path) -> Iterator[House]:
    """The house, with a sandbox and a worker of its own."""
    with (
        sandbox() as kling,
        filming(folder, kling, CONTINUITY_POLL_FIRST_SECONDS="0.1") as made,
    ):
        service = made.service
        scene = service.made("/v1/scenes", {"production": made.production, "name": "Harbour"})["id"]
        shot = service.made(f"/v1/scenes/{scene}/shots", {"action": "The harbour at dawn."})["shots"][0]["id"]
        mina = service.made("/v1/characters", {"depicts": "fictional", "name": "Mina"})["id"]
        hana = service.made("/v1/characters", {"depicts": "real_person", "name": "Hana"})["id"]
        likeness = service.made("/v1/likenesses", {"name": "Hana Kim", "minor": False})["id"]
        service.made(f"/v1/characters/{hana}/likeness", {"likeness": likeness})
        service.made(f"/v1/characters/{mina}/looks", {"look": "winter, grey", "wardrobe": "a grey coat"})
        content = film(shots(count=60))
        said = {"scene": scene, "shot": shot, "label": "Harbour", "depicts_real_person": "yes"}
        people = f"{mina}:winter, grey,{hana}"
        card = adopted(service, content, **said, characters=people)
        yield House(made, scene, shot, mina, hana, likeness, content, card["id"])


def refusals(service: Served, asked: dict[str, Any]) -> set[str]:
    """The ids of what refuses a request."""
    answer = service.http.post("/v1/generations/preview", json=asked)
    return {one["rule"] for one in answer.json()["findings"] if one["severity"] == "E"}
