"""What a file behind an address is good for, judged without fetching it: by its name, and by what we know of our
own films (contract 6 and 7, R55 and R58).
"""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from generation.sandbox.checks.makings import SHORTEST_VOICE_SECONDS, ElementRequest, VoiceRequest
from generation.sandbox.checks.pictures import late_failure
from generation.sandbox.envelope import Refused
from generation.sandbox.tasks import Task
from generation.sandbox.world import World

VIDEO_ENDINGS = (".mp4", ".mov")
VOICE_ENDINGS = (".mp3", ".wav", *VIDEO_ENDINGS)
ELEMENT_SECONDS = range(3, 9)
ELEMENT_SHAPES = ("16:9", "9:16", "")
NO_VIDEO = "Video URL is invalid"
NO_VOICE = "Voice URL is invalid"


def element_failure(world: World, request: ElementRequest, base: str) -> str:
    """The message an accepted element will fail with, or "": what the vendor sees only when it has the files."""
    for url in request.videos:
        film = own_film(world, url, base)
        if _dead(world, url, base) or not _ends_with(url, VIDEO_ENDINGS):
            return NO_VIDEO
        if film and film.asked_seconds not in ELEMENT_SECONDS:
            return "The duration of the video must be 3 to 8 seconds"
        if film and film.aspect_ratio not in ELEMENT_SHAPES:
            return "The aspect ratio of the video must be 16:9 or 9:16"
    return late_failure(request)


def voice_failure(world: World, request: VoiceRequest, base: str) -> str:
    """The same for a voice."""
    if not request.url:
        return ""
    if _dead(world, request.url, base) or not _ends_with(request.url, VOICE_ENDINGS):
        return NO_VOICE
    film = own_film(world, request.url, base)
    if film and not film.sound:
        return "No voice was found"
    if film and film.asked_seconds < SHORTEST_VOICE_SECONDS:
        return "The duration of the voice must be 5 to 30 seconds"
    return ""


def speaks(world: World, request: ElementRequest, base: str) -> bool:
    """Whether the element's video has a voice in it: our own films do when they have sound, of others it is set."""
    if request.kind != "video":
        return False
    film = own_film(world, request.videos[0], base)
    return film.sound if film else world.settings.video_voices


def own_film(world: World, url: str, base: str) -> Task | None:
    """The task behind a living result address of ours."""
    if not url.startswith(f"{base}/results/") or _dead(world, url, base):
        return None
    try:
        name = world.results.judge(urlsplit(url).path, world.clock.now())
    except Refused:
        return None
    with world.lock:
        return world.shelf.by_video(name.video_id)


def _dead(world: World, url: str, base: str) -> bool:
    return world.results.dead(url, base, world.clock.now())


def _ends_with(url: str, endings: tuple[str, ...]) -> bool:
    """Whether a name says the right format, or nothing."""
    ending = PurePosixPath(urlsplit(url).path).suffix.lower()
    return not ending or ending in endings
