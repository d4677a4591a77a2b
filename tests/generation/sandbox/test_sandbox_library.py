"""Elements and voices over real HTTP: made, used, shown with their files, and deleted."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from generation.sandbox import DEFAULT_ACCOUNT, SECOND_ACCOUNT, SandboxSettings
from generation.sandbox.accounts import PRESET_ELEMENTS, PRESET_VOICES
from tests.generation.sandbox.making import (
    ELEMENT,
    ELEMENTS,
    FILMED,
    FOREIGN,
    URL,
    VOICES,
    code,
    delete,
    element_of,
    film_with,
    made,
    make,
)


def test_an_element_is_made_in_five_seconds(sandbox: Any) -> None:
    """The create answers a task and no element id; the element is there at the end, with everything given (contract 6)."""
    begun = make(sandbox, external_task_id="e-1").json()["data"]
    seen = []
    for _ in range(3):
        seen.append(sandbox.client.get(f"{ELEMENTS}/e-1").json()["data"])
        sandbox.advance(2.5)
    element = element_of(seen[2])

    assert (begun["task_status"], begun["task_info"]) == ("submitted", {"external_task_id": "e-1"})
    assert "task_result" not in begun
    assert [one["task_status"] for one in seen] == ["submitted", "processing", "succeed"]
    assert (seen[2]["final_unit_deduction"], seen[2]["updated_at"] - seen[2]["created_at"]) == ("0", 5000)
    assert isinstance(element["element_id"], int)
    assert (len(str(element["element_id"])), len(begun["task_id"])) == (18, 18)
    assert {key: element[key] for key in ELEMENT} == ELEMENT
    assert (element["owned_by"], element["status"]) == (DEFAULT_ACCOUNT.access_key, "succeed")
    assert (element["element_video_list"], element["element_voice_info"]) == ({}, {})


def test_a_voice_is_made_in_nine_seconds(sandbox: Any) -> None:
    """A voice costs 0.05 units at its end and can be listened to; it has no status of its own (contract 7)."""
    make(sandbox, VOICES, external_task_id="v-1")
    sandbox.advance(8)
    early = sandbox.client.get(f"{VOICES}/v-1").json()["data"]
    sandbox.advance(1)
    done = sandbox.client.get(f"{VOICES}/v-1").json()["data"]
    (voice,) = done["task_result"]["voices"]
    trial = httpx.get(voice["trial_url"])

    assert (early["task_status"], done["task_status"]) == ("processing", "succeed")
    assert (done["final_unit_deduction"], sandbox.ledger()[0]["billed_units"]) == ("0.05", "0.05")
    assert set(voice) == {"voice_id", "voice_name", "trial_url", "owned_by"}
    assert (voice["voice_name"], len(voice["voice_id"])) == ("Low", 18)
    with wave.open(io.BytesIO(trial.content)) as sound:
        assert sound.getnframes() > 0
    assert httpx.get(f"{sandbox.url}/trials/7.wav").status_code == 404


def test_an_element_serves_its_account_until_deleted(sandbox: Any) -> None:
    """Before it is ready, for another account, and once deleted an element is not found; otherwise films take it (R30)."""
    task_id = make(sandbox).json()["data"]["task_id"]
    future = int(task_id) + 400_000_000_000_000_000
    early = film_with(sandbox, future)
    sandbox.advance(5)
    element_id = element_of(sandbox.client.get(f"{ELEMENTS}/{task_id}").json()["data"])["element_id"]
    ready = film_with(sandbox, element_id)
    body = {
        "model_name": "kling-v3",
        "prompt": "A kite.",
        "image": URL,
        "element_list": [{"element_id": element_id}],
    }
    foreign = sandbox.client.post("/v1/videos/image2video", json=body, headers=FOREIGN)
    gone = delete(sandbox, "delete-advanced-elements", element_id=str(element_id))
    late = film_with(sandbox, element_id)

    assert (element_id, ready.status_code, gone.json()["data"]["task_status"]) == (future, 200, "succeed")
    assert [code(refused) for refused in (early, foreign, late)] == [(400, 1201)] * 3
    assert late.json()["message"] == f"Element not found by id: {element_id}"


def test_made_elements_count_by_their_kind(sandbox: Any) -> None:
    """An element made of a video counts as a video character, as one that was there before (R29)."""
    character = element_of(made(sandbox, **FILMED))["element_id"]
    alone = sandbox.create(
        "omni-video",
        element_list=[{"element_id": character}, {"element_id": DEFAULT_ACCOUNT.elements[0].element_id}],
        video_list=[{"video_url": "https://cdn.example.com/a.mp4", "refer_type": "feature"}],
    )

    assert code(alone) == (400, 1201)
    assert "only image or element" in alone.json()["message"]


@pytest.mark.parametrize("path", ["delete-advanced-elements", "delete-elements"])
def test_deleting_elements(sandbox: Any, path: str) -> None:
    """Both paths delete one's own elements, seeded ones too, once; not presets, not another's (R59, K9)."""
    mine = DEFAULT_ACCOUNT.elements[1].element_id
    first, second = (delete(sandbox, path, element_id=one) for one in (str(mine), mine))
    preset, foreign = PRESET_ELEMENTS[0].element_id, SECOND_ACCOUNT.elements[0].element_id
    refused = [delete(sandbox, path, element_id=str(one)) for one in (preset, foreign, 7)]
    refused += [delete(sandbox, path), delete(sandbox, path, element_id=1.5)]
    listed = [element_of(task) for task in sandbox.client.get(ELEMENTS).json()["data"]]

    assert first.status_code == 200
    assert (code(second), second.json()["message"]) == ((400, 1201), f"Element {mine} already be deleted")
    assert [code(one) for one in refused] == [(400, 1201)] * 5
    assert [one["element_id"] for one in listed if one["status"] == "deleted"] == [
        mine,
        DEFAULT_ACCOUNT.elements[5].element_id,
    ]


def test_deleting_voices(sandbox: Any) -> None:
    """A deleted voice is in no list and can be bound no more; presets stay (R59)."""
    (voice,) = made(sandbox, VOICES)["task_result"]["voices"]
    bound = element_of(made(sandbox, element_voice_id=voice["voice_id"]))
    gone = delete(sandbox, "delete-voices", voice_id=voice["voice_id"])
    again = delete(sandbox, "delete-voices", voice_id=voice["voice_id"])
    unbound = make(sandbox, element_voice_id=voice["voice_id"])
    preset = delete(sandbox, "delete-voices", voice_id=PRESET_VOICES[0].voice_id)

    assert bound["element_voice_info"] == voice
    assert gone.json()["data"]["task_status"] == "succeed"
    assert sandbox.client.get(VOICES).json()["data"] == []
    assert again.json()["message"].endswith("already be deleted")
    assert unbound.json()["message"] == f"Voice id not found: {voice['voice_id']}"
    assert code(preset) == (400, 1201)
    assert code(delete(sandbox, "delete-voices", voice_id=int(voice["voice_id"]))) == (400, 1201)


def test_a_deletion_without_data(serve: Any) -> None:
    """A deletion may answer success and say nothing about it (K9)."""
    sandbox = serve(SandboxSettings(deletion_data=False))
    answer = delete(sandbox, "delete-elements", element_id=str(DEFAULT_ACCOUNT.elements[0].element_id))

    assert (answer.json()["code"], answer.json()["data"]) == (0, None)


def test_a_speaking_video_brings_a_voice(serve: Any) -> None:
    """An element of a video with a voice in it gets one, that can be bound elsewhere; a voice asked for wins (contract 6)."""
    sandbox = serve(SandboxSettings(submitted_seconds=0, processing_seconds=1))
    for name, sound in (("loud", "on"), ("mute", "off")):
        sandbox.create(external_task_id=name, sound=sound)
    sandbox.advance(1)
    films = {name: sandbox.task(name)["task_result"]["videos"][0]["url"] for name in ("loud", "mute")}
    films["far"] = "https://cdn.example.com/a.mov"

    def voice(name: str, **changes: Any) -> dict[str, Any]:
        clip = {"refer_videos": [{"video_url": films[name]}]}
        found: dict[str, Any] = element_of(made(sandbox, **FILMED | {"element_video_list": clip} | changes))[
            "element_voice_info"
        ]
        return found

    automatic = voice("loud")

    assert (automatic["voice_name"], voice("mute")) == ("Mina", {})
    assert voice("far")["owned_by"] == DEFAULT_ACCOUNT.access_key
    assert voice("mute", element_voice_id=automatic["voice_id"]) == automatic
    assert voice("far", element_voice_id=PRESET_VOICES[0].voice_id)["owned_by"] == "kling"


def test_silence_can_be_set(serve: Any) -> None:
    """With video_voices off a clip from elsewhere brings no voice."""
    assert element_of(made(serve(SandboxSettings(video_voices=False)), **FILMED))["element_voice_info"] == {}


def test_a_voice_from_a_film(serve: Any) -> None:
    """A voice is cut from a finished film of the account that has sound and five seconds, by its id or address (contract 7)."""
    sandbox = serve(SandboxSettings(submitted_seconds=0, processing_seconds=1))
    for name, changes in {"loud": {}, "mute": {"sound": "off"}, "brief": {"duration": "3"}}.items():
        sandbox.create(**{"external_task_id": name, "sound": "on", **changes})
    early = make(
        sandbox, VOICES, voice_url="", video_id=str(int(sandbox.task("loud")["task_id"]) + 5 * 10**17)
    )
    sandbox.advance(1)
    films = {name: sandbox.task(name)["task_result"]["videos"][0] for name in ("loud", "mute", "brief")}
    by_id = {n: make(sandbox, VOICES, voice_url="", video_id=f["id"]).json() for n, f in films.items()}
    body = {"voice_name": "Low", "video_id": films["loud"]["id"]}
    foreign = sandbox.client.post(VOICES, json=body, headers=FOREIGN)
    by_url = {n: made(sandbox, VOICES, voice_url=f["url"])["task_status_msg"] for n, f in films.items()}

    assert {name: answer["code"] for name, answer in by_id.items()} == {
        "loud": 0,
        "mute": 1201,
        "brief": 1201,
    }
    assert [code(early), code(foreign)] == [(400, 1201)] * 2
    assert by_url == {
        "loud": "",
        "mute": "No voice was found",
        "brief": "The duration of the voice must be 5 to 30 seconds",
    }


def test_files_that_cannot_serve_fail_later(serve: Any, picture: Callable[..., str]) -> None:
    """What only the file could tell fails the task, not the create: its kind, a dead address, its length and shape (R55)."""
    sandbox = serve(SandboxSettings(submitted_seconds=0, processing_seconds=1, bad_pictures="fail_task"))
    for name, changes in {"long": {"duration": "9"}, "square": {"aspect_ratio": "1:1"}}.items():
        sandbox.create(external_task_id=name, **changes)
    sandbox.advance(1)
    urls = [sandbox.task(name)["task_result"]["videos"][0]["url"] for name in ("long", "square")]
    dead = urls[0].replace("/results/1", "/results/0")

    def end(**changes: Any) -> str:
        done = made(sandbox, **ELEMENT | changes)
        assert (done["task_status"], done["final_unit_deduction"]) == ("failed", "0")
        return str(done["task_status_msg"])

    clips = [*urls, dead, "https://cdn.example.com/a.webm"]
    ends = [end(**FILMED | {"element_video_list": {"refer_videos": [{"video_url": url}]}}) for url in clips]
    small = {"frontal_image": picture(100, 100), "refer_images": [{"image_url": URL}]}

    assert [one.rpartition("must be ")[2] for one in ends[:2]] == ["3 to 8 seconds", "16:9 or 9:16"]
    assert ends[2:] == ["Video URL is invalid"] * 2
    assert end(element_image_list=small) == "Image pixel is invalid"
    assert made(sandbox, VOICES, voice_url=URL)["task_status_msg"] == "Voice URL is invalid"


def test_pictures_come_back_by_address(sandbox: Any, picture: Callable[..., str]) -> None:
    """A picture sent as bytes is shown as an address, which serves those bytes; other files are not served there."""
    sandbox.create("image2video", image=picture(colour="red"), external_task_id="film")
    listed = {
        "frontal_image": URL,
        "refer_images": [{"image_url": picture()}, {"image_url": picture(kind="JPEG")}],
    }
    shown = element_of(made(sandbox, element_image_list=listed))["element_image_list"]
    png, jpeg = (httpx.get(one["image_url"]) for one in shown["refer_images"])
    film = sandbox.task("film", "image2video")["task_id"]

    assert (shown["frontal_image"], png.content[:4], jpeg.content[:2]) == (URL, b"\x89PNG", b"\xff\xd8")
    assert (png.headers["content-type"], jpeg.headers["content-type"]) == ("image/png", "image/jpeg")
    for nothing in (f"{film}-0", "x", f"{'1' * 18}-0"):
        assert httpx.get(f"{sandbox.url}/pictures/{nothing}").status_code == 404
