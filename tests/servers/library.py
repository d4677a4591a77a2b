"""Elements that a test makes at the provider by itself, and deletes behind our back."""

from __future__ import annotations

from typing import Any

import httpx

from generation.sandbox.accounts import DEFAULT_ACCOUNT
from tests.servers.sandbox import Sandbox

_PICTURE = "https://cdn.example.com/a.png"
_BODY: dict[str, Any] = {
    "element_description": "Woman, red scarf",
    "reference_type": "image_refer",
    "element_image_list": {"frontal_image": _PICTURE, "refer_images": [{"image_url": _PICTURE + "?2"}]},
    "tag_list": [{"tag_id": "o_102"}],
}


class Console:
    """An account as its owner uses it in the vendor's own console: nothing here goes through us."""

    def __init__(self, provider: Sandbox, api_key: str = DEFAULT_ACCOUNT.api_key) -> None:
        self._provider = provider
        self._http = httpx.Client(
            base_url=f"{provider.url}/v1/general",
            headers={"authorization": f"Bearer {api_key}"},
            trust_env=False,
            timeout=20,
        )

    def make(self, name: str) -> int:
        """An element of that name; its id."""
        path = "advanced-custom-elements"
        task = self._data(self._http.post(path, json=_BODY | {"element_name": name}))["task_id"]
        self._provider.clock(advance_seconds=30)
        (element,) = self._data(self._http.get(f"{path}/{task}"))["task_result"]["elements"]
        return int(element["element_id"])

    def make_voice(self, name: str) -> str:
        """A custom voice of that name; its id."""
        said = {"voice_name": name, "voice_url": "https://cdn.example.com/low.wav"}
        task = self._data(self._http.post("custom-voices", json=said))["task_id"]
        self._provider.clock(advance_seconds=30)
        (voice,) = self._data(self._http.get(f"custom-voices/{task}"))["task_result"]["voices"]
        return str(voice["voice_id"])

    def delete(self, element_id: int) -> None:
        answer = self._http.post("delete-advanced-elements", json={"element_id": str(element_id)})
        assert answer.status_code == 200, answer.text

    def voices(self) -> list[str]:
        """The ids of the account's own voices, as it lists them."""
        listed = self._data(self._http.get("custom-voices", params={"pageNum": 1, "pageSize": 500}))
        made = [one for task in listed for one in (task.get("task_result") or {}).get("voices", ())]
        return [str(one["voice_id"]) for one in made]

    def status(self, element_id: int) -> str:
        """What the account's own list says of an element."""
        listed = self._data(
            self._http.get("advanced-custom-elements", params={"pageNum": 1, "pageSize": 500})
        )
        made = [one for task in listed for one in task.get("task_result", {}).get("elements", ())]
        (found,) = (one["status"] for one in made if one["element_id"] == element_id)
        return str(found)

    def close(self) -> None:
        self._http.close()

    @staticmethod
    def _data(answer: httpx.Response) -> Any:
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]
