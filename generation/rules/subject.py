"""What rules look at: a plain payload, whoever wrote it, and what is known beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from generation.addresses import looks_remote
from generation.grounds import TakeGround
from generation.policies import GUIDE, Policies
from generation.rules.embedded import Embedded, read_embedded
from generation.shot import ShotRequest

OMNI: Final = "omni-video"
TEXT: Final = "text2video"
IMAGE: Final = "image2video"
VIDEO_ENDPOINTS: Final = (OMNI, TEXT, IMAGE)
ELEMENT: Final = "advanced-custom-elements"
VOICE: Final = "custom-voices"
DELETE_ELEMENT: Final = "delete-advanced-elements"
DELETE_VOICE: Final = "delete-voices"
CREATE_ENDPOINTS: Final = (*VIDEO_ENDPOINTS, ELEMENT, VOICE)
LIST_ENDPOINTS: Final = tuple(
    f"GET {name}" for name in (*CREATE_ENDPOINTS, "advanced-presets-elements", "presets-voices")
)
"""Calls that list, with page number and size; a body stands for their query."""
ENDPOINTS: Final = (*CREATE_ENDPOINTS, DELETE_ELEMENT, DELETE_VOICE, *LIST_ENDPOINTS)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it would be sent: pixels, decoded bytes, format name."""

    width: int
    height: int
    bytes: int
    format: str


@dataclass(frozen=True, slots=True)
class Video:
    """A reference video as far as it is known; 0 is unknown. Seconds, pixels, bytes."""

    seconds: float = 0.0
    width: int = 0
    height: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the payload; every part may be unknown, and then the rules that need it do not apply.

    `pictures` and `videos` are keyed by the text that stands for them in the payload; `references` are the placeholders this plan
    will fill before sending; `portraits` those that show a character, `cut_from_scene` those cut from a clip of this scene.
    `setting` is the setting of the shot. `retake` is the take that is answered. `durations` are the chosen pattern's approved
    ones, `pattern` its name. `external_ids` are those the account has used. `policies` are the named ones it is judged under.
    """

    element_kinds: Mapping[int, str] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    videos: Mapping[str, Video] = field(default_factory=dict)
    references: frozenset[str] = frozenset()
    portraits: frozenset[str] = frozenset()
    cut_from_scene: Mapping[str, str] = field(default_factory=dict)
    external_ids: frozenset[str] = frozenset()
    request: ShotRequest | None = None
    setting: str | None = None
    retake: TakeGround | None = None
    pattern: str | None = None
    durations: tuple[int, ...] = ()
    policies: Policies = GUIDE


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

    def inside(self, key: str) -> Mapping[str, Any]:
        value = self.body.get(key)
        return value if isinstance(value, dict) else {}

    @property
    def is_video(self) -> bool:
        return self.endpoint in VIDEO_ENDPOINTS

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
    def prompts(self) -> list[tuple[str, str]]:
        """Every prompt that is text, with its path: the clip's, then those of its shots."""
        shots = (
            (f"$.multi_prompt[{index}].prompt", shot.get("prompt"))
            for index, shot in enumerate(self.listed("multi_prompt"))
            if isinstance(shot, dict)
        )
        return [
            (path, text)
            for path, text in (("$.prompt", self.body.get("prompt")), *shots)
            if isinstance(text, str)
        ]

    @cached_property
    def sources(self) -> list[tuple[str, str]]:
        """Every picture that is named by text, with its path, whatever the endpoint calls it."""
        found = [
            (f"$.image_list[{index}].image_url", entry.get("image_url"))
            for index, entry in enumerate(self.images)
            if isinstance(entry, dict) and self.is_omni
        ]
        if self.is_video and self.endpoint != TEXT:
            found += [(f"$.{key}", self.body.get(key)) for key in ("image", "image_tail")]
        if self.endpoint == ELEMENT:
            held = self.inside("element_image_list")
            others = held.get("refer_images")
            found.append(("$.element_image_list.frontal_image", held.get("frontal_image")))
            found += [
                (f"$.element_image_list.refer_images[{index}].image_url", entry.get("image_url"))
                for index, entry in enumerate(others if isinstance(others, list) else ())
                if isinstance(entry, dict)
            ]
        return [(path, text) for path, text in found if isinstance(text, str) and text]

    @cached_property
    def embedded(self) -> list[tuple[str, str, Embedded]]:
        """The pictures whose bytes stand in the payload: path, text, and what the bytes are."""
        ours = self.facts.references
        return [
            (path, text, read_embedded(text))
            for path, text in self.sources
            if text not in ours and not looks_remote(text)
        ]

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
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        value = int(value)
    return value if isinstance(value, int) and 0 < value < 2**63 else None
