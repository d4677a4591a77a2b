"""A database that is older than what was sent from it sends nothing, until a person has compared it and accepts it.

Each paid call leaves a mark beside the database (`registry.log.marks`), after its append is durable and before its first byte. A
mark whose event the log lacks says that a backup was put back: paid calls may be missing, and what waits may be paid already. The
same is true of a studio that was brought in from another installation, or whose move was called off: it may have been sent from
elsewhere since its history was copied (`StudioImported`, `StudioReopened`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import structlog

from generation.desk import RESTORED, Desk, Wait
from generation.queued import RestoredNow
from registry.deciders.restore import AcceptRestore
from registry.deciders.studio import Studio
from registry.errors import LogBusy, MarkUnusable, Refusal
from registry.events.envelope import Context, Recorded
from registry.events.ids import SYSTEM_LOG, suffix_of
from registry.events.restore import RestoreAccepted
from registry.log.marks import Mark
from registry.log.roles import Handled
from registry.registry import Idempotency
from registry.views import accounts
from registry.views.page import Span

_log = structlog.get_logger("restoring")
_UNREADABLE: Final = "unreadable"
_MOVED: Final = (
    "this studio was moved to another installation, where its requests go on: nothing is sent from here"
)
_REOPENED: Final = "this studio was moved to another installation, and the move was called off"


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A mark that the log does not hold, and what it shows, in words."""

    mark: Mark
    why: str


class NothingRestored(Refusal):
    """The log holds all that was sent from it, as far as its mark knows, or was accepted already. Nothing was written."""

    code = "nothing-restored"


def restored(desk: Desk, log: str) -> RestoredNow | None:
    """Why nothing may be sent from this log; None when all that was sent is in it, or a person has accepted that it is not."""
    if _studio(desk, log).moved:
        return RestoredNow(why=_MOVED)
    try:
        doubt = next((one for one in _doubts(desk, log) if not _accepted(desk, log, one)), None)
    except MarkUnusable as broken:
        return RestoredNow(why=f"nobody can tell whether this database was restored: {broken.message}")
    return None if doubt is None else _told(doubt)


def put_off(desk: Desk, log: str, attempts: int) -> Wait | None:
    """The guard before every paid call: the pause in its place, with one alarm per process and restore; None when it may go."""
    found = restored(desk, log)
    if found is None:
        return None
    alarm = (log, found.event_id or _UNREADABLE)
    if alarm not in desk.marks.told:
        desk.marks.told.add(alarm)
        _log.error("nothing_is_sent", log=log, **found.model_dump())
    return Wait(desk.durations.hold(attempts), found.why, memory=RESTORED)


def mark_sent(desk: Desk, sent: Recorded) -> str:
    """Make the mark of an append durable, before the first byte of its paid call; else why it may not be sent, in words."""
    mark = Mark(position=sent.position, event_id=sent.event_id, recorded_at=sent.recorded_at)
    try:
        behind = _lacking(desk, sent.log)
        if (found := restored(desk, sent.log)) is not None:
            return found.why
        desk.marks.advance(sent.log, mark, over=behind)
    except MarkUnusable as broken:
        _log.error("not_marked", log=sent.log, code=broken.code, message=broken.message)
        return broken.message
    return ""


def acceptance(desk: Desk, log: str, *, reason: str, without: tuple[str, ...] = ()) -> RestoreAccepted:
    """What accepting the restore would say. Raises NothingRestored and MarkUnusable."""
    if _studio(desk, log).moved:
        raise _nothing("this studio was moved to another installation", state="moved")
    doubts = list(_doubts(desk, log))
    if not doubts:
        raise _nothing("the log holds what was last sent from it", state="whole")
    open_ones = [one for one in doubts if not _accepted(desk, log, one)]
    if not open_ones:
        raise _nothing("this restore was accepted already", state="accepted")
    mark = open_ones[0].mark
    return RestoreAccepted(
        position=mark.position,
        event_id=mark.event_id,
        sent_at=mark.recorded_at,
        reason=reason,
        without=without,
    )


def accept(
    desk: Desk,
    log: str,
    accepted: RestoreAccepted,
    *,
    context: Context,
    idempotency: Idempotency | None = None,
) -> Handled:
    """Write a person's word down, and let what waits be sent. Raises NotReconciled and InvalidCommand."""
    known = tuple(_accounts(desk, log))
    command = AcceptRestore(stream=stream_of(accepted.event_id), accepted=accepted, accounts=known)
    handled = desk.registry.handle(log, [command], context=context, idempotency=idempotency)
    for account in known:
        _hurry(desk, log, account)
    return handled


def _hurry(desk: Desk, log: str, account: str) -> None:
    """The word stands; a log that is busy now only lets what waits find it a little later."""
    try:
        desk.registry.hurry_account(log, account)
    except LogBusy as busy:
        _log.warning("not_hurried", account=account, message=busy.message)


def stream_of(event_id: str) -> str:
    """The restore that a mark of this event shows: accepted once, however often it is noticed."""
    return f"restore_{suffix_of(event_id)}"


def _told(doubt: _Doubt) -> RestoredNow:
    mark = doubt.mark
    return RestoredNow(
        why=f"{doubt.why} (mark {mark.event_id} at position {mark.position}): reconcile every account, then accept",
        position=mark.position,
        event_id=mark.event_id,
        sent_at=mark.recorded_at,
    )


def _nothing(why: str, *, state: str) -> NothingRestored:
    hint = "GET /v1/queue says under `restored` when there is something to accept"
    return NothingRestored(f"there is no restore to accept: {why}", hint=hint, state=state)


def _lacking(desk: Desk, log: str) -> Mark | None:
    """The log's mark, when its event is not in the log. Raises MarkUnusable."""
    mark = desk.marks.read(log)
    if mark is None:
        return None
    with desk.registry.reading(log) as connection:
        found = desk.registry.event_id(connection, log, mark.position)
    return None if found == mark.event_id else mark


def _doubts(desk: Desk, log: str) -> Iterator[_Doubt]:
    """What speaks for paid calls that this log lacks, accepted or not. Raises MarkUnusable."""
    if (mark := _lacking(desk, log)) is not None:
        yield _Doubt(mark, "this database is older than what was sent from it")
    if (known := _studio(desk, log).elsewhere) is not None:
        came = Mark(position=max(known.position, 1), event_id=known.doubt, recorded_at=known.at)
        yield _Doubt(came, "this studio was worked on in another installation" if known.digest else _REOPENED)


def _accepted(desk: Desk, log: str, doubt: _Doubt) -> bool:
    return desk.registry.state(log, stream_of(doubt.mark.event_id)).version > 0


def _studio(desk: Desk, log: str) -> Studio:
    found: Studio = desk.registry.state(SYSTEM_LOG, log).state
    return found


def _accounts(desk: Desk, log: str) -> Iterator[str]:
    after: int | None = 0
    while after is not None:
        with desk.registry.reading(log) as connection:
            page = accounts.accounts(connection, log, span=Span(after))
        yield from (card.id for card in page.items)
        after = page.next
