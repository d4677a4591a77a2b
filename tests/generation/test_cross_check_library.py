"""Two judges of one contract, on the bodies of elements and voices, on deletions and on pages of lists."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.check import check, endpoint_of
from generation.rules.examples import EXAMPLES, LEGAL_BODIES
from generation.rules.subject import DELETE_ELEMENT, DELETE_VOICE, ELEMENT, LIST_ENDPOINTS, VOICE
from generation.sandbox import DEFAULT_ACCOUNT
from generation.sandbox.accounts import PRESET_VOICES
from generation.sandbox.checks.makings import MakingContext, check_element, check_removal, check_voice
from generation.sandbox.envelope import Refused
from generation.sandbox.querying import paged
from tests.generation.test_cross_check import COLLECTED, png
from tests.proof import times

BODIES = Path(__file__).parents[1] / "golden" / "wire-bodies.jsonl"
ENDPOINTS = (ELEMENT, VOICE, DELETE_ELEMENT, DELETE_VOICE, *LIST_ENDPOINTS)
CONTEXT = MakingContext(DEFAULT_ACCOUNT, voices={voice.voice_id: voice for voice in PRESET_VOICES})
ONLY_THE_VENDOR_KNOWS = ("Voice id not found", "Video not found")
"""What an account holds: a refusal of the sandbox that no rule could foresee."""

STRICTER: dict[str, str] = {
    "R39": "an address that is incomplete or holds credentials fails when the vendor fetches it",
    "R40": "the sandbox reads no picture of a list that is void",
    "R44": "an address with credentials or blanks is an address to the vendor's parser",
    "R46": "the vendor ignores unknown fields (guide 6.2)",
    "R47": "a name of blanks is a name to the vendor and says nothing",
    "R48": "a description of blanks, the same",
    "R51": "a video's address with credentials or blanks, as in R44",
    "R52": "the list of the other kind is ignored by the vendor: we say so instead",
    "R56": "a voice's name of blanks, as in R47",
    "R57": "a video id of blanks is looked for by the vendor and names nothing",
    "R58": "a recording's address with credentials or blanks, as in R44",
    "R59": "what has no digits is no id; the vendor looks for it and finds nothing",
    "R60": "a number with many zeros before it is a number to the vendor",
}
"""Every rule that may refuse what the sandbox takes, and why that is meant."""


def laid(payload: Any) -> Any:
    """A body with a picture of its own in the place of every placeholder."""
    if isinstance(payload, Mapping):
        return {key: laid(value) for key, value in payload.items()}
    if isinstance(payload, list):
        return [laid(value) for value in payload]
    is_blob = isinstance(payload, str) and payload.startswith("blob:")
    return png(320 + len(payload), 320) if is_blob else payload


def refusals(endpoint: str, body: dict[str, Any]) -> list[str]:
    """What the sandbox has against a body, or against a query when the endpoint is a list."""
    if endpoint.startswith("GET "):
        largest = 1000 if "voices" in endpoint else 500
        words = [None if body.get(key) is None else str(body[key]) for key in ("pageNum", "pageSize")]
        try:
            paged([], *words, largest=largest)
        except Refused as refused:
            return [refused.problem.message]
        return []
    if endpoint in (DELETE_ELEMENT, DELETE_VOICE):
        problems = check_removal(endpoint, body)[1]  # type: ignore[arg-type]
    else:
        problems = (check_element if endpoint == ELEMENT else check_voice)(body, CONTEXT)[1]
    return [one.message for one in problems if not one.message.startswith(ONLY_THE_VENDOR_KNOWS)]


def agree(endpoint: str, body: dict[str, Any]) -> None:
    """Nothing we pass is refused, and what we refuse alone is refused by rules that are meant to be stricter."""
    errors = {one.rule for one in check(endpoint, body) if one.severity == "E"}
    refused = refusals(endpoint, body)
    if not errors:
        assert not refused, body
    elif not refused:
        assert errors <= STRICTER.keys(), (errors - STRICTER.keys(), body)


URL = "https://cdn.example.com/a"
PICTURES = {"frontal_image": f"{URL}.png", "refer_images": [{"image_url": f"{URL}-side.png"}]}
FILMED = {
    "element_name": "Jun",
    "element_description": "Man, round glasses",
    "reference_type": "video_refer",
    "element_video_list": {"refer_videos": [{"video_url": f"{URL}.mp4"}]},
}
LINES = [
    json.loads(line)
    for path in (BODIES, COLLECTED)
    if path.exists()
    for line in path.read_text().splitlines()
]
GOOD: list[tuple[str, dict[str, Any]]] = [
    *((name, laid(body)) for name, body in LEGAL_BODIES.items() if name in ENDPOINTS),
    (ELEMENT, FILMED),
    (ELEMENT, laid(LEGAL_BODIES[ELEMENT]) | {"element_voice_id": PRESET_VOICES[0].voice_id}),
    (VOICE, {"voice_name": "Low", "voice_url": "", "video_id": "930810294971662349"}),
    (DELETE_VOICE, {"voice_id": "850087542757535834"}),
    *((name, {"pageNum": 1, "pageSize": 30}) for name in LIST_ENDPOINTS),
]
WRITTEN = [
    *GOOD,
    *((one.endpoint, laid(one.subject.body)) for one in EXAMPLES.values() if one.endpoint in ENDPOINTS),
    *((name, case["body"]) for case in LINES if (name := endpoint_of(case["endpoint"])) in ENDPOINTS),
]


@pytest.mark.parametrize("index", range(len(WRITTEN)))
def test_examples_and_written_bodies_are_judged_alike(index: int):
    """Every example, every body written from the contract and every collected one meets the same verdict, or a listed reason."""
    endpoint, body = WRITTEN[index]

    agree(endpoint, body)
    if index < len(GOOD):
        assert refusals(endpoint, body) == []


ONLY_OURS: dict[str, tuple[str, dict[str, Any]]] = {
    "R39": (ELEMENT, {"element_image_list": PICTURES | {"frontal_image": "https://"}}),
    "R40": (ELEMENT, FILMED | {"element_image_list": PICTURES | {"frontal_image": png(100, 100)}}),
    "R44": (VOICE, {"callback_url": "https://me:key@hooks.example.com"}),
    "R46": (VOICE, {"language": "ko"}),
    "R47": (ELEMENT, {"element_name": " "}),
    "R48": (ELEMENT, {"element_description": " "}),
    "R51": (
        ELEMENT,
        FILMED | {"element_video_list": {"refer_videos": [{"video_url": "https://me:key@a.example"}]}},
    ),
    "R52": (ELEMENT, {"element_video_list": FILMED["element_video_list"]}),
    "R56": (VOICE, {"voice_name": " "}),
    "R57": (VOICE, {"voice_url": "", "video_id": " "}),
    "R58": (VOICE, {"voice_url": "https://me:key@cdn.example.com/a.wav"}),
    "R59": (DELETE_ELEMENT, {"element_id": 7}),
    "R60": ("GET custom-voices", {"pageNum": "000000001"}),
}


@pytest.mark.parametrize("rule", STRICTER)
def test_each_listed_disagreement_is_real(rule: str):
    """For every listed reason there is a body that the sandbox takes and that rule refuses."""
    endpoint, changes = ONLY_OURS[rule]
    body = {**laid(LEGAL_BODIES.get(endpoint, {})), **changes}

    assert rule in {one.rule for one in check(endpoint, body) if one.severity == "E"}
    assert refusals(endpoint, body) == []


ODD: list[Any] = [None, 5, "x", "", " ", [], {}, [1], [{}], True, 0.5, 2**63]
URLS = [
    f"{URL}.mp4",
    f"{URL}.webm",
    f"{URL}.wav",
    "",
    " ",
    "a.mp4",
    "https://",
    "https://me:key@a.example",
    "https://a b",
    5,
]
STILLS = [f"{URL}.png", f"{URL}.jpg", "https://", "", " ", "AAA", "data:,x", 5, None]
STILLS += [png(320, 320), png(100, 100), png(1000, 320)]
NAMES = ["Mina", "가" * 20, "가" * 21, "x" * 100, "x" * 101, "😀" * 20, "e\u0301" * 11]
IDS = [
    *(voice.voice_id for voice in PRESET_VOICES),
    "829836802793406551",
    829836802793406551,
    "x",
    "-1",
    "٣",
    "9" * 40,
]
LISTED = {
    "element_image_list": st.fixed_dictionaries(
        {},
        optional={
            "frontal_image": st.sampled_from(STILLS),
            "refer_images": st.lists(
                st.sampled_from([*({"image_url": one} for one in STILLS), {}, 5]), max_size=5
            ),
            "x": st.just(1),
        },
    ),
    "element_video_list": st.fixed_dictionaries(
        {},
        optional={
            "refer_videos": st.lists(
                st.sampled_from([*({"video_url": one} for one in URLS), {}, 5]), max_size=2
            )
        },
    ),
    "tag_list": st.lists(
        st.sampled_from(
            [{"tag_id": tag} for tag in ("o_101", "o_108", "o_109", 5, None, "")] + [{}, "o_101"]
        ),
        max_size=3,
    ),
}
VALUES: dict[str, list[Any]] = {
    "element_name": NAMES,
    "element_description": NAMES,
    "voice_name": NAMES,
    "reference_type": ["image_refer", "video_refer", "image"],
    "element_voice_id": IDS,
    "voice_url": URLS,
    "video_id": IDS,
    "element_id": IDS,
    "voice_id": IDS,
    "callback_url": ["https://hooks.example.com/k", "hooks", "https://a b.example.com"],
    "external_task_id": ["a", "x" * 300],
    "pageNum": [1, 1000, 1001, 0, "7", "007", "1.0", "²", -1],
    "seed": [7],
}
VALUES["pageSize"] = [500, 501, *VALUES["pageNum"]]


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A good body with a few fields dropped, changed, emptied or of another type."""
    endpoint, good = draw(st.sampled_from(GOOD[:7] * 4 + GOOD[7:]))
    body = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, 3))):
        key = draw(st.sampled_from([*body] * 3 + [*VALUES, *LISTED]))
        action = draw(st.integers(0, 9))
        if action == 0:
            body.pop(key, None)
        elif action == 1:
            body[key] = draw(st.sampled_from(ODD))
        else:
            body[key] = draw(LISTED[key] if key in LISTED else st.sampled_from(VALUES.get(key, ODD)))
    return endpoint, body


@settings(max_examples=times(1500), deadline=None)
@given(mutated())
def test_mutated_bodies_are_judged_alike(case: tuple[str, dict[str, Any]]):
    """Thousands of odd bodies: none passes our rules and is refused by the sandbox; the other way only for a listed reason."""
    agree(*case)
