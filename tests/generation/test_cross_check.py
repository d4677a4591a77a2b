"""Two judges of one contract: our rules and the sandbox's own checks, written apart, on the same thousands of payloads."""

from __future__ import annotations

import base64
import copy
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from generation.check import check
from generation.compile import preview
from generation.rules.examples import EXAMPLES, LEGAL_BODIES
from generation.rules.subject import VIDEO_ENDPOINTS, Facts
from generation.sandbox import DEFAULT_ACCOUNT
from generation.sandbox.checks import CheckContext, check_body
from tests.generation.film import film, shot
from tests.generation.patterns.test_golden_payloads import SHOTS
from tests.generation.test_compile_properties import requests
from tests.proof import times

OWN = Path(__file__).parents[1] / "golden" / "wire-bodies.jsonl"
COLLECTED = Path(__file__).parents[3] / "shared" / "cases" / "wire-bodies.jsonl"
OURS = [element.element_id for element in DEFAULT_ACCOUNT.elements if not element.deleted]
OUR_OWN = dict(zip((12345, 67890, 1, 2, 3, 4), (*OURS, OURS[0]), strict=False))
KINDS = Facts(element_kinds={element.element_id: element.kind for element in DEFAULT_ACCOUNT.elements})

STRICTER: dict[str, str] = {
    "R2": "a prompt of blanks is text to the vendor and says nothing",
    "R6": "a shot's prompt of blanks, the same",
    "R8": "void shot fields are ignored by the vendor: we say so instead",
    "R9": "the vendor wants an index from 1; that they ascend is our reading of its samples",
    "R11": "the vendor has a default mode, which differs per endpoint: ours is always sent",
    "R12": "image2video does not read an aspect ratio, so the sandbox lets any pass (contract D3)",
    "R17": "an address with credentials or blanks is an address to the vendor's parser",
    "R18": "an empty word is an absent one to the vendor",
    "R23": "the same for an empty frame type",
    "R35": "the vendor ignores voice_list on omni",
    "R38": "an unknown axis is ignored by the vendor",
    "R39": "an address that is incomplete or holds credentials fails when the vendor fetches it",
    "R40": "the sandbox reads pictures where it counts them; a picture in a field that it ignores is not read",
    "R44": "an address with credentials or blanks, as in R17",
    "R45": "markers are prompt text to the vendor",
    "R46": "the vendor ignores unknown fields (guide 6.2)",
    "R61": "and fields of other endpoints",
    "R62": "and these on omni",
    "E104": "a guessed video_url is ignored by the vendor (guide 3C)",
    "E107": "types of fields that the endpoint ignores",
    "E108": "picture fields of another endpoint are ignored by the vendor",
}
"""Every rule that may refuse what the sandbox takes, and why that is meant."""


@cache
def png(width: int, height: int) -> str:
    content = io.BytesIO()
    Image.new("L", (width, height)).save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()


def sent(payload: Any) -> Any:
    """A plan's payload as it would go out to the sandbox: pictures in place, a clip by address, the account's elements."""
    if isinstance(payload, dict):
        return {
            key: OUR_OWN.get(value, value) if key == "element_id" else sent(value)
            for key, value in payload.items()
        }
    if isinstance(payload, list):
        return [sent(value) for value in payload]
    if isinstance(payload, str) and payload.startswith("blob:"):
        return png(320, 320)
    return (
        "https://cdn.example.com/a.mp4"
        if isinstance(payload, str) and payload.startswith("clip:")
        else payload
    )


def agree(endpoint: str, body: dict[str, Any]) -> None:
    """Nothing we pass is refused, and what we refuse alone is refused by rules that are meant to be stricter."""
    errors = {one.rule for one in check(endpoint, body, KINDS) if one.severity == "E"}
    problems = [
        problem.message
        for problem in check_body(endpoint, body, CheckContext(DEFAULT_ACCOUNT))[1]  # type: ignore[arg-type]
        if not problem.message.startswith("Element not found")  # what the account holds only the vendor knows
    ]
    if not errors:
        assert not problems, body
    elif not problems:
        assert errors <= STRICTER.keys(), (errors - STRICTER.keys(), body)


