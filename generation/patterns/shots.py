"""The fields of several shots in one clip: told one by one, or in the prompt where a clip is continued (contract R4-R9, R21)."""

from __future__ import annotations

from typing import Any

from generation.payloads import ShotEntry
from generation.prompt import compose_shot
from generation.resolve import Resolution


def shot_fields(resolution: Resolution) -> dict[str, Any]:
    """Empty when the clip is a single shot."""
    shots = resolution.request.shots
    if shots is None:
        return {}
    if resolution.parent is not None:
        return {"multi_shot": True, "shot_type": "intelligence"}
    entries = tuple(
        ShotEntry(index=index, prompt=compose_shot(resolution, shot), duration=str(shot.duration))
        for index, shot in enumerate(shots, start=1)
    )
    return {"multi_shot": True, "shot_type": "customize", "multi_prompt": entries}
