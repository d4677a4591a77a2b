"""The voices that the vendor offers everybody (contract section 7)."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from generation.kling.client import KlingClient, NoInformation

_PAGE: Final = 500
_MOST_PAGES: Final = 20


class PresetVoice(BaseModel):
    """A voice of the vendor's, and where it can be heard."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    voice_id: str = Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")
    voice_name: str = ""
    trial_url: str = ""


def preset_voices(client: KlingClient) -> tuple[PresetVoice, ...] | NoInformation:
    """All of them, each once, in the vendor's order; entries that make no sense are passed over."""
    found: dict[str, PresetVoice] = {}
    for number in range(1, _MOST_PAGES + 1):
        listed = client.listed(
            "/v1/general/presets-voices?" + urlencode({"pageNum": number, "pageSize": _PAGE})
        )
        if isinstance(listed, NoInformation):
            return listed
        for entry in listed:
            found |= {voice.voice_id: voice for voice in _voices(entry)}
        if len(listed) < _PAGE:
            break
    return tuple(found.values())


def _voices(entry: object) -> list[PresetVoice]:
    result = entry.get("task_result") if isinstance(entry, dict) else None
    listed = result.get("voices") if isinstance(result, dict) else None
    voices = []
    for one in listed if isinstance(listed, list) else ():
        try:
            voices.append(PresetVoice.model_validate(one))
        except ValidationError:
            continue
    return voices
