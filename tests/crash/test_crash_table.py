"""A worker killed at every point of the crash table: the next one goes on, nothing is paid twice, nothing paid is lost."""

from __future__ import annotations

import shutil
import signal
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from generation.desk import ResendPolicy
from registry.deciders.submission import ResolveQuarantine
from tests.crash.hooks import hooked
from tests.crash.invariants import check_all
from tests.crash.workers import Nursery, wait_for
from tests.servers.sandbox import Sandbox
from tests.servers.world import World, open_registry

HOURS = 3600.0


@dataclass(frozen=True)
class Row:
    """Where it is killed, the state (or states) of the submission then found on disk, and whether the provider had accepted.

    A slow machine may meet a task that is done before it was seen processing.
    """

    point: str
    on_disk: str | None
    accepted: bool


BEFORE_THE_INTENT = [Row("after:claim", None, False), Row("before:IntendSubmission", None, False)]
NOTHING_ACCEPTED = [
    Row("after:IntendSubmission", "intended", False),
    Row("before:create", "intended", False),
    Row("body", "intended", False),
]
ACCEPTED = [
    Row("sent", "intended", True),
    Row("after:create", "intended", True),
    Row("after:answer", "intended", True),
    Row("before:SubmissionConfirmed", "intended", True),
    Row("after:SubmissionConfirmed", "confirmed", True),
    Row("before:task", "confirmed", True),
    Row("before:TaskSucceeded", "confirmed or processing", True),
    Row("after:TaskSucceeded", "succeeded", True),
    Row("download", "succeeded", True),
    Row("before:clip", "succeeded", True),
    Row("after:clip", "succeeded", True),
    Row("before:StoreResult", "succeeded", True),
    Row("after:StoreResult", "succeeded", True),
    Row("before:EndGeneration", "succeeded", True),
    Row("after:EndGeneration", "succeeded", True),
    Row("before:finish", "succeeded", True),
]
DISPROVED = ["SubmissionUnknown", "SubmissionDisproved"]
RESENT: dict[str, ResendPolicy] = dict.fromkeys(("omni-video", "image2video"), "same_id_after_disproof")
IN_RECOVERY = [
    ("after:IntendSubmission", "before:SubmissionUnknown"),
    ("after:IntendSubmission", "after:task"),
    ("after:IntendSubmission", "after:tasks"),
    ("after:IntendSubmission", "before:SubmissionDisproved"),
    ("after:IntendSubmission", "after:SubmissionDisproved"),
    ("after:IntendSubmission", "before:SubmissionResent"),
    ("after:IntendSubmission", "after:SubmissionResent"),
    ("before:create", "body"),
    ("body", "sent"),
    ("body", "after:create"),
    ("sent", "before:SubmissionUnknown"),
    ("sent", "after:SubmissionUnknown"),
    ("sent", "after:task"),
    ("after:create", "before:SubmissionConfirmed"),
    ("after:create", "after:SubmissionConfirmed"),
    ("before:IntendSubmission", "sent"),
    ("before:TaskSucceeded", "before:TaskSucceeded"),
    ("download", "after:clip"),
    ("after:clip", "after:clip"),
    ("after:clip", "after:StoreResult"),
    ("after:StoreResult", "before:EndGeneration"),
]


def killed(world: World, nursery: Nursery, point: str) -> None:
    """A worker that dies at the point; its lease is over by the time anybody looks again."""
    status = nursery.wait(nursery.start(world, point))
    assert status == -signal.SIGKILL, f"it never came by {point}: {nursery.said()[-2000:]}"
    world.clock.pass_by(HOURS)


def ask(world: World) -> str:
    """With a picture, so that the body has a middle."""
    return world.ask(cast=[], action="The lamps come on.", opening=world.cafe)


@pytest.mark.parametrize("row", BEFORE_THE_INTENT + ACCEPTED, ids=lambda row: row.point)
def test_what_was_paid_is_delivered(world: World, provider: Sandbox, nursery: Nursery, row: Row) -> None:
    """Killed before the intent, or after the provider accepted: the next worker delivers, from one POST."""
    asked = ask(world)
    killed(world, nursery, row.point)
    found = [card.state for card in world.submissions()]
    paid = [post["accepted"] for post in _posts(world, provider)]
    card = world.carry(asked)[0]

    assert len(found) == (row.on_disk is not None)
    assert all(state in str(row.on_disk).split(" or ") for state in found)
    assert paid == ([True] if row.accepted else [])
    assert (card.outcome, len(_posts(world, provider))) == ("delivered", 1)
    check_all(world, provider.ledger())


def test_killed_while_the_task_runs(world: World, provider: Sandbox, nursery: Nursery) -> None:
    """Killed once the task is known to be processing: the next worker polls on and delivers."""
    asked = ask(world)
    provider.clock(speed=0)
    pid = nursery.start(world, "after:TaskProcessing", rest=60)
    wait_for(lambda: bool(world.submissions(state="confirmed")))
    provider.clock(advance_seconds=0.06)
    assert nursery.wait(pid) == -signal.SIGKILL
    world.clock.pass_by(HOURS)
    found = world.submission(asked).state
    provider.clock(speed=1)

    assert (found, world.carry(asked)[0].outcome) == ("processing", "delivered")
    check_all(world, provider.ledger())


