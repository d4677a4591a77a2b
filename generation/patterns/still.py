"""The image2video body: one picture to start from, perhaps one to end on, perhaps elements (contract section 4; guide C)."""

from __future__ import annotations

from typing import Final

from generation.patterns.omni import blob, elements, scalars, sound_if_any
from generation.patterns.shots import shot_fields
from generation.payloads import ImageToVideoBody
from generation.resolve import Resolution

MODEL: Final = "kling-v3"


def assemble_still(resolution: Resolution, prompt: str) -> ImageToVideoBody:
    assert resolution.opening is not None  # noqa: S101 - the table sends nothing here without one
    fields = scalars(resolution, prompt) | {"model_name": MODEL} | shot_fields(resolution)
    return ImageToVideoBody(
        **fields,
        sound=sound_if_any(resolution),
        image=blob(resolution.opening),
        image_tail=blob(resolution.closing) if resolution.closing else None,
        element_list=elements(resolution) or None,
    )
