"""The omni body from any resolution: people first so that their numbers hold, then references, then frames, then the clip."""

from __future__ import annotations

from typing import Any, Final

from generation.patterns.shots import shot_fields
from generation.payloads import ElementEntry, ImageEntry, OmniBody, VideoEntry, WatermarkInfo
from generation.resolve import Resolution, Shown
from generation.shot import RemotePicture

MODEL: Final = "kling-v3-omni"


def blob(picture: Shown) -> str:
    """The placeholder that bytes will take just before sending; a picture elsewhere is its address."""
    return picture.url if isinstance(picture, RemotePicture) else f"blob:{picture.id}"


def clip(clip_id: str) -> str:
    """The placeholder of a clip's address at the vendor."""
    return f"clip:{clip_id}"


def scalars(resolution: Resolution, prompt: str) -> dict[str, Any]:
    """The fields every pattern shares. `mode` is always sent: the vendor's default is pro, ours is std (contract D5)."""
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


def frames(resolution: Resolution) -> tuple[ImageEntry, ...]:
    """The first frame, then the last (guide A, B)."""
    first, last = resolution.opening, resolution.closing
    opening = (ImageEntry(image_url=blob(first), type="first_frame"),) if first else ()
    closing = (ImageEntry(image_url=blob(last), type="end_frame"),) if last else ()
    return opening + closing


def elements(resolution: Resolution) -> tuple[ElementEntry, ...]:
    found = (person.element for person in resolution.people)
    return tuple(ElementEntry(element_id=element.element_id) for element in found if element)


def parent_video(resolution: Resolution) -> tuple[VideoEntry, ...]:
    """Guide E and V: the parent by address, as a feature to continue from or as the base to edit."""
    if resolution.parent is None:
        return ()
    return (
        VideoEntry(
            video_url=clip(resolution.parent.clip),
            refer_type="base" if resolution.edits else "feature",
            keep_original_sound="no" if resolution.request.keep_original_sound is False else "yes",
        ),
    )


def assemble(resolution: Resolution, prompt: str) -> OmniBody:
    """Everything the resolution holds in one body. Legal combinations are built from it, and refused ones are judged on it.

    An edited clip keeps its own length and shape, so those two are left out for it (contract R10, R13).
    """
    references = tuple(ImageEntry(image_url=blob(picture)) for picture in resolution.references)
    video = parent_video(resolution)
    fields = scalars(resolution, prompt) | shot_fields(resolution)
    if resolution.edits:
        fields |= {"duration": None, "aspect_ratio": None}
    return OmniBody(
        **fields,
        sound=resolution.sound if video else sound_if_any(resolution),
        image_list=faces(resolution) + references + frames(resolution) or None,
        element_list=elements(resolution) or None,
        video_list=video or None,
    )
