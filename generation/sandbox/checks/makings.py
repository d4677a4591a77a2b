"""Bodies that make or delete elements and voices: read, and checked against contract 6 and 7 (R39, R40, R44, R47 to R59).

Fields of the other kind of reference are void and not even read (R52); unknown keys are ignored (R46).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from generation.sandbox.accounts import ElementKind, Voice
from generation.sandbox.checks.context import CheckContext
from generation.sandbox.checks.output import is_web_url
from generation.sandbox.checks.pictures import check_pictures
from generation.sandbox.checks.reader import Reader
from generation.sandbox.envelope import Problem, bad_value
from generation.sandbox.requests import Picture, Removal
from generation.sandbox.tasks import Task

LONGEST_NAME = 20
LONGEST_DESCRIPTION = 100
MOST_FURTHER_PICTURES = 3
SHORTEST_VOICE_SECONDS = 5
KINDS: dict[str, ElementKind] = {"image_refer": "image", "video_refer": "video"}
TAGS = tuple(f"o_10{n}" for n in range(1, 9))


@dataclass(frozen=True)
class MakingContext(CheckContext):
    """What else a body may name: `voices` of the account and the vendor by id, and `clip`, which finds a finished
    video of the account by its own id.
    """

    voices: Mapping[str, Voice] = field(default_factory=dict)
    clip: Callable[[str], Task | None] = lambda _: None


@dataclass(frozen=True)
class ElementRequest:
    """A create body of an element; `images` start with the frontal one, `videos` are addresses."""

    name: str
    description: str
    reference: str
    images: tuple[Picture, ...]
    videos: tuple[str, ...]
    voice_id: str
    tags: tuple[str, ...]
    callback_url: str
    external_task_id: str

    @property
    def kind(self) -> ElementKind:
        return KINDS[self.reference]

    @property
    def words(self) -> str:
        return f"{self.name}\n{self.description}"


@dataclass(frozen=True)
class VoiceRequest:
    """A create body of a voice: cut from a file (`url`) or from one of the account's videos (`video_id`)."""

    name: str
    url: str
    video_id: str
    callback_url: str
    external_task_id: str

    @property
    def words(self) -> str:
        return self.name


def check_element(
    body: dict[str, Any], context: MakingContext
) -> tuple[ElementRequest | None, list[Problem]]:
    """Read and check; a body whose JSON types are wrong gets only the shape problems."""
    reader = Reader(body)
    reference = reader.text("reference_type")
    request = ElementRequest(
        name=reader.text("element_name"),
        description=reader.text("element_description"),
        reference=reference,
        images=_images(reader) if reference == "image_refer" else (),
        videos=_videos(reader) if reference == "video_refer" else (),
        voice_id=reader.text("element_voice_id"),
        tags=tuple(item.text("tag_id") for item in reader.items("tag_list") or ()),
        callback_url=reader.text("callback_url"),
        external_task_id=reader.text("external_task_id"),
    )
    if reader.problems:
        return None, reader.problems
    return request, [
        *_length("element_name", request.name, LONGEST_NAME),
        *_length("element_description", request.description, LONGEST_DESCRIPTION),
        *_reference(request),
        *_extras(request, context),
        *_callback(request.callback_url),
        *check_pictures(request, context),
    ]


def check_voice(body: dict[str, Any], context: MakingContext) -> tuple[VoiceRequest | None, list[Problem]]:
    """Read and check, in the same way."""
    reader = Reader(body)
    request = VoiceRequest(
        name=reader.text("voice_name"),
        url=reader.text("voice_url"),
        video_id=reader.text("video_id"),
        callback_url=reader.text("callback_url"),
        external_task_id=reader.text("external_task_id"),
    )
    if reader.problems:
        return None, reader.problems
    return request, [
        *_length("voice_name", request.name, LONGEST_NAME),
        *_source(request, context),
        *_callback(request.callback_url),
    ]


