"""Rules of making an element, and a voice (contract R47–R58, sections 6 and 7)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from generation.addresses import is_web_address
from generation.rules.rule import Problem, Rule, removing, rule, setting, shown
from generation.rules.subject import ELEMENT, VOICE, Subject

TAGS: Final = tuple(f"o_{number}" for number in range(101, 109))
VOICE_ENDINGS: Final = (".mp3", ".wav", ".mp4", ".mov")
_KINDS: Final = ("image_refer", "video_refer")
_LISTS: Final = {"image_refer": "element_image_list", "video_refer": "element_video_list"}


def _element(s: Subject) -> bool:
    return s.endpoint == ELEMENT


def _voice(s: Subject) -> bool:
    return s.endpoint == VOICE


def _length(value: object, most: int, what: str) -> Iterator[Problem]:
    if not isinstance(value, str) or not value.strip():
        yield Problem(f"{what} is missing: write 1 to {most} characters")
    elif len(value) > most:
        yield Problem(f"{what} has {len(value)} characters and {most} are allowed")


@rule(
    "R47", "E", "An element has a short name", cites="contract R47", path="$.element_name", applies=_element
)
def element_name(s: Subject) -> Iterator[Problem]:
    yield from _length(s.body.get("element_name"), 20, "element_name")


@rule(
    "R48",
    "E",
    "An element has a short description",
    cites="contract R48",
    path="$.element_description",
    applies=_element,
)
def element_description(s: Subject) -> Iterator[Problem]:
    yield from _length(s.body.get("element_description"), 100, "element_description")


@rule(
    "R49",
    "E",
    "An element is made from pictures or from a video",
    cites="contract R49",
    path="$.reference_type",
    applies=_element,
)
def reference_type(s: Subject) -> Iterator[Problem]:
    kind = s.body.get("reference_type")
    if kind not in _KINDS:
        meant = "video_refer" if s.body.get("element_video_list") else "image_refer"
        message = f"reference_type {shown(kind)} is unknown: send image_refer or video_refer"
        yield Problem(message, change=(setting("$.reference_type", meant),))


@rule(
    "R50",
    "E",
    "An element from pictures has a frontal one and one to three others",
    cites="contract R50",
    path="$.element_image_list",
    applies=lambda s: _element(s) and s.body.get("reference_type") == "image_refer",
)
def element_pictures(s: Subject) -> Iterator[Problem]:
    path, held = "$.element_image_list", s.inside("element_image_list")
    front, others = held.get("frontal_image"), held.get("refer_images")
    if not isinstance(front, str) or not front.strip():
        yield Problem("frontal_image is missing or empty", f"{path}.frontal_image")
    if not isinstance(others, list) or not 1 <= len(others) <= 3:
        count = len(others) if isinstance(others, list) else 0
        cut = reversed(range(3, count)) if count <= 23 else ()
        change = tuple(removing(f"{path}.refer_images[{index}]") for index in cut)
        yield Problem(
            f"{count} further pictures are sent and one to three are needed", f"{path}.refer_images", change
        )
    for index, entry in enumerate(others if isinstance(others, list) else ()):
        yield from _further(entry, front, f"{path}.refer_images[{index}]")


def _further(entry: Any, front: object, path: str) -> Iterator[Problem]:
    url = entry.get("image_url") if isinstance(entry, dict) else None
    if not isinstance(url, str) or not url.strip():
        yield Problem("image_url is missing or empty", f"{path}.image_url")
    elif url == front:
        yield Problem("this is the frontal picture again: send another view", f"{path}.image_url")


@rule(
    "R51",
    "E",
    "An element from video has exactly one",
    cites="contract R51",
    path="$.element_video_list",
    applies=lambda s: _element(s) and s.body.get("reference_type") == "video_refer",
)
def element_video(s: Subject) -> Iterator[Problem]:
    path, videos = "$.element_video_list.refer_videos", s.inside("element_video_list").get("refer_videos")
    if not isinstance(videos, list) or len(videos) != 1:
        count = len(videos) if isinstance(videos, list) else 0
        cut = reversed(range(1, count)) if count <= 21 else ()
        change = tuple(removing(f"{path}[{index}]") for index in cut)
        yield Problem(f"{count} videos are sent and exactly one is needed", path, change)
    for index, entry in enumerate(videos if isinstance(videos, list) else ()):
        url = entry.get("video_url") if isinstance(entry, dict) else None
        if not isinstance(url, str) or not (url in s.facts.references or is_web_address(url)):
            yield Problem(f"video_url {shown(url)} is no http(s) address", f"{path}[{index}].video_url")


@rule(
    "R52",
    "E",
    "The other kind's list has no effect",
    cites="contract R52",
    path="$.element_video_list",
    applies=lambda s: _element(s) and s.body.get("reference_type") in _KINDS,
)
def no_void_list(s: Subject) -> Iterator[Problem]:
    kind = s.body["reference_type"]
    other = next(name for one, name in _LISTS.items() if one != kind)
    if s.body.get(other) not in (None, {}, []):
        message = f"{other} has no effect with {kind}: drop it"
        yield Problem(message, f"$.{other}", (removing(f"$.{other}"),))


@rule(
    "R53",
    "E",
    "Tags are the vendor's",
    cites="contract R53",
    path="$.tag_list",
    applies=lambda s: _element(s) and "tag_list" in s.body,
)
def tags_known(s: Subject) -> Iterator[Problem]:
    if not isinstance(s.body["tag_list"], list):
        yield Problem("tag_list is a list of objects with tag_id", change=(removing("$.tag_list"),))
    for index, entry in enumerate(s.listed("tag_list")):
        tag = entry.get("tag_id") if isinstance(entry, dict) else None
        if tag not in TAGS:
            path = f"$.tag_list[{index}]"
            message = f"{shown(tag)} is no tag: send {TAGS[0]} to {TAGS[-1]}"
            yield Problem(message, f"{path}.tag_id", (removing(path),) if isinstance(entry, dict) else ())


@rule(
    "R54",
    "E",
    "The voice of an element is named by its id",
    cites="contract R54",
    path="$.element_voice_id",
    applies=lambda s: _element(s) and "element_voice_id" in s.body,
)
def element_voice(s: Subject) -> Iterator[Problem]:
    voice = s.body["element_voice_id"]
    if not isinstance(voice, str):
        whole = isinstance(voice, int) and not isinstance(voice, bool) and 0 < voice < 2**63
        change = (setting("$.element_voice_id", str(voice)),) if whole else ()
        yield Problem(f"element_voice_id {shown(voice)} must be text", change=change)


@rule("R56", "E", "A voice has a short name", cites="contract R56", path="$.voice_name", applies=_voice)
def voice_name(s: Subject) -> Iterator[Problem]:
    yield from _length(s.body.get("voice_name"), 20, "voice_name")


@rule(
    "R57",
    "E",
    "A voice comes from one recording",
    cites="contract R57",
    path="$.voice_url",
    applies=_voice,
)
def one_recording(s: Subject) -> Iterator[Problem]:
    wrong = [key for key in ("voice_url", "video_id") if not isinstance(s.body.get(key, ""), str)]
    for key in wrong:
        yield Problem(f"{key} {shown(s.body[key])} must be text", f"$.{key}")
    # Blanks name nothing, yet the vendor counts them: beside a real source they are a second one.
    given = [key for key in ("voice_url", "video_id") if s.text(key)]
    if len(given) == 2:
        blank = next((key for key in given if not s.text(key).strip()), "video_id")
        yield Problem("voice_url and video_id are both sent: keep one", change=(removing(f"$.{blank}"),))
    elif not any(s.text(key).strip() for key in given) and not wrong:
        yield Problem("send voice_url (a recording) or video_id (a clip of the vendor's)")


@rule(
    "R58",
    "E",
    "A recording is an address",
    cites="contract R58",
    path="$.voice_url",
    applies=lambda s: _voice(s) and bool(s.text("voice_url")),
)
def recording_is_address(s: Subject) -> Iterator[Problem]:
    url = s.text("voice_url")
    if url not in s.facts.references and not is_web_address(url):
        yield Problem(f"voice_url {shown(url)} is no http(s) address")


@rule(
    "I312",
    "I",
    "A recording's ending says what it is",
    cites="contract R58, contract section 7",
    path="$.voice_url",
    applies=lambda s: _voice(s) and is_web_address(s.text("voice_url")),
)
def recording_ending(s: Subject) -> Iterator[Problem]:
    ending = PurePosixPath(urlsplit(s.text("voice_url")).path).suffix.lower()
    if ending not in VOICE_ENDINGS:
        yield Problem(
            f"the address ends in {shown(ending)}: the vendor takes mp3, wav, mp4 and mov, 5 to 30 s"
        )


RULES: Final[tuple[Rule, ...]] = (
    element_name,
    element_description,
    reference_type,
    element_pictures,
    element_video,
    no_void_list,
    tags_known,
    element_voice,
    voice_name,
    one_recording,
    recording_is_address,
    recording_ending,
)
