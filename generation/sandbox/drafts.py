"""From the body of a library create to the record of what it asks for, refused or judged on the way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from generation.sandbox.accounts import SeededAccount, Voice
from generation.sandbox.checks.makings import ElementRequest, MakingContext, check_element, check_voice
from generation.sandbox.checks.pictures import decode
from generation.sandbox.creations import MADE, Creation
from generation.sandbox.envelope import Refused
from generation.sandbox.requests import LibraryProduct
from generation.sandbox.sources import element_failure, speaks, voice_failure
from generation.sandbox.tasks import Task
from generation.sandbox.world import World

ELEMENT_UNITS = "0"
VOICE_UNITS = "0.05"
# The same room, for the voice that comes with an element (see MADE).
_VOICE = 200_000_000_000_000_000


@dataclass(frozen=True)
class Draft:
    """A creation without its ids and its time; a voice with the id "" is one to be made with it. `words` are checked
    for their content; `pictures` are the bytes of its pictures by their place in the list.
    """

    creation: Creation
    words: str
    pictures: dict[int, bytes]

    def numbered(self, task_id: str, now: float) -> dict[str, Any]:
        """The fields that are known only when it is opened."""
        voice, made_id = self.creation.voice, str(int(task_id) + MADE)
        if voice and not voice.voice_id:
            own = self.creation.product == "custom-voices"
            voice = Voice(made_id if own else str(int(task_id) + _VOICE), voice.name, voice.owner)
        return {"task_id": task_id, "made_id": made_id, "voice": voice, "created": now}


def draft(
    world: World, product: LibraryProduct, account: SeededAccount, *, body: dict[str, Any], base: str
) -> Draft:
    """What a body asks for; raises Refused with the first problem."""
    now = world.clock.now()
    with world.lock:
        voices = world.library.voices(account.name, now)
    context = MakingContext(
        account,
        refuse_bad_pictures=world.settings.bad_pictures == "refuse",
        voices=voices,
        clip=partial(_clip, world, account.name),
    )
    if product == "custom-voices":
        return _voice(world, context, body, base)
    return _element(world, context, body, base)


def _element(world: World, context: MakingContext, body: dict[str, Any], base: str) -> Draft:
    request, problems = check_element(body, context)
    if request is None or problems:
        raise Refused(problems[0])
    creation = Creation(
        **_blank(context.account, base),
        product="advanced-custom-elements",
        external_task_id=request.external_task_id,
        callback_url=request.callback_url,
        name=request.name,
        description=request.description,
        kind=request.kind,
        sources=tuple(p.source if p.remote else "" for p in request.images) or request.videos,
        tags=request.tags,
        voice=_bound(world, request, context, base),
        units=ELEMENT_UNITS,
        seconds=world.settings.element_seconds,
        fail_message=element_failure(world, request, base),
    )
    kept = {n: decode(picture) or b"" for n, picture in enumerate(request.images) if not picture.remote}
    return Draft(creation, request.words, kept)


def _bound(world: World, request: ElementRequest, context: MakingContext, base: str) -> Voice | None:
    """The voice asked for, or the one a speaking video brings along (contract 6)."""
    if request.voice_id:
        return context.voices[request.voice_id]
    return Voice("", request.name, context.account.access_key) if speaks(world, request, base) else None


def _voice(world: World, context: MakingContext, body: dict[str, Any], base: str) -> Draft:
    request, problems = check_voice(body, context)
    if request is None or problems:
        raise Refused(problems[0])
    creation = Creation(
        **_blank(context.account, base),
        product="custom-voices",
        external_task_id=request.external_task_id,
        callback_url=request.callback_url,
        name=request.name,
        voice=Voice("", request.name, context.account.access_key),
        units=VOICE_UNITS,
        seconds=world.settings.voice_seconds,
        fail_message=voice_failure(world, request, base),
    )
    return Draft(creation, request.words, {})


def _blank(account: SeededAccount, base: str) -> dict[str, Any]:
    return {
        "task_id": "",
        "made_id": "",
        "created": 0.0,
        "account": account.name,
        "owner": account.access_key,
        "base": base,
    }


def _clip(world: World, account: str, video_id: str) -> Task | None:
    """A finished video of the account."""
    with world.lock:
        task = world.shelf.by_video(video_id)
    mine = task is not None and task.account == account
    return task if task and mine and task.status(world.clock.now()) == "succeed" else None
