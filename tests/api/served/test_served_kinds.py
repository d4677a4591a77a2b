"""Footage, sound and documents over HTTP: told by their bytes, kept as they came, and never taken for pictures."""

from __future__ import annotations

import pytest

from registry.blobs import media
from tests.api.served.serving import Served, png, problem
from tests.registry.blobs.sounds import PDF, mp3, wav
from tests.registry.blobs.test_media import filmed

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return filmed(tmp_path_factory.mktemp("clips") / "clip.mp4")


def test_every_kind_is_kept_as_it_came(service: Served, clip: bytes) -> None:
    """Bytes come back identical under their own media type, as an attachment that no browser runs or guesses about."""
    told = {
        wav(0.3): ("audio", "audio/wav", "wav"),
        mp3(10): ("audio", "audio/mpeg", "mp3"),
        clip: ("video", "video/mp4", "mp4"),
        PDF: ("document", "application/pdf", "pdf"),
        "Mina agrees.\n미나\n".encode(): ("document", "text/plain", "txt"),
    }
    for content, (kind, media_type, suffix) in told.items():
        card = service.upload(content, headers={"Content-Type": "image/png"}).json()
        assert (card["kind"], card["original"]["media_type"]) == (kind, media_type)
        assert (card["rendition"], card["picture"], card["findings"]) == (None, None, [])
        back = service.get(f"/v1/assets/{card['id']}/content")
        assert back.content == content
        assert back.headers["content-type"].startswith(media_type)
        named = f'attachment; filename="{card["id"]}-original.{suffix}"'
        assert back.headers["content-disposition"] == named
        assert back.headers["x-content-type-options"] == "nosniff"
        assert (
            back.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        )
        for address in ("content?rendition", "thumbnail"):
            problem(service.get(f"/v1/assets/{card['id']}/{address}"), 404, "not-found")


def test_what_lasts_says_how_long(service: Served, clip: bytes) -> None:
    """Length in microseconds, measure, and how far the bytes were read stand on the asset; its event keeps them."""
    sound = service.upload(wav(1.25, pitch=7)).json()
    assert sound["sound"] == {
        "format": "wav",
        "duration_us": 1_250_000,
        "channels": 1,
        "sample_rate": 8000,
        "checked": "decoded",
    }
    footage = service.upload(clip).json()["footage"]
    assert (footage["width"], footage["height"], footage["has_audio"]) == (64, 48, True)
    assert 990_000 < footage["duration_us"] < 1_100_000
    state = service.continuity.registry.state(service.continuity.studio, sound["id"]).state
    assert state.sound.duration_us == 1_250_000


def test_without_the_media_extra_only_the_structure_is_checked(
    service: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installation that cannot decode keeps recordings too, and says how far it looked."""
    monkeypatch.setattr("registry.blobs.sound.can_decode", lambda: False)
    monkeypatch.setattr(media, "can_decode", lambda: False)
    assert service.upload(wav(0.7, pitch=11)).json()["sound"]["checked"] == "structure"


def test_the_same_recording_is_the_first_asset(service: Served) -> None:
    """A second registration of the same bytes answers 200 with the first asset, and stores nothing."""
    first = service.upload(wav(0.4, pitch=9))
    kept = service.blob_keys()
    again = service.upload(wav(0.4, pitch=9), params={"label": "again"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["id"], service.blob_keys()) == (first.json()["id"], kept)


@pytest.mark.parametrize(
    ("content", "code", "why"),
    [
        (HTML, "not-a-document", "markup"),
        (wav(0.5)[:-9], "not-sound", "cut short"),
        (PDF[:-10], "not-a-document", "cut short"),
        (b"\xff\xfb\x90\x00" + bytes(900), "not-sound", "not a recording"),
        (b"\0\0\0\x18ftypisom" + bytes(60), "not-footage", "not footage"),
        (b"MZ" + bytes(80), "not-an-asset", "nothing that is taken"),
    ],
    ids=["html", "cut wav", "cut pdf", "noise", "empty clip", "program"],
)
def test_hostile_bytes_leave_nothing(service: Served, content: bytes, code: str, why: str) -> None:
    """A name ending in .mp3 changes nothing: what is cut, disguised or foreign is refused, and neither log nor store moves."""
    before, kept = service.position(), service.blob_keys()
    named = service.post("/v1/assets", files={"file": ("voice.mp3", content, "audio/mpeg")})
    assert why in problem(named, 422, code)["detail"]
    assert (service.position(), service.blob_keys()) == (before, kept)


def test_a_kind_that_is_said_must_be_so(service: Served) -> None:
    """Who says audio and sends a picture is told what it is."""
    refused = problem(service.upload(png(), params={"kind": "audio"}), 422, "not-an-asset")
    assert "of kind picture, not audio" in refused["detail"]
    form = service.post("/v1/assets", files={"file": ("a.wav", wav(0.2))}, data={"kind": "audio"})
    assert form.json()["kind"] == "audio"


def test_only_pictures_stand_where_pictures_stand(service: Served, production: str) -> None:
    """A recording is no reference, no opening and no picture's successor; each place says what it is instead."""
    sound, picture = service.upload(wav(0.6, pitch=13)).json()["id"], service.upload(png()).json()["id"]
    who = service.made("/v1/characters", {"depicts": "fictional", "name": "Heard"})["id"]
    reference = service.post(f"/v1/characters/{who}/references", {"asset": sound, "role": "frontal"})
    assert "a reference is a picture" in problem(reference, 422, "invalid")["detail"]
    successor = service.post(f"/v1/assets/{picture}/supersede", {"by": sound, "reason": "x"})
    assert "of kind audio" in problem(successor, 422, "invalid")["detail"]
    shot = {"production": production, "cast": [], "action": "x", "opening": sound, "references": [sound]}
    preview = service.post("/v1/generations/preview", shot)
    found = [(one["rule"], one["path"]) for one in preview.json()["findings"] if one["rule"] == "E407"]
    assert found == [("E407", "$.opening"), ("E407", "$.references[0]")]
