"""Takes: a clip is approved, turned down, remarked on, or not to be used any more."""

from __future__ import annotations

from typing import Any

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.errors import Web
from api.routes.answering import Answer, Reply, answer_page, card_reply
from api.routes.commanding import Change, Visit, named
from api.takes import NewNote, TakeApproval, TakeRejection, WhyNot
from generation.evaluating import filmed, scale_ruled_out
from registry.deciders.clip import DecideClip
from registry.deciders.command import Command
from registry.deciders.verdicts import ApproveClip, NoteOnClip, RejectClip, WithdrawApproval
from registry.registry import Connection
from registry.views import clips, notes
from registry.views.clips import ClipCard
from registry.views.notes import NoteCard
from registry.views.page import Page, Span


def _judged(change: Change, command: Command) -> Answer[ClipCard]:
    def reply(connection: Connection) -> Reply:
        return card_reply(clips.clip(connection, change.studio, command.stream))

    return change.make(command, reply=reply)


@post("/{clip:str}/approve", status_code=200, sync_to_thread=True)
def approve_clip(
    clip: FromPath[str], data: JSONBody[TakeApproval], change: NamedDependency[Change]
) -> Answer[ClipCard]:
    """Take the clip into the film.

    A shot may have several approved takes: timelines play the newest approval and keep the others beside it. 409 for a
    clip that is withdrawn or erased.
    """
    return _judged(change, ApproveClip(stream=named("clip", clip), note=data.note))


@post("/{clip:str}/reject", status_code=200, sync_to_thread=True)
def reject_clip(
    clip: FromPath[str], data: JSONBody[TakeRejection], change: NamedDependency[Change]
) -> Answer[ClipCard]:
    """Turn the take down, with a cause of the guide's evaluation rule.

    Whoever blames sync on a framing that is too wide to read lips is answered with that finding first (422, W601, guide F3.18):
    reject it as `speech_unreadable`, or give the reason in `accept`. 409 for an approved clip: take the approval back first.
    """
    if (first := change.earlier()) is not None:
        return first
    stream = named("clip", clip)
    how = filmed(change.registry, change.studio, stream)
    command = RejectClip(
        stream=stream,
        cause=data.cause,
        reason=data.reason,
        framing=how.framing,
        scale_ruled_out=scale_ruled_out(data.cause, how, data.accept),
    )
    return _judged(change, command)


@post("/{clip:str}/withdraw-approval", status_code=200, sync_to_thread=True)
def withdraw_approval(
    clip: FromPath[str], data: JSONBody[WhyNot], change: NamedDependency[Change]
) -> Answer[ClipCard]:
    """The take does not go into the film after all. 409 when it is not approved."""
    return _judged(change, WithdrawApproval(stream=named("clip", clip), reason=data.reason))


@post("/{clip:str}/withdraw", status_code=200, sync_to_thread=True)
def withdraw_clip(
    clip: FromPath[str], data: JSONBody[WhyNot], change: NamedDependency[Change]
) -> Answer[ClipCard]:
    """The clip is not to be used any more, by nobody and for nothing new; its bytes stay, its approval ends.

    What is decided because of a person's likeness goes by `/decide`, with the role consent_officer.
    """
    return _judged(change, DecideClip(stream=named("clip", clip), decision="withdraw", reason=data.reason))


@post("/{clip:str}/notes", opt={"role": "asset_writer"}, sync_to_thread=True)
def note_on_clip(
    clip: FromPath[str], data: JSONBody[NewNote], change: NamedDependency[Change]
) -> Answer[NoteCard]:
    """Remark on the clip, at a time code or on the whole of it. The remark goes when somebody who is in the clip is erased."""
    if (first := change.earlier()) is not None:
        return first
    stream = named("clip", clip)
    how = filmed(change.registry, change.studio, stream)
    command = NoteOnClip(stream=stream, text=data.text, at_us=data.at_us, subjects=how.subjects)

    def reply(connection: Connection) -> Reply:
        card = notes.newest_note(connection, change.studio, stream, by=change.caller.key)
        return card_reply(card, status=201, location=f"/v1/clips/{stream}/notes")

    return change.make(command, reply=reply)


@get("/{clip:str}/notes", sync_to_thread=True)
def list_notes(
    request: Web, clip: FromPath[str], visit: NamedDependency[Visit], span: NamedDependency[Span]
) -> Answer[Page[NoteCard]]:
    """The remarks on a clip in the order they were made."""
    visit.read(clips.clip, clip)
    return answer_page(request, visit.read(notes.notes, clip, span=span))


ROUTES: Any = Router(
    "/clips",
    route_handlers=[
        approve_clip,
        reject_clip,
        withdraw_approval,
        withdraw_clip,
        note_on_clip,
        list_notes,
    ],
    opt={"reach": "production", "changes": "approver"},
    tags=["Clips"],
)
