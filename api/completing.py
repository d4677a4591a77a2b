"""Is anything missing from the record? Integrity says that what was written still stands; this says what was never written.

Four questions: has the log a hole, is it under a checkpoint as new as the settings promise, has every clip the record of how
it was made, and did the newest comparison of each account with Kling find anything that the log does not hold?
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from api.bootstrap import Continuity
from api.checkpointing.rounds import is_due
from api.proofs import Completeness, Missing
from registry.errors import CheckpointsUnusable, LogForked
from registry.log.feed.feed import stored
from registry.registry import Connection
from registry.views import accounts, reconciliations
from registry.views.page import Span

_RECORD: Final = ("ClipRecorded", "ContinuityRecorded", "GenerationEnded")
_LATE: Final = 2
"""A checkpoint is missing when twice as much as was promised is under none."""
_TELLING: Final = frozenset({"twin", "not_in_log", "charge", "no_charge", "missing"})
"""What a comparison finds that speaks against the log; the others are explained."""


def completeness(continuity: Continuity, studio: str) -> Completeness:
    """What is missing from a studio's record. Raises LogBusy."""
    registry = continuity.registry
    head = registry.feed.head(studio)
    covered, late = _under_checkpoints(continuity, studio, head)
    with registry.snapshot(studio) as connection:
        missing = (
            *_holes(continuity, connection, studio, head),
            *late,
            *unrecorded(connection, studio),
            *_findings(connection, studio),
        )
    return Completeness(complete=not missing, events=head, covered=covered, missing=missing)


def unrecorded(connection: Connection, studio: str) -> Iterator[Missing]:
    """Clips without the events that are appended together with them: how the generation ended, and what it was made from."""
    clips: dict[str, tuple[str, int]] = {}
    told: set[str] = set()
    ended: set[str] = set()
    for event in stored(connection, studio, _RECORD):
        if event.type == "ClipRecorded":
            clips[event.stream] = (event.body["generation"], event.position)
        elif event.type == "ContinuityRecorded":
            told.add(str(event.body.get("clip")))
        else:
            ended.add(event.stream)
    for clip, (generation, position) in clips.items():
        lacks = [what for what, there in _parts(clip, generation, told, ended) if not there]
        if lacks:
            message = f"{clip} was recorded without {' and '.join(lacks)}"
            yield Missing(kind="receipt", thing=clip, position=position, message=message)


def _parts(clip: str, generation: str, told: set[str], ended: set[str]) -> Iterator[tuple[str, bool]]:
    yield "what it was made from (ContinuityRecorded)", clip in told
    yield f"the end of {generation} (GenerationEnded)", generation in ended


def _holes(continuity: Continuity, connection: Connection, studio: str, head: int) -> Iterator[Missing]:
    there = continuity.registry.nodes.count(connection, studio, until=head)
    if there != head:
        message = f"{there} of {head} events are there: `continuity verify` says which are not"
        yield Missing(kind="hole", thing=studio, position=None, message=message)


def _under_checkpoints(continuity: Continuity, studio: str, head: int) -> tuple[int, list[Missing]]:
    checkpoints, settings = continuity.checkpoints, continuity.settings
    try:
        last = checkpoints.check(studio)
    except (LogForked, CheckpointsUnusable) as failure:
        kind = "history" if isinstance(failure, LogForked) else "checkpoint"
        return 0, [Missing(kind=kind, thing=studio, position=None, message=failure.message)]
    covered = 0 if last is None else last.checkpoint.size
    events, every = _LATE * settings.checkpoint_events, int(_LATE * settings.checkpoint_every * 1_000_000)
    if not is_due(continuity.registry, studio, covered, head, events, every):
        return covered, []
    message = f"events from {covered + 1} on are under no checkpoint, for longer than the settings say"
    return covered, [Missing(kind="checkpoint", thing=studio, position=covered + 1, message=message)]


def _findings(connection: Connection, studio: str) -> Iterator[Missing]:
    """What the newest comparison of each account found, and that there was none."""
    after: int | None = 0
    while after is not None:
        page = accounts.accounts(connection, studio, span=Span(after))
        for card in page.items:
            yield from _of_account(connection, studio, card.id)
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
