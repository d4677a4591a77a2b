"""The invariants of paid requests (protocol, section 4), checked on the log alone and against the provider's own ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from registry.blobs import Blobs
from registry.events.clip import ClipRecorded
from registry.events.element import ElementMinted, ElementMintFailed, ElementMintRequested
from registry.events.envelope import Recorded
from registry.events.generation import GenerationEnded, SubmissionOpened
from registry.events.production import BudgetReserved
from registry.events.scene import ContinuityRecorded
from registry.events.submission import (
    QuarantineResolved,
    SubmissionConfirmed,
    SubmissionDisproved,
    SubmissionIntended,
    SubmissionNotSent,
    SubmissionRejected,
    SubmissionResent,
)
from registry.events.voice import VoiceMinted, VoiceMintFailed, VoiceMintRequested
from registry.log.tables import LEASES
from tests.crash.books import Book
from tests.crash.consents import consents_hold
from tests.servers.world import World

Ledger = list[dict[str, Any]]
AT_MOST_ONE = 1
MINTED = (ElementMinted, VoiceMinted)
MINT_ENDS = (*MINTED, ElementMintFailed, VoiceMintFailed)


def check_all(world: World, ledger: Ledger) -> None:
    """Everything below, on the whole log. `ledger` may hold other tests' posts: those of unknown ids are left out."""
    log = world.log()
    check_events(world.desk.blobs, log, ledger)
    with world.registry.reading() as connection:
        rows = connection.execute(select(LEASES.c.work, LEASES.c.epoch)).all()
    one_live_epoch(by_stream(log), {row.work: row.epoch for row in rows})


def check_events(blobs: Blobs, log: Sequence[Recorded], ledger: Ledger) -> None:
    """Everything below, on whole streams of submissions and generations that `log` holds."""
    streams = by_stream(log)
    intents = {name: events[0].event for name, events in streams.items() if name.startswith("submission_")}
    assert all(isinstance(intent, SubmissionIntended) for intent in intents.values())
    ours = {intent.external_task_id: intent for intent in intents.values()}
    posts = [entry for entry in ledger if entry["external_task_id"] in ours]
    check_log(blobs, log)
    one_paid_task(log, streams, posts)
    every_task_is_known(streams, intents, posts)
    same_bytes_each_time(ours, posts)


def check_log(blobs: Blobs, log: Sequence[Recorded]) -> None:
    """What holds at every moment, seen from the log alone."""
    streams = by_stream(log)
    one_paid_task(log, streams, [])
    resends_follow_proof(streams)
    nothing_follows_an_end(streams)
    ends_are_whole(log)
    delivered_clips_are_there(blobs, log)
    budgets_hold(log, streams)
    consents_hold(log)


def by_stream(log: Sequence[Recorded]) -> dict[str, list[Recorded]]:
    streams: dict[str, list[Recorded]] = defaultdict(list)
    for recorded in log:
        streams[recorded.stream].append(recorded)
    return streams


def one_paid_task(log: Sequence[Recorded], streams: dict[str, list[Recorded]], posts: Ledger) -> None:
    """I1: at most one submission per generation, at most one accepted task per submission."""
    opened = [recorded.stream for recorded in log if isinstance(recorded.event, SubmissionOpened)]
    assert len(opened) == len(set(opened))
    accepted = [entry["external_task_id"] for entry in posts if entry["accepted"]]
    assert len(accepted) == len(set(accepted)), "paid twice"
    for name, events in streams.items():
        confirmed = [event for event in events if isinstance(event.event, SubmissionConfirmed)]
        assert len(confirmed) <= AT_MOST_ONE, name


def every_task_is_known(
    streams: dict[str, list[Recorded]], intents: dict[str, SubmissionIntended], posts: Ledger
) -> None:
    """I2: every accepted task has its Confirmed, under the provider's task id."""
    accepted = {entry["external_task_id"]: entry["task_id"] for entry in posts if entry["accepted"]}
    for name, intent in intents.items():
        confirmed = [e.event.task_id for e in streams[name] if isinstance(e.event, SubmissionConfirmed)]
        task = accepted.get(intent.external_task_id)
        assert confirmed == ([] if task is None else [task]), name


def same_bytes_each_time(ours: dict[str, SubmissionIntended], posts: Ledger) -> None:
    """I3 and I4: each POST was of an intent in the log, and carried exactly the bytes the intent names."""
    for entry in posts:
        intent = ours[entry["external_task_id"]]
        assert (entry["body_sha256"], entry["body_bytes"]) == (intent.wire_digest, intent.bytes)


