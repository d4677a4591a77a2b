"""The omni body from any resolution: people first so that their numbers hold, then references, then the frame, then the clip."""

from __future__ import annotations

from typing import Any, Final

from generation.grounds import AssetGround
from generation.payloads import ElementEntry, ImageEntry, OmniBody, VideoEntry, WatermarkInfo
from generation.resolve import Resolution

MODEL: Final = "kling-v3-omni"


def blob(asset: AssetGround) -> str:
    """The placeholder that bytes will take just before sending."""
    return f"blob:{asset.id}"


def clip(clip_id: str) -> str:
    """The placeholder of a clip's address at the vendor."""
    return f"clip:{clip_id}"


def scalars(resolution: Resolution, prompt: str) -> dict[str, Any]:
    """The fields every omni pattern shares. `mode` is always sent: the vendor's default is pro, ours is std (contract D5)."""
    request = resolution.request
    return {
        "model_name": MODEL,
        "prompt": prompt,
        "duration": str(request.duration),
        "mode": request.mode,
        "aspect_ratio": request.aspect_ratio,
        "watermark_info": WatermarkInfo(enabled=True) if request.watermark else None,
    }


def sound_if_any(resolution: Resolution) -> str | None:
    """Off is left unsaid where the guide's pattern does not say it, unless the caller named it."""
    said = resolution.request.sound is not None or resolution.sound == "on"
    return resolution.sound if said else None


def faces(resolution: Resolution) -> tuple[ImageEntry, ...]:
    return tuple(ImageEntry(image_url=blob(person.picture)) for person in resolution.people if person.picture)


def elements(resolution: Resolution) -> tuple[ElementEntry, ...]:
    found = (person.element for person in resolution.people)
    return tuple(ElementEntry(element_id=element.element_id) for element in found if element)


def parent_video(resolution: Resolution) -> tuple[VideoEntry, ...]:
    """Guide E: the parent as a feature reference, by address."""
    if resolution.parent is None:
        return ()
    keep = "no" if resolution.request.keep_original_sound is False else "yes"
    entry = VideoEntry(video_url=clip(resolution.parent.clip), refer_type="feature", keep_original_sound=keep)
    return (entry,)


def assemble(resolution: Resolution, prompt: str) -> OmniBody:
    """Everything the resolution holds in one body. Legal combinations are built from it, and refused ones are judged on it."""
    references = tuple(ImageEntry(image_url=blob(asset)) for asset in resolution.references)
    opening = resolution.opening
    frame = (ImageEntry(image_url=blob(opening), type="first_frame"),) if opening else ()
    video = parent_video(resolution)
    return OmniBody(
        **scalars(resolution, prompt),
        sound=resolution.sound if video else sound_if_any(resolution),
        image_list=faces(resolution) + references + frame or None,
        element_list=elements(resolution) or None,
        video_list=video or None,
    )
