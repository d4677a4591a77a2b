"""The last row of the crash table: a backup is put back, and nothing is sent from it until a person has compared and accepts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from generation.cancelling import cancel
from generation.reconcile import Run, reconcile_now, usual_window
from generation.restoring import NothingRestored, accept, acceptance, restored
from registry.deciders.restore import NotReconciled
from registry.deciders.submission import ResolveQuarantine
from registry.errors import MarkUnusable
from registry.events.account import AccountReconciled, OrphanTaskFound
from registry.log.marks import Mark
from tests.crash.invariants import check_all
from tests.crash.test_crash_table import HOURS, ask, killed
from tests.crash.workers import Nursery
from tests.generation.unknown import quarantined
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, CONTEXT, World, new_id, open_desk, open_registry

FULL = {"do": "code", "code": 1303, "status": 429}
OLDER = "older than what was sent"
LATER = 700.0
"""Seconds after which the longest pause of a send that was put off is over."""

Reopen = Callable[[World, Path], World]


@pytest.fixture
def reopen() -> Iterator[Reopen]:
    """Opens a backup as a database of its own, with the blobs and the marks of the world it was taken of."""
    with ExitStack() as open_ones:
        yield lambda world, backup: open_ones.enter_context(_reopened(world, backup))


@contextmanager
def _reopened(world: World, backup: Path) -> Iterator[World]:
    registry = open_registry(_copied(backup, world.folder / new_id("restored")), world.clock)
    try:
        yield replace(world, desk=open_desk(world.folder, registry))
    finally:
        registry.close()


def back_up(world: World, folder: Path) -> Path:
    """The files of database and keys as they are now, copied while nobody writes."""
    return _copied(world.registry._log.database.path.parent, folder)


def _copied(source: Path, target: Path) -> Path:
    target.mkdir()
    for file in source.glob("*.sqlite*"):
        shutil.copy(file, target / file.name)
    return target


def compared(world: World) -> AccountReconciled:
    """The account compared whole, now."""
    wanted = Run(new_id("reconciliation"), CONTEXT, usual_window(world.desk))
    report = reconcile_now(world.desk, world.studio, world.account, wanted).recorded[-1].event
    assert isinstance(report, AccountReconciled)
    return report


def accepted(world: World) -> None:
    said = acceptance(world.desk, world.studio, reason="compared, nothing is asked for twice")
    accept(world.desk, world.studio, said, context=CONTEXT)


def tried(world: World, *asked: str) -> None:
    """Workers come by all of what was asked, and have nothing more to do with it now."""
    world.clock.pass_by(LATER)
    world.work_until(lambda: all(OLDER in world.note(one) for one in asked))
    while world.worker().work_once():
        pass


def test_a_restored_backup_sends_nothing_until_it_is_accepted(
    world: World, provider: Sandbox, tmp_path: Path, reopen: Reopen
) -> None:
    """What was sent after the backup is found as an orphan; until all is compared and accepted nothing goes out, then it does."""
    asked = world.ask(**ALONE)
    backup = back_up(world, tmp_path / "backup")
    world.carry(asked)
    paid = provider.ledger()[-1]
    old = reopen(world, backup)
    tried(old, asked)

    assert provider.ledger()[-1] == paid
    assert old.submissions() == []
    with pytest.raises(NotReconciled, match=old.account):
        accepted(old)
    report = compared(old)
    assert [(found.kind, found.task_id) for found in report.findings if found.task_id == paid["task_id"]] == [
        ("not_in_log", paid["task_id"])
    ]
    assert paid["task_id"] in [
        one.event.task_id for one in old.log() if isinstance(one.event, OrphanTaskFound)
    ]
    tried(old, asked)
    assert provider.ledger()[-1] == paid, "comparing alone lets nothing go"

    cancel(old.registry, old.studio, asked, reason="is made already", context=CONTEXT)
    waiting = old.ask(**ALONE)
    tried(old, waiting)
    accepted(old)

    assert old.carry(asked, waiting)[1].outcome == "delivered"
    assert old.card(asked).outcome == "cancelled"
    assert old.submission(waiting).external_task_id == provider.ledger()[-1]["external_task_id"]
    with pytest.raises(NothingRestored, match="holds what was last sent"):
        accepted(old)
    check_all(old, provider.ledger())


def test_a_restore_after_an_accepted_one_is_noticed(
    world: World, provider: Sandbox, tmp_path: Path, reopen: Reopen
) -> None:
    """The mark follows the accepted history, though its positions are lower: no backup before its last send sends anything."""
    before = newer(world)
    compared(world)
    backups = [back_up(world, tmp_path / "before the word")]
    accepted(world)
    backups.append(back_up(world, tmp_path / "after the word"))
    world.carry(world.ask(**ALONE))
    after = world.desk.marks.read(world.studio)

    assert after is not None
    assert after.position < before.position
    assert restored(world.desk, world.studio) is None
    for backup in backups:
        again = reopen(world, backup)
        found = restored(again.desk, again.studio)
        assert (found and found.event_id) == after.event_id
        tried(again, again.ask(**ALONE))
        assert len(again.submissions()) == 0


def test_an_accepted_restore_is_accepted_once(
    world: World, provider: Sandbox, tmp_path: Path, reopen: Reopen
) -> None:
    """A second word about the same restore is refused, as one is without any restore; nothing is written then."""
    with pytest.raises(NothingRestored) as whole:
        accepted(world)
    backup = back_up(world, tmp_path / "backup")
    world.carry(world.ask(**ALONE))
    old = reopen(world, backup)
    compared(old)
    accepted(old)
    head = old.registry.feed.head(old.studio)

    with pytest.raises(NothingRestored) as twice:
        accepted(old)
    assert (whole.value.detail["state"], twice.value.detail["state"]) == ("whole", "accepted")
    assert old.registry.feed.head(old.studio) == head


def test_a_backup_that_lacks_no_send_is_no_restore(
    world: World, provider: Sandbox, tmp_path: Path, reopen: Reopen
) -> None:
    """A backup that holds the last send goes on at once: what it lacks of that task, it asks for."""
    provider.clock(speed=0)
    asked = world.ask(**ALONE)
    world.work_until(lambda: bool(world.submissions(state="confirmed")))
    backup = back_up(world, tmp_path / "backup")
    provider.clock(speed=1)
    world.clock.pass_by(HOURS)
    world.carry(asked)
    old = reopen(world, backup)

    assert old.carry(asked)[0].outcome == "delivered"
    assert old.carry(old.ask(**ALONE))[0].outcome == "delivered"


@pytest.mark.parametrize("how", ["load", "declared absent"])
def test_no_resend_from_an_older_database(world: World, provider: Sandbox, how: str) -> None:
    """What may be sent again by the protocol, or by a person's word, is put off like everything; cancelling it is not."""
    if how == "load":
        provider.order(**FULL)
        asked = world.ask(**ALONE)
        world.work_until(lambda: bool(world.submissions(state="waiting")))
    else:
        asked = quarantined(world, provider)
        stream = world.submission(asked).id
        world.do(ResolveQuarantine(stream=stream, decision="declare_absent", reason="seen in the console"))
    newer(world)
    external = world.submission(asked).external_task_id
    posts = len(provider.ledger(external))
    tried(world, asked)

    assert len(provider.ledger(external)) == posts
    assert "SubmissionResent" not in world.types(world.submission(asked).id)
    cancel(world.registry, world.studio, asked, reason="not wanted", context=CONTEXT)
    world.clock.pass_by(LATER)
    assert world.carry(asked)[0].outcome == "cancelled"


