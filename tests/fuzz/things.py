"""A studio with one of everything in it, and its ids by kind: part of the requests that are made up meets what is there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

from registry.deciders.clip import RecordClip
from registry.deciders.scene import RecordContinuity
from registry.events.clip import ClipRecorded
from registry.events.envelope import Context
from registry.events.references import StoredBytes
from registry.events.scene import ContinuityRecorded
from tests.api.served.serving import Served, png

_ID: Final = re.compile(r"([a-z]+)_[0-7][0-9a-hjkmnp-tv-z]{25}")
_OF_FOUR: Final = 3
"""In so many of four places where an id is made up, one that is there stands instead."""


@dataclass(frozen=True, slots=True)
class Things:
    """Ids by kind, in the order they were made: the same request names the same thing in every studio that was filled alike.

    `words` are names that are there, by the parameters that take them.
    """

    ids: dict[str, tuple[str, ...]]
    words: dict[str, tuple[str, ...]]

    def instead(self, name: str, said: str, number: int) -> str:
        """What is sent where a text stands under a name."""
        chance = crc32(f"{number} {name} {said}".encode("utf-8", "replace"))
        found = _ID.fullmatch(said)
        known = self.ids.get(found[1], ()) if found else self.words.get(name, ())
        if not known or chance % 4 >= _OF_FOUR:
            return said
        return known[chance // 4 % len(known)]

    def within(self, body: Any, number: int, name: str = "") -> Any:
        """A body with ids exchanged like that, at any depth."""
        match body:
            case dict():
                return {key: self.within(value, number, str(key)) for key, value in body.items()}
            case list():
                return [self.within(value, number, name) for value in body]
            case str():
                return self.instead(name, body, number)
            case _:
                return body


def fill(service: Served, footage: bytes) -> Things:
    """Make one of everything, and two of most; the service's own key is none of the keys."""
    ids: dict[str, list[str]] = {}

    def made(kind: str, path: str, body: Any) -> str:
        found = str(service.made(path, body)["id"])
        ids.setdefault(kind, []).append(found)
        return found

    account = made("account", "/v1/accounts", {"name": "main", "region": "singapore"})
    production = made("production", "/v1/productions", {"name": "Café", "account": account})
    made("production", "/v1/productions", {"name": "Street", "account": account})
    ids["asset"] = [str(service.upload(png(640, 640, colour=one)).json()["id"]) for one in range(4)]
    for name, picture in zip(("mina", "jun"), ids["asset"], strict=False):
        character = made("character", "/v1/characters", {"name": name, "depicts": "fictional"})
        service.made(f"/v1/characters/{character}/references", {"asset": picture, "role": "frontal"})
        service.made(f"/v1/characters/{character}/looks", {"look": "winter", "wardrobe": "a red coat"})
        made(
            "element",
            "/v1/elements",
            {"element_id": 9_000 + len(ids), "account": account, "character": character},
        )
        made("voice", "/v1/voices", {"voice_id": str(len(ids)), "account": account, "character": character})
        scene = made("scene", "/v1/scenes", {"production": production, "name": name})
        service.made(f"/v1/scenes/{scene}/cast", {"character": character})
        shots = service.made(f"/v1/scenes/{scene}/shots", {"action": "They argue."})["shots"]
        ids.setdefault("shot", []).append(str(shots[0]["id"]))
        made("key", "/v1/keys", {"holder": name, "roles": ["reader"]})
        made("webhook", "/v1/webhooks", {"url": "http://127.0.0.1:9/", "holder": name})
        likeness = made("likeness", "/v1/likenesses", {"name": f"{name} Kim", "minor": False})
        _consent(service, likeness, ids)
    body = {"production": production, "prompt": "Rain on empty tables.", "duration": 5}
    for _ in range(2):
        ids.setdefault("generation", []).append(str(service.post("/v1/generations", body).json()["id"]))
    service.change("PUT", "/v1/subscriptions/exporter", {"position": 0})
    ids["clip"] = [_clip(service, ids["scene"][0], footage)]
    looked = {"depicts_real_person": "no", "accept": {"W701": "for the desk"}}
    said = {"to": "Han River", "role": "deployer", "basis": "label_shown", "reviewer": "Ana", **looked}
    made("delivery", f"/v1/clips/{ids['clip'][0]}/deliveries", said)
    record = service.get(f"/v1/scenes/{ids['scene'][0]}/continuity").json()["items"][0]
    words = {
        "position": (str(record["position"]),),
        "look": ("winter",),
        "subscription": ("exporter",),
        "character": (*ids["character"], "mina"),
        "thing": (ids["clip"][0], ids["asset"][0]),
    }
    return Things({kind: tuple(found) for kind, found in ids.items()}, words)


def _consent(service: Served, likeness: str, ids: dict[str, list[str]]) -> None:
    given = service.get("/openapi.json").json()["components"]["schemas"]["NewConsent"]["examples"][0]
    card = service.made(f"/v1/likenesses/{likeness}/consents", {**given, "evidence": ids["asset"][0]})
    ids.setdefault("consent", []).append(str(card["consents"][0]["id"]))


def _clip(service: Served, scene: str, footage: bytes) -> str:
    """A clip with its bytes, as a worker would have recorded it at the end of a generation that is not in the log."""
    registry, studio = service.continuity.registry, service.continuity.studio
    clip, submission, generation = (registry.make_id(kind) for kind in ("clip", "submission", "generation"))
    key = f"{studio}/{submission}/clip"
    stored = service.continuity.blobs.put(key, [footage], content_type="video/mp4")
    recorded = ClipRecorded(
        generation=generation,
        submission=submission,
        scene=scene,
        stored=StoredBytes(key=key, bytes=len(footage), sha256=stored.sha256, media_type="video/mp4"),
        duration_us=1_001_000,
        width=64,
        height=48,
        has_audio=True,
        kling_video_id=submission,
        kling_url=f"https://results.example/{submission}.mp4",
        kling_url_expires_at=1_797_962_400_000_000,
    )
    record = ContinuityRecorded(
        generation=generation,
        submission=submission,
        outcome="delivered",
        clip=clip,
        clip_sha256=stored.sha256,
        prompt="They argue.",
        framing="wide shot",
    )
    commands = [RecordClip(stream=clip, clip=recorded), RecordContinuity(stream=scene, continuity=record)]
    registry.handle(studio, commands, context=Context(actor="tester"))
    return clip
