"""The invariants of paid requests (protocol, section 4), checked on the log alone and against the provider's own ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from registry.events.clip import ClipRecorded
from registry.events.envelope import Recorded
from registry.events.generation import GenerationEnded, SubmissionOpened
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
from tests.servers.world import World

Ledger = list[dict[str, Any]]
AT_MOST_ONE = 1


def check_all(world: World, ledger: Ledger) -> None:
    """Everything below, on the whole log. `ledger` may hold other tests' posts: those of unknown ids are left out."""
    log = world.log()
    streams = by_stream(log)
    intents = {name: events[0].event for name, events in streams.items() if name.startswith("submission_")}
    assert all(isinstance(intent, SubmissionIntended) for intent in intents.values())
    ours = {intent.external_task_id: intent for intent in intents.values()}
    posts = [entry for entry in ledger if entry["external_task_id"] in ours]
    one_paid_task(log, streams, posts)
    every_task_is_known(streams, intents, posts)
    same_bytes_each_time(ours, posts)
    resends_follow_proof(streams)
    nothing_follows_an_end(streams)
    ends_are_whole(log)
    delivered_clips_are_there(world, log)


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
    """I6: a generation's end is its last event, and there is at most one."""
    for name, events in streams.items():
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


def delivered_clips_are_there(world: World, log: Sequence[Recorded]) -> None:
    """I7: the bytes of every clip are in the store and have their digest."""
    for recorded in log:
        if isinstance(recorded.event, ClipRecorded):
            stored = recorded.event.stored
            with world.desk.blobs.open(stored.key, sha256=stored.sha256) as chunks:
                assert sum(map(len, chunks)) == stored.bytes
