"""The checks of elements and voices, one table row per way to break a rule: each bad body breaks just that rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from generation.sandbox import DEFAULT_ACCOUNT
from generation.sandbox.accounts import PRESET_VOICES
from generation.sandbox.checks.makings import MakingContext, check_element, check_removal, check_voice

CONTEXT = MakingContext(DEFAULT_ACCOUNT, voices={voice.voice_id: voice for voice in PRESET_VOICES})
URL = "https://cdn.example.com/a.png"
CLIP = "https://cdn.example.com/a.mp4"
UNREADABLE = "Failed to resolve the request body"
STILL: dict[str, Any] = {
    "element_name": "Mina",
    "element_description": "Woman, red scarf",
    "reference_type": "image_refer",
    "element_image_list": {"frontal_image": URL, "refer_images": [{"image_url": URL + "?2"}]},
}
FILMED: dict[str, Any] = STILL | {
    "reference_type": "video_refer",
    "element_image_list": None,
    "element_video_list": {"refer_videos": [{"video_url": CLIP}]},
}
VOICE: dict[str, Any] = {"voice_name": "Low", "voice_url": "https://cdn.example.com/low.wav"}


def pictures(count: int = 1, **changes: Any) -> dict[str, Any]:
    further = [{"image_url": f"{URL}?{n}"} for n in range(count)]
    return {"element_image_list": {"frontal_image": URL, "refer_images": further} | changes}


def clips(*urls: object) -> dict[str, Any]:
    return {"element_video_list": {"refer_videos": [{"video_url": url} for url in urls]}}


def problems(body: dict[str, Any]) -> list[str]:
    judge = check_voice if "voice_name" in body else check_element
    return [problem.message for problem in judge(body, CONTEXT)[1]]


REFUSED = [
    ("R47 no name", STILL | {"element_name": ""}, "element_name can not be empty"),
    ("R47 long name", STILL | {"element_name": "가" * 21}, "length of element_name"),
    ("R47 number", STILL | {"element_name": 5}, UNREADABLE),
    ("R48 no description", STILL | {"element_description": None}, "element_description can not be empty"),
    ("R48 long description", STILL | {"element_description": "x" * 101}, "length of element_description"),
    ("R49 other kind", STILL | {"reference_type": "image"}, "reference_type value 'image'"),
    ("R50 alone", STILL | pictures(0), "1 to 3 items, got 0"),
    ("R50 crowd", STILL | pictures(4), "1 to 3 items, got 4"),
    ("R50 no frontal", STILL | pictures(frontal_image=""), "frontal_image can not be empty"),
    ("R50 the same", STILL | pictures(refer_images=[{"image_url": URL}]), "different from frontal"),
    ("R50 empty view", STILL | pictures(refer_images=[{}]), "refer_images[0].image_url can not be empty"),
    ("R50 text", STILL | {"element_image_list": "x"}, UNREADABLE),
    ("R39 data URI", STILL | pictures(frontal_image="data:image/png;base64,AAAA"), "valid base64"),
    ("R51 none", FILMED | clips(), "got 0"),
    ("R51 two", FILMED | clips(CLIP, CLIP), "got 2"),
    ("R51 base64", FILMED | clips("AAAA"), "Video URL is invalid"),
    ("R51 no list", FILMED | {"element_video_list": None}, "got 0"),
    ("R53 tag", STILL | {"tag_list": [{"tag_id": "o_109"}]}, "tag_id value 'o_109'"),
    ("R53 words", STILL | {"tag_list": ["o_101"]}, UNREADABLE),
    ("R54 number", STILL | {"element_voice_id": 5}, UNREADABLE),
    ("R54 unknown", STILL | {"element_voice_id": "7"}, "Voice id not found: 7"),
    ("R43 number", STILL | {"external_task_id": 5}, UNREADABLE),
    ("R44 callback", STILL | {"callback_url": "hooks"}, "callback_url value 'hooks'"),
    ("R56 no name", VOICE | {"voice_name": ""}, "voice_name can not be empty"),
    ("R56 long name", VOICE | {"voice_name": "x" * 21}, "length of voice_name"),
    ("R57 both", VOICE | {"video_id": "1"}, "exactly one"),
    ("R57 none", VOICE | {"voice_url": ""}, "exactly one"),
    ("R57 unknown clip", VOICE | {"voice_url": "", "video_id": "1"}, "Video not found by id: 1"),
    ("R58 file name", VOICE | {"voice_url": "low.wav"}, "Voice URL is invalid"),
    ("R44 of a voice", VOICE | {"callback_url": "hooks"}, "callback_url value 'hooks'"),
]


@pytest.mark.parametrize(("body", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_each_rule_refuses_alone(body: dict[str, Any], message: str) -> None:
    """A legal body with one rule broken gets exactly that problem."""
    found = problems(body)

    assert len(found) == 1
    assert message in found[0]


ACCEPTED = [
    STILL,
    FILMED,
    VOICE,
    STILL | {"element_name": "😀" * 20, "element_description": "x" * 100},
    STILL | pictures(3),
    STILL | {"tag_list": [{"tag_id": f"o_10{n}"} for n in range(1, 9)]},
    STILL | {"element_voice_id": PRESET_VOICES[0].voice_id},
    STILL | {"element_voice_id": "", "external_task_id": "", "callback_url": ""},
    # The other kind's list is void (R52), unknown keys are ignored (R46).
    STILL | {"element_video_list": "x", "seed": 7},
    FILMED | pictures(9),
    VOICE | {"video_id": ""},
]


@pytest.mark.parametrize("body", ACCEPTED)
def test_legal_bodies_pass(body: dict[str, Any]) -> None:
    """Every corner that the contract allows is accepted."""
    assert problems(body) == []


def test_pictures_are_weighed(picture: Callable[..., str]) -> None:
    """Embedded pictures of an element meet the limits of all pictures (R40)."""
    assert problems(STILL | pictures(frontal_image=picture(320, 320))) == []
    assert problems(STILL | pictures(frontal_image=picture(100, 100))) == ["Image pixel is invalid"]


def test_deletions_are_read() -> None:
    """An element is named by its digits or its number, a voice by its digits; nothing else is read (R59)."""
    assert check_removal("delete-elements", {"element_id": 7}) == ("7", [])
    assert check_removal("delete-voices", {"voice_id": "7"}) == ("7", [])
    for body in ({}, {"element_id": ""}, {"element_id": True}, {"element_id": 1.5}):
        assert len(check_removal("delete-advanced-elements", body)[1]) == 1
    assert len(check_removal("delete-voices", {"voice_id": 7})[1]) == 1
