"""Every payload we emit can be read by independent models of the vendor's API.

The models are those of ComfyUI (`comfy_api_nodes/apis/kling.py`), the Vercel AI SDK (`packages/klingai/src`), new-api
(`relay/channel/task/kling/adaptor.go`) and Griptape Nodes (`video/kling_omni_video_generation.py`): their field names, types and
words, written down as data in `models.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from generation.compile import preview
from generation.shot import ShotRequest
from tests.generation.film import film, shot
from tests.generation.open_clients.models import ALL_ENDPOINTS, CLIENTS
from tests.generation.patterns.test_golden_payloads import SHOTS
from tests.generation.test_compile_properties import requests
from tests.generation.test_cross_check import sent
from tests.proof import times

BY_THE_SENDER = {"external_task_id": "submission_1", "callback_url": "https://hooks.example.com/k"}
CAUTIONS = {f"W{number}": "it is what we want" for number in (*range(201, 211), *range(501, 517))}


def read_as(body: dict[str, Any]) -> dict[str, Any]:
    """The body as these clients write it: what we leave to the vendor's default, or out of an edit, they spell out.

    Sound is off unless it is said (contract R14), and an edited clip keeps its length and shape (contract R10, R13). `4k` is
    newer than their lists of modes (contract R11), and read as the mode before it.
    """
    spelt = {"sound": "off", **body}
    if any(video["refer_type"] == "base" for video in body.get("video_list", ())):
        spelt |= {"duration": None, "aspect_ratio": None}
    return spelt | ({"mode": "pro"} if body.get("mode") == "4k" else {})


def problems(endpoint: str, body: dict[str, Any]) -> Iterator[str]:
    """What the clients of this endpoint cannot read, and fields that none of them has heard of."""
    spelt, here = read_as(body), [client for client in CLIENTS if client.endpoint == endpoint]
    for client in here:
        said = [list(model.problems(spelt, "$")) for model in client.models]
        if all(said):
            yield f"{client.source}: {min(said, key=len)}"
    unheard = set(body) - ALL_ENDPOINTS - {name for client in here for name in client.known}
    yield from (f"no client knows {name}" for name in sorted(unheard))


def as_sent(endpoint: str, payload: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return endpoint, sent(payload) | BY_THE_SENDER


@pytest.mark.parametrize("name", SHOTS)
def test_every_golden_payload_is_read(name: str):
    """Each pattern's payload, as it would be sent, is read by every client that knows its endpoint."""
    shown = preview(shot(**SHOTS[name]), film())

    assert shown.payload
    assert list(problems(*as_sent(str(shown.endpoint), shown.payload))) == []


@settings(max_examples=times(1500), deadline=None)
@given(requests)
def test_whatever_we_would_send_is_read(request_: ShotRequest):
    """Thousands of requests with every caution accepted: whatever payload nothing refuses outright is read by every client."""
    shown = preview(request_.model_copy(update={"accept": CAUTIONS}), film())

    if shown.endpoint and shown.payload:
        assert list(problems(*as_sent(shown.endpoint, shown.payload))) == []


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("A", {"duration": 5}),
        ("A", {"image_list": [{"image": "AAAA", "index": 1}]}),
        ("A", {"image_list": [{"image_url": "AAAA", "type": "last_frame"}]}),
        ("A2", {"sound": True}),
        ("A2", {"aspect_ratio": "4:3"}),
        ("B", {"mode": "standard"}),
        ("C", {"element_list": [{"element_id": "12345"}]}),
        ("D", {"multi_shot": "true"}),
        ("D", {"multi_prompt": [{"index": 1, "prompt": "Rain.", "duration": 5}]}),
        ("E", {"video_list": [{"video_url": "https://cdn.example.com/a.mp4", "refer_type": "feature"}]}),
        ("F", {"watermark_info": {"enabled": "yes"}, "voice_list": []}),
        ("text2video", {"element_list": [{"element_id": 12345}]}),
    ],
)
def test_the_readers_can_say_no(name: str, changed: dict[str, Any]):
    """A body with a wrong type, a wrong word or an unheard field is not read: the models are no rubber stamp."""
    shown = preview(shot(**SHOTS[name]), film())

    assert list(problems(str(shown.endpoint), sent(shown.payload) | changed))
