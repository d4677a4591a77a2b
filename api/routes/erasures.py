"""Erasures: a person goes, the record of it stays; and every clip that carries them is decided by itself."""

from __future__ import annotations

from typing import Any

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.rights import Decided, ErasureOrder
from api.routes.answering import Answer, Reply, answer_card, card_reply
from api.routes.commanding import Change, Visit, named
from generation.erasing import KlingDeletion
from registry.deciders.clip import DecideClip
from registry.deciders.likeness import AlreadyErased
from registry.erased import ErasureRecord, erasure_record
from registry.erasure import Tools, carry_out, erase_clip, order_erasure
from registry.registry import Connection
from registry.views import clips, likenesses
from registry.views.clips import ClipCard


def _tools(change: Change) -> Tools:
    provider = KlingDeletion(change.continuity.kling_for)
    return Tools(change.registry, change.continuity.blobs, provider, change.context())


@post("/likenesses/{likeness:str}/erase", status_code=200, sync_to_thread=True)
def erase_likeness(
    likeness: FromPath[str], data: JSONBody[ErasureOrder], change: NamedDependency[Change]
) -> Answer[ErasureRecord]:
    """Erase a person. It cannot be undone.

    Every use is blocked at once. Names, descriptions, prompts and evidence become unreadable, pictures and recordings are deleted
    in every version, elements and voices retired and deleted at the provider. Clips are listed, each to be decided.
    Sent again, an erasure that did not finish goes on; 409 when it is done, or while the provider still holds something.
    """
    if (first := change.earlier()) is not None:
        return first
    change.must_not_match("what is erased has no version any more")
    stream, registry, studio = named("likeness", likeness), change.registry, change.studio
    try:
        order_erasure(registry, studio, stream, data.basis, context=change.context())
    except AlreadyErased as done:
        raise AlreadyErased(done.message, hint=f"its record is at /v1/likenesses/{stream}/erasure") from None

    def reply(connection: Connection) -> Reply:
        return card_reply(erasure_record(connection, registry, studio, stream))

    handled = carry_out(_tools(change), studio, stream, idempotency=change.idempotency(reply))
    return change.told(handled)


@get("/likenesses/{likeness:str}/erasure", sync_to_thread=True)
def show_erasure(likeness: FromPath[str], visit: NamedDependency[Visit]) -> Answer[ErasureRecord]:
    """The record of an erasure: what went, and every clip that carries the likeness with what was decided of it."""
    stream = named("likeness", likeness)
    with visit.registry.snapshot(visit.studio) as connection:
        return answer_card(erasure_record(connection, visit.registry, visit.studio, stream))


@post("/clips/{clip:str}/decide", status_code=200, sync_to_thread=True)
def decide_clip(
    clip: FromPath[str], data: JSONBody[Decided], change: NamedDependency[Change]
) -> Answer[ClipCard]:
    """Keep a clip in spite of whom it shows, withdraw it, or erase its bytes.

    With its bytes go the pictures that were cut from it. That it was made, and from what, stays on record.
    """
    if (first := change.earlier()) is not None:
        return first
    command = DecideClip(stream=named("clip", clip), **data.model_dump())
    if data.likeness is not None:
        change.read(likenesses.likeness, data.likeness, now=change.registry.clock())

    def reply(connection: Connection) -> Reply:
        return card_reply(clips.clip(connection, change.studio, command.stream))

    if command.decision == "erase":
        change.must_not_match("what is erased has no version any more")
        erase_clip(_tools(change), change.studio, command)
    return change.make(command, reply=reply)


ROUTES: Any = Router(
    "/",
    route_handlers=[erase_likeness, show_erasure, decide_clip],
    opt={"reach": "studio", "changes": "consent_officer", "personal": True},
    tags=["Erasures"],
)