@settings(max_examples=times(250), deadline=None)
@given(requests)
def test_what_the_compiler_makes_is_taken(request_: Any):
    """Whatever request compiles: the sandbox takes the payload with its pictures in place."""
    shown = preview(request_, film())
    assume(shown.payload is not None and not any(one.severity == "E" for one in shown.findings))

    body = sent(shown.payload)

    assert check_body(shown.endpoint, body, CheckContext(DEFAULT_ACCOUNT))[1] == []  # type: ignore[arg-type]


GOOD = [
    (shown.endpoint, sent(shown.payload))
    for shown in (preview(shot(**fields), film()) for fields in SHOTS.values())
] + [
    (example.endpoint, sent(dict(example.subject.body)))
    for example in EXAMPLES.values()
    if example.endpoint in VIDEO_ENDPOINTS
]
COLLECTED_BODIES = [
    (case["endpoint"].rpartition("/")[2], case["body"])
    for file in (OWN, COLLECTED)
    for case in (map(json.loads, file.read_text().splitlines()) if file.exists() else ())
    if case["endpoint"].startswith("POST /v1/videos/")
]


@pytest.mark.parametrize("index", range(len(GOOD) + len(COLLECTED_BODIES)))
def test_examples_and_collected_bodies_are_judged_alike(index: int):
    """The golden payloads, every published example and the bodies written down meet the same verdict, or a listed reason."""
    agree(*[*GOOD, *COLLECTED_BODIES][index])


def shots(**changed: Any) -> dict[str, Any]:
    told = [{"index": index, "prompt": "Rain.", "duration": "3"} for index in (1, 2)]
    told[1] |= changed
    return {"multi_shot": True, "shot_type": "customize", "multi_prompt": told, "duration": "6"}


VIDEO_URL = "https://cdn.example.com/a.mp4"
ONLY_OURS: dict[str, tuple[str, dict[str, Any]]] = {
    "R2": ("omni-video", {"prompt": " "}),
    "R6": ("omni-video", shots(prompt=" ")),
    "R8": ("omni-video", {"shot_type": "customize"}),
    "R9": ("omni-video", shots(index=3)),
    "R11": ("omni-video", {"mode": None}),
    "R12": ("image2video", {"aspect_ratio": "4:3"}),
    "R17": ("omni-video", {"video_list": [{"video_url": "https://me:key@cdn.example.com/a.mp4"}]}),
    "R18": ("omni-video", {"video_list": [{"video_url": VIDEO_URL, "refer_type": ""}]}),
    "R23": ("omni-video", {"image_list": [{"image_url": png(320, 320), "type": ""}]}),
    "R35": ("omni-video", {"voice_list": []}),
    "R38": ("text2video", {"camera_control": {"type": "simple", "config": {"pan": 1, "x": 0}}}),
    "R39": ("image2video", {"image": "https://"}),
    "R40": ("omni-video", {"image": png(100, 100)}),
    "R44": ("omni-video", {"callback_url": "https://me:key@hooks.example.com"}),
    "R45": ("omni-video", {"prompt": "<<<image_1>>>"}),
    "R46": ("omni-video", {"seed": 7}),
    "R61": ("text2video", {"image_list": [{"image": "x"}]}),
    "R62": ("omni-video", {"cfg_scale": 2}),
    "E104": ("omni-video", {"video_url": "AAAA"}),
    "E107": ("text2video", {"element_list": 5}),
    "E108": ("omni-video", {"image_tail": "AAAA"}),
}


@pytest.mark.parametrize("rule", STRICTER)
def test_each_listed_disagreement_is_real(rule: str):
    """For every listed reason there is a body that the sandbox takes and that rule refuses."""
    endpoint, changes = ONLY_OURS[rule]
    body = {**LEGAL_BODIES[endpoint], "image": None, **changes}
    if endpoint == "image2video":
        body["image"] = changes.get("image", png(320, 320))
    body = {key: value for key, value in body.items() if value is not None}

    assert rule in {one.rule for one in check(endpoint, body, KINDS) if one.severity == "E"}
    assert check_body(endpoint, body, CheckContext(DEFAULT_ACCOUNT))[1] == []  # type: ignore[arg-type]


