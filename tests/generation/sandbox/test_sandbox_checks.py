"""The create checks, one table row per way to break a rule: each bad body breaks just that rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.sandbox import DEFAULT_ACCOUNT, SECOND_ACCOUNT
from generation.sandbox.checks import CheckContext, check_body
from generation.sandbox.envelope import Problem
from tests.proof import times

IDS = [element.element_id for element in DEFAULT_ACCOUNT.elements]
VIDEO_ID, DELETED_ID = IDS[4], IDS[5]
URL = "https://example.com/a.png"
FEATURE = {"video_url": "https://example.com/a.mp4", "refer_type": "feature"}
BASE = {"video_url": "https://example.com/a.mp4"}
FIRST = {"image_url": URL, "type": "first_frame"}
END = {"image_url": URL, "type": "end_frame"}
PLAIN = {"image_url": URL}

BODIES: dict[str, dict[str, Any]] = {
    "omni-video": {"model_name": "kling-v3-omni", "prompt": "A kite.", "aspect_ratio": "16:9"},
    "text2video": {"model_name": "kling-v3", "prompt": "A kite."},
    "image2video": {"model_name": "kling-v3", "prompt": "She smiles.", "image": URL},
}


def shots(*seconds: str, first: int = 1, prompt: str = "A shot.") -> dict[str, Any]:
    """A customised multi-shot part with shots of those lengths."""
    items = [{"index": n, "prompt": prompt, "duration": d} for n, d in enumerate(seconds, start=first)]
    return {"multi_shot": True, "shot_type": "customize", "multi_prompt": items}


def elements(*ids: object) -> list[dict[str, object]]:
    return [{"element_id": i} for i in ids]


def problems(product: Any, changes: dict[str, Any], **policy: bool) -> list[Problem]:
    """Every problem of a legal body with some keys changed; a key changed to ... is left out."""
    body = {k: v for k, v in (BODIES[product] | changes).items() if v is not ...}
    return check_body(product, body, CheckContext(DEFAULT_ACCOUNT, **policy))[1]


REFUSED = [
    ("R1 t2v model on omni", "omni-video", {"model_name": "kling-v3"}, "model is not supported"),
    ("R1 missing model", "text2video", {"model_name": ...}, "kling-v1 has been discontinued"),
    ("R2 empty prompt", "text2video", {"prompt": ""}, "prompt can not be empty"),
    (
        "R2 intelligence",
        "omni-video",
        {"prompt": "", "multi_shot": True, "shot_type": "intelligence"},
        "prompt can",
    ),
    ("R3 long prompt", "omni-video", {"prompt": "a" * 2501}, "length of prompt"),
    ("R4 no shot type", "omni-video", {"multi_shot": True}, "shot_type value ''"),
    ("R4 multi_shot as word", "text2video", {"multi_shot": "true"}, "shot_type value ''"),
    ("R5 no shots", "omni-video", shots(), "multi_prompt must have 1 to 6 items, got 0"),
    ("R5 seven shots", "omni-video", shots(*"1111111") | {"duration": "7"}, "got 7"),
    ("R6 long shot", "omni-video", shots("5", prompt="b" * 513), "multi_prompt[0].prompt can not exceed 512"),
    ("R6 empty shot", "omni-video", shots("5", prompt=""), "multi_prompt[0].prompt can not be empty"),
    ("R6 zero seconds", "omni-video", shots("0", "5"), "multi_prompt[0].duration value '0'"),
    ("R6 longer than all", "omni-video", shots("6"), "multi_prompt[0].duration value '6'"),
    ("R7 sum", "omni-video", shots("2", "2"), "durations 4 does not equal duration 5"),
    ("K5 index 0", "omni-video", shots("5", first=0), "multi_prompt[0].index value '0'"),
    ("R10 short", "text2video", {"duration": "2"}, "duration value '2'"),
    ("R10 long", "omni-video", {"duration": "16"}, "duration value '16'"),
    ("R10 padded", "omni-video", {"duration": "05"}, "duration value '05'"),
    ("K2 number", "text2video", {"duration": 5}, "Failed to resolve the request body"),
    ("R11 old word", "image2video", {"mode": "standard"}, "mode value 'standard'"),
    ("R12 absent", "omni-video", {"aspect_ratio": ...}, "aspect_ratio can not be null"),
    (
        "K5 feature without",
        "omni-video",
        {"aspect_ratio": ..., "video_list": [FEATURE]},
        "aspect_ratio can not",
    ),
    ("R12 word", "text2video", {"aspect_ratio": "4:3"}, "aspect_ratio value '4:3'"),
    ("R14 word", "text2video", {"sound": "loud"}, "sound value 'loud'"),
    ("K4 boolean", "omni-video", {"sound": True}, "Failed to resolve the request body"),
    (
        "R15",
        "omni-video",
        {"sound": "on", "video_list": [FEATURE]},
        "sound on is not supported with video input",
    ),
    ("R16", "omni-video", {"video_list": [FEATURE, FEATURE]}, "video_list can not exceed 1"),
    ("R17 base64", "omni-video", {"video_list": [FEATURE | {"video_url": "AAAA"}]}, "Video URL is invalid"),
    ("R17 empty", "omni-video", {"video_list": [FEATURE | {"video_url": ""}]}, "Video URL is invalid"),
    (
        "R18 type",
        "omni-video",
        {"video_list": [FEATURE | {"refer_type": "style"}]},
        "refer_type value 'style'",
    ),
    (
        "R18 sound",
        "omni-video",
        {"video_list": [FEATURE | {"keep_original_sound": "on"}]},
        "keep_original_sound",
    ),
    ("R19", "omni-video", {"video_list": [BASE], "image_list": [FIRST]}, "with a base video"),
    ("R20", "omni-video", {"video_list": [BASE]} | shots("5"), "multi_shot is not supported with a base"),
    (
        "R21",
        "omni-video",
        {"video_list": [FEATURE]} | shots("5"),
        "must be intelligence with a feature video",
    ),
    ("R22 none", "omni-video", {"image_list": [{}]}, "image_list[0].image_url can not be null"),
    ("R22 old key", "omni-video", {"image_list": [{"image": "x", "index": 1}]}, "image_list[0].image is not"),
    ("R23 word", "omni-video", {"image_list": [PLAIN | {"type": "middle"}]}, "type value 'middle'"),
    ("R23 twice", "omni-video", {"image_list": [FIRST, FIRST]}, "only one first_frame is supported, got 2"),
    ("R24", "omni-video", {"image_list": [END]}, "end_frame is not supported without first_frame"),
    ("R25", "omni-video", {"image_list": [FIRST, END, PLAIN]}, "end_frame is not supported with more than 2"),
    ("R26", "omni-video", {"image_list": [PLAIN] * 6, "element_list": elements(*IDS[:2])}, "exceed 7, got 8"),
    ("R27", "omni-video", {"image_list": [PLAIN] * 5, "video_list": [FEATURE]}, "exceed 4, got 5"),
    (
        "R28",
        "omni-video",
        {"image_list": [FIRST], "element_list": elements(*IDS[:4])},
        "3 items with first_frame",
    ),
    (
        "R29 with video",
        "omni-video",
        {"video_list": [FEATURE], "element_list": elements(VIDEO_ID, IDS[0])},
        "only im",
    ),
    (
        "R29 mixed",
        "omni-video",
        {"image_list": [PLAIN] * 5, "element_list": elements(VIDEO_ID)},
        "exceed 4 here",
    ),
    ("R30 unknown", "omni-video", {"element_list": elements(12345)}, "Element not found by id: 12345"),
    (
        "R30 foreign",
        "omni-video",
        {"element_list": elements(SECOND_ACCOUNT.elements[0].element_id)},
        "not found",
    ),
    ("R30 deleted", "omni-video", {"element_list": elements(DELETED_ID)}, f"not found by id: {DELETED_ID}"),
    ("R30 repeated", "omni-video", {"element_list": elements(IDS[0], str(IDS[0]))}, "is repeated"),
    ("R30 negative", "omni-video", {"element_list": elements(-1)}, "element_id value '-1'"),
    ("R30 too large", "omni-video", {"element_list": elements(2**63)}, f"element_id value '{2**63}'"),
    ("R30 missing", "omni-video", {"element_list": [{}]}, "element_id can not be null"),
    ("R30 fraction", "omni-video", {"element_list": elements(1.5)}, "Failed to resolve"),
    ("R31", "image2video", {"image": ...}, "image can not be null"),
    ("R32", "image2video", {"image_tail": URL, "camera_control": {"type": "down_back"}}, "are exclusive"),
    ("R33", "image2video", {"element_list": elements(*IDS[:4])}, "element_list can not exceed 3"),
    ("K10", "image2video", {"voice_list": [{"voice_id": "1"}], "sound": "on"}, "voice_list is not supported"),
    ("R36", "text2video", {"negative_prompt": "n" * 2501}, "length of negative_prompt"),
    ("R37", "text2video", {"cfg_scale": 1.5}, "cfg_scale value '1.5'"),
    ("R38 type", "text2video", {"camera_control": {"type": "spin"}}, "camera_control.type value 'spin'"),
    (
        "R38 two",
        "text2video",
        {"camera_control": {"type": "simple", "config": {"pan": 1, "tilt": 2}}},
        "exactly one",
    ),
    (
        "R38 far",
        "text2video",
        {"camera_control": {"type": "simple", "config": {"pan": 11}}},
        "config.pan value '11'",
    ),
    ("R39 data URI", "image2video", {"image": "data:image/png;base64,AAAA"}, "not in a valid base64 format"),
    ("R39 text", "omni-video", {"image_list": [{"image_url": "no base64!"}]}, "not in a valid base64 format"),
    ("R40 no picture", "image2video", {"image": "aGVsbG8gd29ybGQ="}, "Image format is not supported"),
    ("R42", "text2video", {"watermark_info": {"enabled": "yes"}}, "Failed to resolve the request body"),
    ("R44", "text2video", {"callback_url": "ftp://example.com"}, "callback_url value"),
    ("shape prompt", "text2video", {"prompt": ["a"]}, "Failed to resolve the request body"),
    ("shape list", "omni-video", {"image_list": "a"}, "Failed to resolve the request body"),
]

ACCEPTED = [
    ("pattern B", "omni-video", {"image_list": [FIRST, END], "aspect_ratio": ...}),
    ("pattern D with void prompt", "omni-video", shots("5", "5", "5") | {"duration": "15"}),
    ("six shots", "text2video", shots(*"233331") | {"duration": "15", "prompt": ""}),
    ("pattern E", "omni-video", {"video_list": [FEATURE | {"keep_original_sound": "yes"}], "sound": "off"}),
    ("edit without shape", "omni-video", {"video_list": [BASE], "aspect_ratio": ..., "duration": "99"}),
    ("elements by digits", "omni-video", {"element_list": elements(str(IDS[0]), IDS[1]), "sound": "on"}),
    ("seven inputs", "omni-video", {"image_list": [PLAIN] * 5, "element_list": elements(*IDS[:2])}),
    ("four beside a video", "omni-video", {"image_list": [PLAIN] * 4, "video_list": [FEATURE]}),
    ("lone video character", "omni-video", {"video_list": [FEATURE], "element_list": elements(VIDEO_ID)}),
    ("frames with shots", "omni-video", {"image_list": [FIRST, END]} | shots("2", "3")),
    (
        "told shots with feature",
        "omni-video",
        {"video_list": [FEATURE], "multi_shot": True, "shot_type": "intelligence"},
    ),
    ("void shots", "text2video", {"multi_prompt": [{"index": 1, "prompt": "x", "duration": "9"}]}),
    ("image2video ignores shape", "image2video", {"aspect_ratio": "4:3", "image_tail": URL}),
    ("unknown keys", "text2video", {"colour": "blue", "element_list": elements(1), "image": "x"}),
    (
        "omni ignores t2v keys",
        "omni-video",
        {"negative_prompt": "n" * 9999, "cfg_scale": 7, "voice_list": [1]},
    ),
    ("nulls", "omni-video", {"image_list": None, "sound": None, "watermark_info": None, "callback_url": ""}),
    ("4k", "text2video", {"mode": "4k", "cfg_scale": 0, "watermark_info": {"enabled": True}}),
    ("preset element", "omni-video", {"element_list": elements(160000000000000101)}),
    ("camera", "text2video", {"camera_control": {"type": "simple", "config": {"zoom": -10}}}),
]


@pytest.mark.parametrize(
    ("product", "changes", "message"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_each_broken_rule_is_the_one_named(product: str, changes: dict[str, Any], message: str) -> None:
    """A body that breaks one rule is refused with 400/1201 and that rule's message, and with nothing else."""
    found = problems(product, changes)

    assert [(p.http, p.code) for p in found] == [(400, 1201)], found
    assert message in found[0].message


