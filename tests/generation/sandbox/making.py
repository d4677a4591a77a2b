"""What the tests of elements and voices make, and how."""

from __future__ import annotations

from typing import Any

import httpx

from generation.sandbox import SECOND_ACCOUNT

ELEMENTS = "/v1/general/advanced-custom-elements"
VOICES = "/v1/general/custom-voices"
URL = "https://cdn.example.com/a.png"
SPOKEN = {"voice_name": "Low", "voice_url": "https://cdn.example.com/low.wav"}
FOREIGN = {"authorization": f"Bearer {SECOND_ACCOUNT.api_key}"}
ELEMENT: dict[str, Any] = {
    "element_name": "Mina",
    "element_description": "Woman, red scarf",
    "reference_type": "image_refer",
    "element_image_list": {"frontal_image": URL, "refer_images": [{"image_url": URL + "?2"}]},
    "tag_list": [{"tag_id": "o_102"}],
}
FILMED: dict[str, Any] = ELEMENT | {
    "reference_type": "video_refer",
    "element_video_list": {"refer_videos": [{"video_url": "https://cdn.example.com/a.mp4"}]},
}


def code(answer: httpx.Response) -> tuple[int, int]:
    """HTTP status and business code; an error must not carry data."""
    body = answer.json()
    assert "data" not in body
    return answer.status_code, body["code"]


def make(sandbox: Any, path: str = ELEMENTS, **changes: Any) -> httpx.Response:
    body = (ELEMENT if path == ELEMENTS else SPOKEN) | changes
    answer: httpx.Response = sandbox.client.post(path, json=body)
    return answer


def made(sandbox: Any, path: str = ELEMENTS, **changes: Any) -> dict[str, Any]:
    """Make one, wait for it, and return it as the query shows it."""
    task_id = make(sandbox, path, **changes).json()["data"]["task_id"]
    sandbox.advance(9)
    data: dict[str, Any] = sandbox.client.get(f"{path}/{task_id}").json()["data"]
    return data


def element_of(task: dict[str, Any]) -> dict[str, Any]:
    (element,) = task["task_result"]["elements"]
    return dict(element)


def delete(sandbox: Any, path: str, **body: Any) -> httpx.Response:
    answer: httpx.Response = sandbox.client.post(f"/v1/general/{path}", json=body)
    return answer


def film_with(sandbox: Any, *ids: int) -> httpx.Response:
    answer: httpx.Response = sandbox.create("omni-video", element_list=[{"element_id": one} for one in ids])
    return answer