def resends_follow_proof(streams: dict[str, list[Recorded]]) -> None:
    """I5: a resend comes only after load, a refused account, not a byte sent, a disproof, or a person's word for it."""
    for name, events in streams.items():
        for before, after in pairwise(event.event for event in events):
            if isinstance(after, SubmissionResent):
                proof = (
                    isinstance(before, SubmissionNotSent | SubmissionDisproved)
                    or (isinstance(before, SubmissionRejected) and before.kind in ("load", "account"))
                    or (isinstance(before, QuarantineResolved) and before.decision == "declare_absent")
                )
                assert proof, (name, before)


def nothing_follows_an_end(streams: dict[str, list[Recorded]]) -> None:
    """I6: a generation's end is its last event, and there is at most one; a mint ends once."""
    for name, events in streams.items():
        assert sum(isinstance(event.event, MINT_ENDS) for event in events) <= AT_MOST_ONE, name
        ends = [n for n, event in enumerate(events) if isinstance(event.event, GenerationEnded)]
        assert ends in ([], [len(events) - 1]), name


def ends_are_whole(log: Sequence[Recorded]) -> None:
    """I11: the end follows its continuity, and its clip when there is one, at consecutive positions of one append."""
    for place, recorded in enumerate(log):
        if not isinstance(recorded.event, GenerationEnded):
            continue
        end, continuity = recorded.event, log[place - 1].event
        assert isinstance(continuity, ContinuityRecorded)
        said = (continuity.generation, continuity.outcome, continuity.clip)
        assert said == (recorded.stream, end.outcome, end.clip)
        if end.outcome == "delivered":
            clip = log[place - 2]
            assert isinstance(clip.event, ClipRecorded)
            assert (clip.stream, clip.event.generation) == (end.clip, recorded.stream)
    told = [recorded.event.generation for recorded in log if isinstance(recorded.event, ContinuityRecorded)]
    ended = [recorded.stream for recorded in log if isinstance(recorded.event, GenerationEnded)]
    assert told == ended


def delivered_clips_are_there(blobs: Blobs, log: Sequence[Recorded]) -> None:
    """I7: the bytes of every clip are in the store and have their digest."""
    for recorded in log:
        if isinstance(recorded.event, ClipRecorded):
            stored = recorded.event.stored
            with blobs.open(stored.key, sha256=stored.sha256) as chunks:
                assert sum(map(len, chunks)) == stored.bytes


def budgets_hold(log: Sequence[Recorded], streams: dict[str, list[Recorded]]) -> None:
    """I8: each intent has its reservation beside it, never above the budget; an end leaves nothing of it open."""
    books: dict[str, Book] = defaultdict(Book)
    for place, recorded in enumerate(log):
        books[recorded.stream].enter(recorded.event)
        if isinstance(recorded.event, SubmissionIntended) and _has_a_budget(recorded.event, streams):
            beside = log[place + 1].event
            assert isinstance(beside, BudgetReserved), recorded.stream
            assert (beside.submission, beside.subject) == (recorded.stream, recorded.event.subject)
    still_open = {name for book in books.values() for name in book.open}
    ended = {recorded.stream for recorded in log if isinstance(recorded.event, (GenerationEnded, *MINT_ENDS))}
    for name in still_open:
        intent = streams[name][0].event
        assert isinstance(intent, SubmissionIntended)
        assert intent.subject not in ended, f"{name} has units set aside after the end"
    for name, book in books.items():
        assert book.reserved == book.settled + book.released + sum(book.open.values(), Decimal(0)), name


def _has_a_budget(intent: SubmissionIntended, streams: dict[str, list[Recorded]]) -> bool:
    """A mint may name no production, and then takes nobody's budget."""
    first = streams[intent.subject][0].event
    if isinstance(first, ElementMintRequested | VoiceMintRequested):
        return first.production is not None
    return True


def one_live_epoch(streams: dict[str, list[Recorded]], leases: Mapping[str, int]) -> None:
    """I10: each send has a later epoch than the one before, and the lease row's is the latest of its work."""
    for name, events in streams.items():
        sends = [e.event for e in events if isinstance(e.event, SubmissionIntended | SubmissionResent)]
        epochs = [send.epoch for send in sends]
        assert all(one < other for one, other in pairwise(epochs)), (name, epochs)
        if sends and isinstance(sends[0], SubmissionIntended) and sends[0].subject in leases:
            assert leases[sends[0].subject] >= epochs[-1], name
