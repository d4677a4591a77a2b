"""What rules look at: a plain payload, whoever wrote it, and what is known beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from generation.shot import ShotRequest

OMNI: Final = "omni-video"
TEXT: Final = "text2video"
IMAGE: Final = "image2video"
VIDEO_ENDPOINTS: Final = (OMNI, TEXT, IMAGE)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it would be sent: pixels, decoded bytes, format name."""

    width: int
    height: int
    bytes: int
    format: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the payload; every part may be unknown, and then the rules that need it do not apply.

    `pictures` is keyed by the text that stands in `image_url`; `references` are the placeholders this plan will fill before
    sending; `durations` are the chosen pattern's approved ones, `pattern` its name. `end_frame_policy` is the named policy switch
    of contract D1: the guide's limit on end frames is applied although the vendor has lifted it.
    """

    element_kinds: Mapping[int, str] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    references: frozenset[str] = frozenset()
    request: ShotRequest | None = None
    pattern: str | None = None
    durations: tuple[int, ...] = ()
    end_frame_policy: bool = True


@dataclass(frozen=True)
class Subject:
    """One payload under judgement.

    The properties cope with any JSON: what has the wrong type counts as absent here, and the rule that owns the field says so.
    """

    endpoint: str
    body: Mapping[str, Any]
    facts: Facts = field(default_factory=Facts)

    def text(self, key: str) -> str:
        value = self.body.get(key)
        return value if isinstance(value, str) else ""

    def listed(self, key: str) -> list[Any]:
        value = self.body.get(key)
        return value if isinstance(value, list) else []

    def entries(self, key: str) -> list[Mapping[str, Any]]:
        return [entry for entry in self.listed(key) if isinstance(entry, dict)]

    @property
    def is_omni(self) -> bool:
        return self.endpoint == OMNI

    @cached_property
    def images(self) -> list[Any]:
        return self.listed("image_list")

    @cached_property
    def elements(self) -> list[Any]:
        return self.listed("element_list")

    @cached_property
    def videos(self) -> list[Any]:
        return self.listed("video_list")

    @cached_property
    def frames(self) -> list[str]:
        """The frame types that are asked for, in the order of the list."""
        types = (entry.get("type") for entry in self.entries("image_list"))
        return [kind for kind in types if kind in ("first_frame", "end_frame")]

    @property
    def has_first_frame(self) -> bool:
        return "first_frame" in self.frames

    @property
    def has_base_video(self) -> bool:
        return any(entry.get("refer_type", "base") == "base" for entry in self.entries("video_list"))

    @property
    def has_feature_video(self) -> bool:
        return any(entry.get("refer_type") == "feature" for entry in self.entries("video_list"))

    @property
    def is_multi_shot(self) -> bool:
        return self.body.get("multi_shot") in (True, "true")

    @cached_property
    def element_kinds(self) -> list[str | None]:
        """What each element was made from, where known: `image`, `video` or None."""
        ids = (entry.get("element_id") for entry in self.entries("element_list"))
        return [self.facts.element_kinds.get(as_element_id(value) or 0) for value in ids]


def as_element_id(value: object) -> int | None:
    """An element id as the vendor takes it: an integer, or the same in digits (contract K11). Never a float or a bool."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:
        value = int(value)
    return value if isinstance(value, int) and 0 < value < 2**63 else None