VALUES: dict[str, list[Any]] = {
    "model_name": ["kling-v3", "kling-v3-omni", "kling-video-o1", "kling-v9"],
    "prompt": ["", " ", "Rain.", "x" * 2501, "<<<image_3>>>"],
    "duration": ["3", "15", "16", "05", 5, "5.0"],
    "mode": ["std", "pro", "4k", "standard"],
    "aspect_ratio": ["16:9", "1:1", "4:3"],
    "sound": ["on", "off", True, ""],
    "multi_shot": [True, False, "true", "false", "yes", 1],
    "shot_type": ["customize", "intelligence", "", "x"],
    "watermark_info": [{"enabled": True}, {}, {"enabled": 1}],
    "callback_url": ["", "https://hooks.example.com/k", "hooks", "https://a b.example.com"],
    "external_task_id": ["", "a", 5],
    "negative_prompt": ["No blur.", "x" * 2501],
    "cfg_scale": [0, 0.5, 1.5, True],
    "camera_control": [{"type": "down_back"}, {"type": "simple", "config": {"pan": 1}}, {"type": "x"}, 5],
    "static_mask": ["x"],
    "voice_list": [[], [{"voice_id": "1"}]],
    "video_url": ["AAAA"],
    "image": [png(320, 320), png(100, 100), "https://cdn.example.com/a.png", "", "data:,x", 5],
}
VALUES["image_tail"] = VALUES["image"]
IMAGES = [
    {"image_url": url, **typed}
    for url in ("https://cdn.example.com/a.png", png(320, 320), png(1000, 320), "AAA")
    for typed in ({}, {"type": "first_frame"}, {"type": "end_frame"}, {"type": ""}, {"type": "x"})
] + [{"image": "x"}, {"image": "x", "index": 1}, {"image_url": ""}, {"image_url": 5}]
VIDEOS = [
    {"video_url": url, **more}
    for url in ("https://cdn.example.com/a.mp4", "AAAA", "https://?x")
    for more in (
        {},
        {"refer_type": "feature"},
        {"refer_type": "base"},
        {"refer_type": "x"},
        {"keep_original_sound": True},
    )
]
ELEMENTS = [{"element_id": value} for value in (*OURS, str(OURS[0]), 0, "x", 2**63)] + [{}]
SHOT_ITEMS = [
    {"index": index, "prompt": prompt, "duration": duration}
    for index in (1, 2, 0, "1")
    for prompt in ("Rain.", "", "x" * 513)
    for duration in ("2", "3", "5", 5, "0")
]
LISTS = {
    "image_list": st.lists(st.sampled_from(IMAGES), max_size=9),
    "video_list": st.lists(st.sampled_from(VIDEOS), max_size=2),
    "element_list": st.lists(st.sampled_from(ELEMENTS), max_size=9),
    "multi_prompt": st.lists(st.sampled_from(SHOT_ITEMS[:1] * 5 + SHOT_ITEMS), max_size=7),
}


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A good body with a few fields dropped, changed, emptied or of another type."""
    endpoint, good = draw(st.sampled_from(GOOD))
    body = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, 3))):
        key = draw(st.sampled_from([*VALUES, *LISTS, *body]))
        action = draw(st.integers(0, 9))
        if action == 0:
            body.pop(key, None)
        elif action == 1:
            body[key] = draw(st.sampled_from([None, 5, "x", [], {}, [1], True]))
        else:
            body[key] = draw(LISTS[key] if key in LISTS else st.sampled_from(VALUES.get(key, [None])))
    return draw(st.sampled_from([endpoint] * 5 + list(VIDEO_ENDPOINTS))), body


@settings(max_examples=times(1500), deadline=None)
@given(mutated())
def test_mutated_bodies_are_judged_alike(case: tuple[str, dict[str, Any]]):
    """Thousands of odd bodies: none passes our rules and is refused by the sandbox; the other way only for a listed reason."""
    agree(*case)
