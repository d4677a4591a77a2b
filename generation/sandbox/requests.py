"""A create body after its JSON types were settled: what every later check, bill and film reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Product = Literal["omni-video", "text2video", "image2video"]
PRODUCTS: tuple[Product, ...] = ("omni-video", "text2video", "image2video")
LibraryProduct = Literal["advanced-custom-elements", "custom-voices"]
LIBRARY_PRODUCTS: tuple[LibraryProduct, ...] = ("advanced-custom-elements", "custom-voices")
AnyProduct = Product | LibraryProduct
Removal = Literal["delete-advanced-elements", "delete-elements", "delete-voices"]
REMOVALS: dict[Removal, LibraryProduct] = {
    "delete-advanced-elements": "advanced-custom-elements",
    "delete-elements": "advanced-custom-elements",  # the path of the older documents (contract 6, K9)
    "delete-voices": "custom-voices",
}

DEFAULT_SECONDS = 5


@dataclass(frozen=True)
class Shot:
    """One item of `multi_prompt` (contract 2): 1-based index, prompt, whole seconds as a string."""

    index: int
    prompt: str
    duration: str


@dataclass(frozen=True)
class Picture:
    """One picture input: a URL or raw base64, its role ("first_frame", "end_frame" or "" for a plain reference),
    and `field`, the name it had in the body. `old_key` marks `image_list[].image`, which is refused (R22).
    """

    source: str
    role: str
    field: str
    old_key: bool = False

    @property
    def remote(self) -> bool:
        return self.source.lower().startswith(("http://", "https://"))


@dataclass(frozen=True)
class Reference:
    """The reference video (contract 2); `refer` is "feature" or "base"."""

    url: str
    refer: str
    keep_sound: str


@dataclass(frozen=True)
class VideoRequest:
    """A create body of any of the three video routes, with the vendor's defaults filled in.

    Fields a route does not document stay at their empty value, because the server ignores them (R46, R61, R62).
    """

    product: Product
    model: str
    prompt: str
    multi_shot: bool
    shot_type: str
    shots: tuple[Shot, ...] | None
    negative_prompt: str
    images: tuple[Picture, ...]
    elements: tuple[int, ...]
    videos: tuple[Reference, ...]
    voices: int
    sound: str
    mode: str
    aspect_ratio: str
    duration: str
    cfg_scale: float | None
    camera: dict[str, Any] | None
    masks: bool
    watermark: bool
    callback_url: str
    external_task_id: str

    @property
    def first_frame(self) -> Picture | None:
        return next((p for p in self.images if p.role == "first_frame"), None)

    @property
    def end_frame(self) -> Picture | None:
        return next((p for p in self.images if p.role == "end_frame"), None)

    @property
    def base_video(self) -> bool:
        return any(v.refer == "base" for v in self.videos)

    @property
    def customized(self) -> bool:
        """Shots are listed one by one; only then does `multi_prompt` mean anything (R5, R8)."""
        return self.multi_shot and self.shot_type == "customize"

    @property
    def seconds(self) -> int:
        """Seconds to bill; a base video's asked duration is void (R10)."""
        return DEFAULT_SECONDS if self.base_video else int(self.duration)

    @property
    def words(self) -> str:
        """Every prompt that counts, for the content check and for matching faults."""
        return "\n".join(text for text in [self.prompt, *(s.prompt for s in self.shots or ())] if text)