@pytest.mark.parametrize(("product", "changes"), [row[1:] for row in ACCEPTED], ids=[r[0] for r in ACCEPTED])
def test_what_the_vendor_takes_is_taken(product: str, changes: dict[str, Any]) -> None:
    """Approved patterns, limits met exactly and ignored keys pass every check."""
    assert problems(product, changes) == []


def test_an_unknown_model_does_not_exist() -> None:
    """A model nobody heard of is 404/1203, before any other complaint (R1)."""
    found = problems("text2video", {"model_name": "kling-v99", "duration": "2"})

    assert (found[0].http, found[0].code) == (404, 1203)


@pytest.mark.parametrize(
    ("width", "height", "message"),
    [
        (299, 400, "Image pixel is invalid"),
        (300, 751, "aspect ratio of the input image is invalid"),
        (300, 750, ""),
        (1000, 320, "aspect ratio of the input image is invalid"),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_pictures_are_measured(
    picture: Callable[..., str], width: int, height: int, message: str, kind: str
) -> None:
    """Sides from 300 pixels and ratios up to 2.5 pass; the header alone decides (R40)."""
    found = problems("image2video", {"image": picture(width, height, kind)})

    assert ([message] if message else []) == [p.message[-len(message) :] for p in found]


def test_a_heavy_picture_is_refused(picture: Callable[..., str]) -> None:
    """Ten megabytes is the limit for one picture, whatever its pixels (R40)."""
    heavy = picture() + "A" * (4 * 3_600_000)

    assert [p.message for p in problems("image2video", {"image": heavy})] == [
        "Image size can not exceed 10MB"
    ]


def test_other_formats_are_no_pictures(picture: Callable[..., str]) -> None:
    """Only JPEG and PNG are pictures here (R40)."""
    found = problems("image2video", {"image": picture(kind="GIF")})

    assert "Image format is not supported" in found[0].message


def test_policies_can_be_relaxed(picture: Callable[..., str]) -> None:
    """The end-frame limit and refusing wrong pictures at create are switches (R25, K8)."""
    crowded = {"image_list": [FIRST, END, PLAIN]}
    small = {"image": picture(100, 100)}

    assert problems("omni-video", crowded, end_frame_limit=False) == []
    assert problems("image2video", small, refuse_bad_pictures=False) == []


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
ITEM_KEYS = st.sampled_from(
    [
        "index",
        "prompt",
        "duration",
        "image_url",
        "image",
        "type",
        "element_id",
        "video_url",
        "refer_type",
        "enabled",
        "config",
    ]
)
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ITEM_KEYS, inner, max_size=4),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "model_name",
        "prompt",
        "multi_shot",
        "shot_type",
        "multi_prompt",
        "negative_prompt",
        "image",
        "image_tail",
        "image_list",
        "element_list",
        "video_list",
        "voice_list",
        "sound",
        "mode",
        "aspect_ratio",
        "duration",
        "cfg_scale",
        "camera_control",
        "static_mask",
        "dynamic_masks",
        "watermark_info",
        "callback_url",
        "external_task_id",
    ]
)


@settings(max_examples=times(300), deadline=None)
@given(product=st.sampled_from(sorted(BODIES)), changes=st.dictionaries(KEYS, ANY_JSON, max_size=5))
def test_no_body_breaks_the_checks(product: Any, changes: dict[str, Any]) -> None:
    """Whatever JSON stands where, the answer is a request or a list of problems, never a crash."""
    request, found = check_body(product, BODIES[product] | changes, CheckContext(DEFAULT_ACCOUNT))

    assert request is not None or found
    assert all(p.http in (400, 404) and p.message for p in found)
