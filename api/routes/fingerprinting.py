"""Clips that were kept without being looked at: looked at now, so that copies of them are found."""

from __future__ import annotations

from typing import Any

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.refusals import NotAvailable
from api.routes.answering import Answer, Reply, card_reply
from api.routes.commanding import Change, named
from generation.evaluating import filmed
from registry.blobs.aside import on_disk
from registry.blobs.media import can_decode
from registry.deciders.clip import FingerprintClip
from registry.deciders.command import Command
from registry.errors import NotFootage
from registry.printing import print_footage
from registry.registry import Connection
from registry.views import clips
from registry.views.clips import ClipCard
from registry.views.recognised import is_unprinted


@post("/{clip:str}/fingerprint", status_code=200, opt={"refuses": (501,)}, sync_to_thread=True)
def fingerprint_clip(clip: FromPath[str], change: NamedDependency[Change]) -> Answer[ClipCard]:
    """Look at a clip that was kept while nobody could (without PyAV, or before there were fingerprints): copies are found then.

    A clip that was looked at answers as it is. What it is recognised by goes when somebody who is in it is erased.
    """
    if (first := change.earlier()) is not None:
        return first
    stream = named("clip", clip)
    card = change.read(clips.clip, stream)

    def reply(connection: Connection) -> Reply:
        return card_reply(clips.clip(connection, change.studio, stream))

    if card.erased or not change.read(is_unprinted, stream):
        return change.once(reply)
    return change.make(_looked_at(change, card), reply=reply)


def _looked_at(change: Change, card: ClipCard) -> Command:
    """Raises NotAvailable, NotFootage and BlobError."""
    if not can_decode():
        raise NotAvailable(
            "clips are looked at with PyAV, which is not installed here", hint="install continuity[media]"
        )
    with on_disk(change.continuity.blobs, card.stored) as file:
        found = print_footage(change.registry, change.studio, file)
    if found is None:
        raise NotFootage(
            f"the tracks of {card.id} cannot be read", hint="its exact bytes are known all the same"
        )
    subjects = filmed(change.registry, change.studio, card.id).subjects
    return FingerprintClip(stream=card.id, recognised_by=found, subjects=subjects)


ROUTES: Any = Router(
    "/clips",
    route_handlers=[fingerprint_clip],
    opt={"reach": "production", "changes": "asset_writer"},
    tags=["Clips"],
)