@pytest.mark.parametrize("row", NOTHING_ACCEPTED, ids=lambda row: row.point)
def test_an_intent_without_a_post_goes_to_a_person(
    world: World, provider: Sandbox, nursery: Nursery, row: Row
) -> None:
    """Killed between intent and last byte, never to be resent: disproved, left to a person; declared absent, it is sent."""
    asked = ask(world)
    killed(world, nursery, row.point)
    found = world.submission(asked).state
    world.work_until(lambda: world.submission(asked).state == "quarantined")
    told, unsent = world.types(world.submission(asked).id), _posts(world, provider)
    world.do(ResolveQuarantine(stream=world.submission(asked).id, decision="declare_absent", reason="seen"))

    assert (found, told, unsent) == (
        row.on_disk,
        ["SubmissionIntended", *DISPROVED, "SubmissionQuarantined"],
        [],
    )
    assert (world.carry(asked)[0].outcome, len(_posts(world, provider))) == ("delivered", 1)
    check_all(world, provider.ledger())


@pytest.mark.parametrize("row", NOTHING_ACCEPTED, ids=lambda row: row.point)
def test_an_intent_without_a_post_is_sent_again_where_the_route_allows_it(
    world: World, provider: Sandbox, nursery: Nursery, row: Row
) -> None:
    """Killed between the intent and the last byte, to be resent after disproof: looked up, disproved, sent once, delivered."""
    world = world.with_desk(resend=RESENT)
    asked = ask(world)
    killed(world, nursery, row.point)
    card = world.carry(asked)[0]

    assert (card.outcome, len(_posts(world, provider))) == ("delivered", 1)
    assert world.types(world.submission(asked).id)[:4] == [
        "SubmissionIntended",
        *DISPROVED,
        "SubmissionResent",
    ]
    check_all(world, provider.ledger())


@pytest.mark.parametrize(("first", "second"), IN_RECOVERY)
def test_a_second_crash_in_recovery(
    world: World, provider: Sandbox, nursery: Nursery, first: str, second: str
) -> None:
    """Killed again while taking up what the first left: the third worker delivers, from one accepted POST."""
    world = world.with_desk(resend=RESENT)
    asked = ask(world)
    killed(world, nursery, first)
    killed(world, nursery, second)
    card = world.carry(asked)[0]

    assert (card.outcome, len(_posts(world, provider))) == ("delivered", 1)
    check_all(world, provider.ledger())


@pytest.mark.parametrize(
    "second", ["before:SubmissionDisproved", "before:SubmissionQuarantined", "after:SubmissionQuarantined"]
)
def test_a_second_crash_on_the_way_to_a_person(
    world: World, provider: Sandbox, nursery: Nursery, second: str
) -> None:
    """Killed again between the looks and the quarantine: the third worker leaves it to a person, and nothing was sent."""
    asked = ask(world)
    killed(world, nursery, "after:IntendSubmission")
    killed(world, nursery, second)
    world.work_until(lambda: world.submission(asked).state == "quarantined")

    assert world.types(world.submission(asked).id).count("SubmissionQuarantined") == 1
    assert _posts(world, provider) == []
    check_all(world, provider.ledger())


def test_killed_after_a_refusal_for_load(world: World, provider: Sandbox, nursery: Nursery) -> None:
    """A refusal that was answered but not recorded is an unknown outcome: disproved first, never sent again on a guess."""
    provider.order(do="code", code=1303, status=429)
    asked = ask(world)
    killed(world, nursery, "before:SubmissionRejected")
    world.work_until(lambda: world.submission(asked).state == "quarantined")

    assert [post["code"] for post in _posts(world, provider)] == [1303]
    assert world.types(world.submission(asked).id)[1:3] == DISPROVED


def test_what_was_acknowledged_survives_a_power_loss(world: World, provider: Sandbox, tmp_path: Path) -> None:
    """The database's files as they are at the moment of each acknowledgement hold every event that was acknowledged."""
    missing: list[str] = []

    def at(point: str, _external: str) -> None:
        if not point.startswith("after:"):
            return
        head, copied = (
            world.registry.feed.head(world.studio),
            tmp_path / f"copy-{len(list(tmp_path.iterdir()))}",
        )
        copied.mkdir()
        for file in ("log.sqlite", "log.sqlite-wal", "keys.sqlite"):
            shutil.copy(world.folder / file, copied / file)
        registry = open_registry(copied)
        if registry.feed.head(world.studio) != head:
            missing.append(point)
        registry.close()

    hooked_world = replace(world, desk=hooked(world.desk, at))
    assert hooked_world.carry(ask(world))[0].outcome == "delivered"
    assert missing == []
    check_all(world, provider.ledger())


@pytest.mark.parametrize("point", ["before:SubmissionResent", "after:SubmissionRejected"])
def test_killed_before_a_resend(world: World, provider: Sandbox, nursery: Nursery, point: str) -> None:
    """A recorded refusal for load survives a crash: the next worker sends the same bytes again and delivers."""
    provider.order(do="code", code=1303, status=429)
    asked = ask(world)
    killed(world, nursery, point)
    card = world.carry(asked)[0]

    assert (card.outcome, [post["code"] for post in _posts(world, provider)]) == ("delivered", [1303, 0])
    check_all(world, provider.ledger())


def _posts(world: World, provider: Sandbox) -> list[dict[str, object]]:
    return [post for card in world.submissions() for post in provider.ledger(card.external_task_id)]
