"""From a file to its record, over HTTP: as certain as the evidence is, of nobody else's studio, and nothing of who was erased."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from PIL import Image

from api.auth import issue_key
from api.demo.pictures import draw_story_pictures
from api.routes import fingerprinting
from generation import examining
from registry import resembling
from registry.alike import FILM
from registry.resembling import COPY
from tests.api.served.filming import Film, filming
from tests.api.served.serving import Served, problem
from tests.servers.copying import back, encoded_anew, film, frames_in, remuxed, shots
from tests.servers.sandbox import sandbox


def jpeg(content: bytes, *, quality: int = 60, scale: float = 0.5, crop: float = 0.0) -> bytes:
    """A picture cut by a share of each side, scaled, and saved with halved colours."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    left, top = int(image.width * crop), int(image.height * crop)
    cut = image.crop((left, top, image.width - left, image.height - top))
    out = io.BytesIO()
    cut.resize((int(cut.width * scale), int(cut.height * scale))).save(
        out, "JPEG", quality=quality, subsampling=2
    )
    return out.getvalue()


def png_of(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@dataclass
class Story:
    """A scene with a real and a made-up person in two takes, and the bytes of what was kept."""

    film: Film
    hana: str
    likeness: str
    consent: str
    portrait: str
    scene: str
    face: bytes
    takes: dict[str, bytes] = field(default_factory=dict)

    @property
    def service(self) -> Served:
        return self.film.service

    def take(self, action: str) -> str:
        """One more take of her in the scene; the clip."""
        asked = {"scene": self.scene, "cast": [{"character": self.hana}], "accept": {"W504": "she is alone"}}
        clip: str = self.film.made(action=action, **asked)["clip"]
        return clip

    def content(self, clip: str) -> bytes:
        return self.service.get(f"/v1/clips/{clip}/content").content

    def ask(self, content: bytes, key: str | None = None, **headers: str) -> dict[str, Any]:
        said = {"Content-Type": "application/octet-stream", **headers}
        if key is not None:
            said["Authorization"] = f"Bearer {key}"
        answer = self.service.http.post("/v1/lookup", content=content, headers=said, timeout=60)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with sandbox() as kling, filming(tmp_path_factory.mktemp("lookup"), kling) as made:
        told = _cast(made)
        for number in range(2):
            clip = told.take(f"She waits, {number}.")
            told.takes[clip] = told.content(clip)
        yield told


def _cast(film: Film) -> Story:
    service, face = film.service, png_of(draw_story_pictures()["mina-frontal"])
    hana = service.made("/v1/characters", {"depicts": "real_person", "name": "Hana"})["id"]
    portrait = service.upload(face).json()["id"]
    service.made(f"/v1/characters/{hana}/references", {"asset": portrait, "role": "frontal"})
    likeness = service.made("/v1/likenesses", {"name": "Hana Kim", "minor": False})["id"]
    service.made(f"/v1/characters/{hana}/likeness", {"likeness": likeness})
    scan = service.upload(b"I allow my face to be used.\n").json()["id"]
    said = {"evidence": scan, "signed_by": "Hana Kim"}
    consents = service.made(f"/v1/likenesses/{likeness}/consents", said)
    scene = service.made("/v1/scenes", {"production": film.production, "name": "Platform"})["id"]
    service.made(f"/v1/scenes/{scene}/cast", {"character": hana})
    consent = service.get(f"/v1/likenesses/{likeness}").json()["consents"][0]["id"]
    assert consents
    return Story(film, hana, likeness, consent, portrait, scene, face)


def named(found: dict[str, Any]) -> list[str]:
    return [one["thing"] for one in found["found"]]


def test_exact_bytes_are_known_with_all_that_stands_behind_them(story: Story) -> None:
    """A clip's own bytes: scene, production, who is in it with what they allow, that a model made it, where its proof is."""
    clip, content = next(iter(story.takes.items()))
    (one,) = story.ask(content)["found"]

    assert (one["thing"], one["scene"], one["production"]) == (clip, story.scene, story.film.production)
    assert one["evidence"] | {"says": ""} == {
        **{"way": "digest", "kept": "clip", "certain": True, "says": ""},
        **{"distance": None, "bits": None, "frames": None},
    }
    (who,) = one["people"]
    assert (who["character"], who["name"], who["likeness"]) == (story.hana, "Hana", story.likeness)
    assert [(said["id"], said["state"]) for said in who["consents"]] == [(story.consent, "valid")]
    assert (one["ai_generated"], one["receipt"]) == (True, f"/v1/clips/{clip}/receipt")
    recorded = story.service.get(f"/v1/events?after={one['position'] - 1}&limit=1").json()["items"][0]
    assert (recorded["type"], recorded["stream"]) == ("ClipRecorded", clip)


def test_the_digest_alone_finds_exact_bytes(story: Story) -> None:
    """Asked by SHA-256 the same is found; of what is unknown it says that the bytes are needed for more."""
    clip, content = next(iter(story.takes.items()))
    digests = (hashlib.sha256(content).hexdigest(), "0" * 64)
    known, unknown = (story.service.http.post("/v1/lookup", json={"sha256": one}).json() for one in digests)

    assert (known["verdict"], named(known)) == ("known", [clip])
    assert (unknown["verdict"], unknown["found"]) == ("unknown", [])
    assert [(one["way"], one["done"]) for one in unknown["tried"]] == [
        ("digest", True), ("stream", False), ("looks", False)
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["matroska", "mov", "mpegts"])
def test_another_container_is_a_fact(story: Story, form: str) -> None:
    """The same tracks in another container are that take and no other, sound and all."""
    clip, content = next(iter(story.takes.items()))
    found = story.ask(remuxed(content, form, title="mine"))

    assert (found["verdict"], named(found)) == ("known", [clip])
    evidence = found["found"][0]["evidence"]
    assert (evidence["way"], evidence["certain"]) == ("stream", True)


@pytest.mark.parametrize("changed", [{"crf": 35}, {"scale": 0.5}], ids=["worse", "halved"])
def test_a_copy_encoded_anew_looks_like_its_take(story: Story, changed: dict[str, Any]) -> None:
    """It is said how far off it is, and never as a fact; the other take of the scene is not named before it."""
    for clip, content in story.takes.items():
        found = story.ask(encoded_anew(content, tone=None, **changed))

        assert (found["verdict"], named(found)) == ("looks_like", [clip])
        evidence = found["found"][0]["evidence"]
        assert (evidence["way"], evidence["certain"], evidence["bits"]) == ("looks", False, 288)
        assert evidence["distance"] <= FILM


def test_other_films_are_unknown(story: Story) -> None:
    """What was never here is unknown, and it is said what was tried."""
    found = story.ask(film(shots(back)))

    assert (found["verdict"], found["found"]) == ("unknown", [])
    assert [one["done"] for one in found["tried"]] == [True, True, True]


def test_pictures_are_known_in_every_form(story: Story) -> None:
    """The original, its rendition, the original under other metadata; a poster; and a JPEG of half the size looks like it."""
    service, clip = story.service, next(iter(story.takes))
    rendition = service.get(f"/v1/assets/{story.portrait}/content?rendition").content
    poster = service.get(f"/v1/clips/{clip}/poster").content
    for content, kept in ((story.face, "original"), (rendition, "rendition")):
        one = story.ask(content)["found"][0]
        assert (one["thing"], one["evidence"]["certain"]) == (story.portrait, True), kept
    assert "poster" in {one["evidence"]["kept"] for one in story.ask(poster)["found"]}

    found = story.ask(jpeg(story.face))
    assert found["verdict"] == "looks_like"
    assert story.portrait in named(found)
    assert found["found"][0]["evidence"]["distance"] <= COPY
    assert story.portrait not in named(story.ask(jpeg(story.face, scale=1.0, crop=0.06)))


def test_hostile_bytes_are_unknown(story: Story) -> None:
    """Cut short, no media, a bomb, nothing at all: an answer that says why, and nothing falls over."""
    content = next(iter(story.takes.values()))
    bomb = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (60_000).to_bytes(4) * 2 + b"\x08\x02\0\0\0" + b"\0" * 40
    hostile = (
        content[: len(content) // 2],
        b"\x1a\x45\xdf\xa3" + b"\xff" * 999,
        bomb,
        b"\0" * 500,
        b"%PDF-1.7",
    )
    for one in hostile:
        found = story.ask(one)
        assert (found["verdict"], found["found"]) == ("unknown", [])
        assert all(said["says"] for said in found["tried"])
    assert story.ask(b"")["verdict"] == "unknown"


def test_questions_that_are_none(story: Story) -> None:
    """A digest that is none, words that are unknown, too many of them, and no file: refused with what is wrong."""
    http = story.service.http
    for said in ({"sha256": "x"}, {"sha256": "0" * 64, "more": 1}, {}, [], None):
        problem(http.post("/v1/lookup", json=said), 422, "invalid-request")
    problem(http.post("/v1/lookup", json={"sha256": "0" * 70_000}), 413, "too-large")
    assert http.post("/v1/lookup", files={"file": story.face}).json()["verdict"] == "known"
    problem(http.post("/v1/lookup", files={"file": story.face}, data={"label": "x"}), 422, "invalid-request")
    problem(http.post("/v1/lookup"), 422, "invalid-request")


def test_nothing_crosses_a_studio_or_a_production(story: Story) -> None:
    """Another studio's key and a key for another production find nothing in any way; what all productions share, they do."""
    service, content = story.service, next(iter(story.takes.values()))
    registry = service.continuity.registry
    foreign = issue_key(registry, service.other_studio(), "they", roles=("reader",))
    other = service.made("/v1/productions", {"name": "Other"})["id"]
    asked = {"holder": "Sora", "roles": ["reader"], "productions": [other]}
    narrow = service.made("/v1/keys", asked)["key"]

    copies = (content, remuxed(content, "matroska"), encoded_anew(content, tone=None))
    for key in (foreign, narrow):
        assert [story.ask(one, key)["verdict"] for one in copies] == ["unknown"] * 3
    assert story.ask(story.face, foreign)["verdict"] == "unknown"
    assert named(story.ask(story.face, narrow)) == [story.portrait]


def test_whom_bytes_show_is_a_read(story: Story) -> None:
    """Who is told that a file shows somebody real is on record for it; who is told nothing is not."""

    def noted() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = story.service.get("/v1/reads?limit=500").json()["items"]
        return [one for one in found if one["form"] == "lookup"]

    before = len(noted())
    clip, content = next(iter(story.takes.items()))
    story.ask(content)
    story.ask(film(shots(back)))
    (new,) = noted()[before:]
    assert (new["thing"], new["persons"]) == (clip, sorted([story.hana, story.likeness]))


def test_without_a_decoder_it_says_so(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyAV is missing, exact bytes are found all the same, and of the rest it says that it could not be tried."""
    monkeypatch.setattr(resembling, "can_decode", lambda: False)
    clip, content = next(iter(story.takes.items()))

    assert named(story.ask(content)) == [clip]
    found = story.ask(remuxed(content, "matroska"))
    assert found["verdict"] == "unknown"
    assert all("PyAV" in one["says"] for one in found["tried"][1:])


def test_a_clip_kept_unseen_is_looked_at_later(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was kept while nobody could look is known by its bytes alone, and that is said; looked at, its copies are found."""
    with monkeypatch.context() as blind:
        blind.setattr(examining, "print_footage", lambda *_: None)
        clip = story.take("She leaves.")
    copy = remuxed(story.content(clip), "matroska")
    before = story.ask(copy)
    assert clip not in named(before)
    assert "1 of the studio's are known by their exact bytes alone" in before["tried"][1]["says"]
    path = f"/v1/clips/{clip}/fingerprint"
    with monkeypatch.context() as blind:
        blind.setattr(fingerprinting, "can_decode", lambda: False)
        problem(story.service.post(path), 501, "not-available")

    done, again = (story.service.post(path) for _ in range(2))

    assert (done.status_code, again.status_code) == (200, 200)
    assert done.json()["version"] == again.json()["version"]
    found = story.ask(copy)
    assert (found["verdict"], named(found)) == ("known", [clip])


def test_of_an_erased_person_nothing_is_found(story: Story) -> None:
    """Her pictures are unknown in every form, and copies of her clips; a clip's own bytes are known as made, without her name."""
    service, (clip, content) = story.service, next(iter(story.takes.items()))
    erased = service.post(f"/v1/likenesses/{story.likeness}/erase", {"basis": "request"})
    assert erased.status_code in (200, 202), erased.text

    poster = png_of(frames_in(content)[0])
    for one in (
        story.face,
        jpeg(story.face),
        poster,
        remuxed(content, "mov"),
        encoded_anew(content, tone=None),
    ):
        assert story.ask(one)["found"] == []
    (known,) = story.ask(content)["found"]
    assert known["thing"] == clip
    assert {who["name"] for who in known["people"]} == {"(erased)"}