def newer(world: World) -> Mark:
    """A mark of what this log has never held."""
    mark = Mark(position=10**6, event_id=new_id("event"), recorded_at=world.clock())
    world.desk.marks.advance(world.studio, mark)
    return mark


@pytest.mark.parametrize("text", ["", '{"position": 12, "event_', "\x00" * 64])
def test_a_broken_mark_stops_sending(world: World, provider: Sandbox, text: str) -> None:
    """Nobody can tell what a broken mark meant: nothing is sent and nothing can be accepted; removed, sending goes on."""
    file = world.folder / "marks" / f"{world.studio}.json"
    file.parent.mkdir()
    file.write_text(text)
    asked = world.ask(**ALONE)
    world.work_until(lambda: file.name in world.note(asked))

    assert world.submissions() == []
    found = restored(world.desk, world.studio)
    assert found is not None
    assert (found.position, found.event_id, found.sent_at) == (None, None, None)
    with pytest.raises(MarkUnusable):
        accepted(world)
    file.unlink()
    world.clock.pass_by(LATER)
    assert world.carry(asked)[0].outcome == "delivered"


def test_without_a_durable_mark_nothing_is_sent(
    world: World, provider: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mark that cannot be written leaves the durable intent unsent, and says so; when it can be written, it is sent once."""
    asked = world.ask(**ALONE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(world.desk.marks, "_write", full)
        world.work_until(lambda: "No space left" in world.note(asked))
        assert world.types(world.submission(asked).id)[:2] == ["SubmissionIntended", "SubmissionNotSent"]
        assert provider.ledger(world.submission(asked).external_task_id) == []

    assert world.carry(asked)[0].outcome == "delivered"
    assert len(provider.ledger(world.submission(asked).external_task_id)) == 1
    check_all(world, provider.ledger())


@pytest.mark.parametrize(
    ("point", "marked"),
    [("before:IntendSubmission", False), ("after:IntendSubmission", False), ("before:create", True)],
)
def test_a_crash_round_the_mark_is_harmless(
    world: World, provider: Sandbox, nursery: Nursery, point: str, *, marked: bool
) -> None:
    """The mark is made after the intent and before the POST; killed on either side of it, the next worker sends once."""
    asked = ask(world)
    killed(world, nursery, point)
    mark = world.desk.marks.read(world.studio)
    intents = [one.position for one in world.log() if one.type == "SubmissionIntended"]

    assert (mark is not None) == marked
    if mark is not None:
        assert mark.position >= intents[0]
    again = world.with_desk(
        resend={"omni-video": "same_id_after_disproof", "image2video": "same_id_after_disproof"}
    )
    assert again.carry(asked)[0].outcome == "delivered"
    check_all(world, provider.ledger())


def test_one_alarm_for_all_that_waits(world: World, provider: Sandbox) -> None:
    """However many sends are put off, and how often, a process raises one error about a restore, and one about the next."""
    asked = [world.ask(**ALONE) for _ in range(2)]
    with capture_logs() as said:
        newer(world)
        tried(world, *asked)
        tried(world, *asked)
        one = [entry["event_id"] for entry in said if entry["event"] == "nothing_is_sent"]
        world.desk.marks.advance(
            world.studio, Mark(position=2 * 10**6, event_id=new_id("event"), recorded_at=world.clock())
        )
        tried(world, *asked)
        two = [entry["log_level"] for entry in said if entry["event"] == "nothing_is_sent"]

    assert (len(one), two) == (1, ["error", "error"])


def test_another_process_sees_the_mark(world: World, provider: Sandbox, nursery: Nursery) -> None:
    """A worker in a process of its own puts off what it would have sent, and its note outlives it."""
    asked = world.ask(**ALONE)
    newer(world)
    killed(world, nursery, "after:release")

    assert OLDER in world.note(asked)
    assert world.submissions() == []