def check_removal(route: Removal, body: dict[str, Any]) -> tuple[str, list[Problem]]:
    """The id in the body of a deletion; an element's may be a number too (contract 1.3)."""
    reader, key = Reader(body), "voice_id" if route == "delete-voices" else "element_id"
    value = reader.value(key)
    if key == "element_id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value), []
    text = reader.text(key)
    return text, reader.problems or ([] if text else [bad_value(f"{key} can not be empty")])


def _images(reader: Reader) -> tuple[Picture, ...]:
    """The frontal picture and the others; a missing one has an empty source."""
    listed = reader.inside(reader.record("element_image_list") or {})
    further = listed.items("refer_images") or ()
    frontal = Picture(listed.text("frontal_image"), "", "element_image_list.frontal_image")
    return (
        frontal,
        *(
            Picture(item.text("image_url"), "", f"refer_images[{n}].image_url")
            for n, item in enumerate(further)
        ),
    )


def _videos(reader: Reader) -> tuple[str, ...]:
    listed = reader.inside(reader.record("element_video_list") or {})
    return tuple(item.text("video_url") for item in listed.items("refer_videos") or ())


def _length(name: str, text: str, most: int) -> list[Problem]:
    """R47, R48, R56: required, and not longer than that."""
    if not text:
        return [bad_value(f"{name} can not be empty")]
    return [bad_value(f"The length of {name} can not exceed {most}")] if len(text) > most else []


def _reference(request: ElementRequest) -> list[Problem]:
    """R49, and the list that belongs to the kind."""
    if request.reference not in KINDS:
        return [bad_value(f"reference_type value '{request.reference}' is invalid")]
    return _pictures(request) if request.kind == "image" else _clip(request)


def _pictures(request: ElementRequest) -> list[Problem]:
    """R50: a frontal picture and one to three others that differ from it."""
    frontal, *further = request.images
    problems = [bad_value(f"{p.field} can not be empty") for p in request.images if not p.source]
    if not 1 <= len(further) <= MOST_FURTHER_PICTURES:
        problems.append(
            bad_value(f"refer_images must have 1 to {MOST_FURTHER_PICTURES} items, got {len(further)}")
        )
    if frontal.source and any(picture.source == frontal.source for picture in further):
        problems.append(bad_value("refer_images must be different from frontal_image"))
    return problems


def _clip(request: ElementRequest) -> list[Problem]:
    """R51: exactly one video, by address; what is in it is nobody's knowledge before it is fetched (R55)."""
    if len(request.videos) != 1:
        return [bad_value(f"refer_videos must have 1 item, got {len(request.videos)}")]
    return [] if is_web_url(request.videos[0]) else [bad_value("Video URL is invalid")]


def _extras(request: ElementRequest, context: MakingContext) -> list[Problem]:
    """R53, and that a voice to be bound exists (contract 6)."""
    problems = [bad_value(f"tag_id value '{tag}' is invalid") for tag in request.tags if tag not in TAGS]
    if request.voice_id and request.voice_id not in context.voices:
        problems.append(bad_value(f"Voice id not found: {request.voice_id}"))
    return problems


def _source(request: VoiceRequest, context: MakingContext) -> list[Problem]:
    """R57 and R58; a video must be the account's own, long enough, and have sound (contract 7)."""
    if bool(request.url) == bool(request.video_id):
        return [bad_value("exactly one of voice_url and video_id is required")]
    if request.url:
        return [] if is_web_url(request.url) else [bad_value("Voice URL is invalid")]
    task = context.clip(request.video_id)
    if task is None:
        return [bad_value(f"Video not found by id: {request.video_id}")]
    if not task.sound:
        return [bad_value(f"video {request.video_id} has no sound")]
    if task.asked_seconds < SHORTEST_VOICE_SECONDS:
        return [bad_value(f"video {request.video_id} is shorter than {SHORTEST_VOICE_SECONDS} seconds")]
    return []


def _callback(url: str) -> list[Problem]:
    """R44."""
    return [bad_value(f"callback_url value '{url}' is invalid")] if url and not is_web_url(url) else []
