"""Is anything missing from the record? Integrity says that what was written still stands; this says what was never written, or
is gone.

Four questions: has the log a hole; is it under checkpoints that are all still kept, and as new as the settings promise; can the
receipt of every clip be made; and did the newest comparison or census of each account find anything at Kling that the log lacks?
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from api.bootstrap import Continuity
from api.checkpointing.rounds import is_due
from api.proofs import Completeness, Missing
from registry.checkpoints.lost import lost_checkpoints
from registry.errors import CheckpointsUnusable, HistoryTampered, LogForked, MarkUnusable, NotFound
from registry.evidence import evidence
from registry.log.feed.raw import streams_begun
from registry.proof.note import Checkpoint
from registry.proof.proven import Refuted
from registry.proof.statement import BEGINNINGS
from registry.receipts import claim_of
from registry.registry import Connection
from registry.views import accounts, censuses, reconciliations
from registry.views.clips import clip_ids
from registry.views.page import Span

_LATE: Final = 2
"""A checkpoint is late when twice as much as was promised is under none."""
_TELLING: Final = frozenset({"twin", "not_in_log", "charge", "no_charge", "missing"})
"""What a comparison finds that speaks against the log; the others are explained."""
_UNBOUND: Final = "orphan"
"""What a census finds that speaks against it: an element or a voice of the account that the log knows nothing of."""


def completeness(continuity: Continuity, studio: str) -> Completeness:
    """What is missing from a studio's record. Every clip's receipt is made, so it takes a while. Raises LogBusy."""
    registry = continuity.registry
    head = registry.feed.head(studio)
    covered, late = _under_checkpoints(continuity, studio, head)
    with registry.snapshot(studio) as connection:
        missing = (
            *_holes(continuity, connection, studio, head),
            *late,
            *_lost(continuity, connection, studio),
            *_sent(continuity, connection, studio),
            *_unproven(continuity, connection, studio, head),
            *_findings(connection, studio),
        )
    return Completeness(complete=not missing, events=head, covered=covered, missing=missing)


def _unproven(continuity: Continuity, connection: Connection, studio: str, head: int) -> Iterator[Missing]:
    """Clips whose receipt cannot be made of what is in the log: those that it records, and those that are listed."""
    checkpoint = Checkpoint(continuity.checkpoints.origin(studio), head, b"")
    begun = streams_begun(connection, studio, BEGINNINGS)
    for clip in dict.fromkeys((*begun, *clip_ids(connection, studio))):
        try:
            claim_of(clip, evidence(connection, studio, clip), checkpoint)
        except (Refuted, HistoryTampered, NotFound) as refused:
            why = str(refused)
        except (KeyError, TypeError, AttributeError, ValueError) as unread:
            why = f"an event of it cannot be read ({unread})"
        else:
            continue
        message = f"no receipt of {clip} can be made: {why}"
        yield Missing(kind="receipt", thing=clip, position=begun.get(clip), message=message)


def _holes(continuity: Continuity, connection: Connection, studio: str, head: int) -> Iterator[Missing]:
    def there(until: int) -> int:
        return continuity.registry.nodes.count(connection, studio, until=until)

    if (found := there(head)) != head:
        first = _first_hole(there, head)
        message = (
            f"{found} of {head} events are there, and none at {first}: `continuity verify` names them all"
        )
        yield Missing(kind="hole", thing=studio, position=first, message=message)


def _first_hole(there: Callable[[int], int], head: int) -> int:
    """The first position that is not there, when not all up to the head are."""
    low, high = 1, head
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if there(middle) < middle else (middle + 1, high)
    return low


def _under_checkpoints(continuity: Continuity, studio: str, head: int) -> tuple[int, list[Missing]]:
    checkpoints, settings = continuity.checkpoints, continuity.settings
    try:
        last = checkpoints.check(studio)
        covered = 0 if last is None else last.checkpoint.size
        events, every = (
            _LATE * settings.checkpoint_events,
            int(_LATE * settings.checkpoint_every * 1_000_000),
        )
        if not is_due(continuity.registry, studio, covered, head, events, every):
            return covered, []
    except (LogForked, HistoryTampered, CheckpointsUnusable) as failure:
        kind = "checkpoint" if isinstance(failure, CheckpointsUnusable) else "history"
        return 0, [Missing(kind=kind, thing=studio, position=None, message=failure.message)]
    message = f"events from {covered + 1} on are under no checkpoint, for longer than the settings say"
    return covered, [Missing(kind="checkpoint", thing=studio, position=covered + 1, message=message)]


def _lost(continuity: Continuity, connection: Connection, studio: str) -> Iterator[Missing]:
    """Checkpoints that were made, and are not kept any more."""
    checkpoints = continuity.checkpoints
    signed = continuity.registry.nodes.signed(connection, studio, checkpoints.origin(studio))
    try:
        for size, message in lost_checkpoints(checkpoints, studio, signed):
            yield Missing(kind="checkpoint", thing=studio, position=size, message=message)
    except CheckpointsUnusable as failure:
        yield Missing(kind="checkpoint", thing=studio, position=None, message=failure.message)


def _sent(continuity: Continuity, connection: Connection, studio: str) -> Iterator[Missing]:
    """Whether the log holds the last event that a paid call followed: a mark outside the database names it."""
    try:
        mark = continuity.marks.read(studio)
    except MarkUnusable as broken:
        yield Missing(kind="mark", thing=studio, position=None, message=broken.message)
        return
    if mark is not None and continuity.registry.event_id(connection, studio, mark.position) != mark.event_id:
        message = f"a paid call followed {mark.event_id} at {mark.position}, which is not in this log"
        yield Missing(kind="history", thing=studio, position=mark.position, message=message)


def _findings(connection: Connection, studio: str) -> Iterator[Missing]:
    """What the newest comparison of each account found, and that there was none."""
    after: int | None = 0
    while after is not None:
        page = accounts.accounts(connection, studio, span=Span(after))
        for card in page.items:
            yield from _of_account(connection, studio, card.id)
            yield from _of_census(connection, studio, card.id)
        after = page.next


def _of_account(connection: Connection, studio: str, account: str) -> Iterator[Missing]:
    last = reconciliations.last_reconciliation(connection, studio, account)
    if last is None:
        message = f"{account} was never compared with Kling's lists"
        yield Missing(kind="reconciliation", thing=account, position=None, message=message)
        return
    for kind in sorted(_TELLING & {kind for kind, count in last.counts.items() if count}):
        message = (
            f"{last.id}: {last.counts[kind]} of the kind {kind} (`continuity reconciliations show {last.id}`)"
        )
        yield Missing(kind="reconciliation", thing=account, position=None, message=message)


def _of_census(connection: Connection, studio: str, account: str) -> Iterator[Missing]:
    """What the newest census counted that no binding stands for; an account need not have one."""
    for last in censuses.last_censuses(connection, studio, account=account).items:
        if many := last.counts.get(_UNBOUND):
            message = f"{last.id}: {many} elements or voices at Kling are not in the log (`continuity elements census`)"
            yield Missing(kind="census", thing=account, position=None, message=message)
