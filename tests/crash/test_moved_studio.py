"""A studio is moved while its work goes on: nothing is sent from both places, nothing is lost, nothing is paid twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from secrets import token_bytes

import pytest

from generation.cancelling import cancel
from generation.restoring import NothingRestored, accept, acceptance, restored
from registry.archive import sealed
from registry.archive.closing import close_studio, reopen_studio
from registry.archive.exporting import Order, export_studio
from registry.archive.house import House
from registry.archive.importing import Source, import_studio
from registry.deciders.restore import NotReconciled
from registry.errors import LogClosed
from registry.log.engine.migrate import migrate
from registry.log.marks import FolderMarks, Mark
from tests.crash.invariants import check_events
from tests.crash.test_restored_backup import accepted, compared
from tests.servers.homes import database_of
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, CONTEXT, World, open_desk, open_registry

PASSPHRASE = "five words are better than one"
ELSEWHERE = "worked on in another installation"

Move = Callable[[World], World]


@pytest.fixture
def move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Move]:
    """Moves the world's studio into an empty installation, and opens it there."""
    monkeypatch.setitem(sealed._COST, "n", 2**10)
    with ExitStack() as opened:
        yield lambda world: opened.enter_context(_moved(world, tmp_path / "moved"))


@contextmanager
def _moved(world: World, folder: Path) -> Iterator[World]:
    order = Order(folder / "archive", folder / "studio.keys", PASSPHRASE, move=True)
    export_studio(house(world), world.studio, order)
    there = folder / "there"
    there.mkdir()
    fresh = database_of(there)
    migrate(fresh)
    fresh.close()
    registry = open_registry(there, world.clock)
    new = replace(world, folder=there, desk=open_desk(there, registry))
    try:
        import_studio(house(new), Source(order.folder, order.key_file, PASSPHRASE))
        yield new
    finally:
        registry.close()


def house(world: World) -> House:
    return House(world.registry, world.registry._keys, world.desk.blobs, token_bytes, CONTEXT)


def idle(world: World) -> bool:
    """Whether workers find nothing to do, now and later."""
    world.clock.pass_by(700)
    return not world.worker().work_once()


def test_open_work_goes_on_in_one_place(world: World, provider: Sandbox, move: Move) -> None:
    """What Kling works on is followed to its end at the new place; what waits is sent there once it was compared and accepted."""
    provider.clock(speed=0)
    running = world.ask(**ALONE)
    world.work_until(lambda: bool(world.submissions(state="confirmed")))
    waiting = world.ask(**ALONE)
    new = move(world)
    posts = len(provider.ledger())

    assert idle(world)
    told = restored(world.desk, world.studio)
    assert told is not None
    assert "moved to another installation" in told.why
    with pytest.raises(NothingRestored, match="was moved"):
        acceptance(world.desk, world.studio, reason="as I like")
    provider.clock(speed=1)
    assert new.carry(running)[0].outcome == "delivered"
    new.clock.pass_by(700)
    new.work_until(lambda: ELSEWHERE in new.note(waiting))
    with pytest.raises(NotReconciled, match=new.account):
        accepted(new)
    assert len(provider.ledger()) == posts

    compared(new)
    accepted(new)
    assert new.carry(waiting)[0].outcome == "delivered"
    assert len(provider.ledger()) == posts + 1
    check_events(new.desk.blobs, new.log(), provider.ledger())
    assert restored(new.desk, new.studio) is None


def test_a_send_under_way_while_the_studio_is_closed(world: World, provider: Sandbox, move: Move) -> None:
    """Its intent is in what moves, so the new place looks it up and adopts its task: one paid call, one clip."""
    asked = world.ask(**ALONE)

    class Closing(FolderMarks):
        def advance(self, log: str, mark: Mark, *, over: Mark | None = None) -> None:
            super().advance(log, mark, over=over)
            close_studio(house(world), world.studio)

    sending = world.with_desk(marks=Closing(world.folder / "marks"))
    assert sending.worker().work_once()
    [card] = world.submissions()
    assert card.state == "intended"
    assert len(provider.ledger(card.external_task_id)) == 1
    new = move(world)

    new.clock.pass_by(700)
    assert new.carry(asked)[0].outcome == "delivered"
    assert len(provider.ledger(card.external_task_id)) == 1
    check_events(new.desk.blobs, new.log(), provider.ledger())


def test_a_move_that_is_called_off_is_compared_too(world: World, provider: Sandbox, move: Move) -> None:
    """The old place, opened again, sends nothing before a person has compared: the new one may have sent by then."""
    asked = world.ask(**ALONE)
    new = move(world)
    compared(new)
    accepted(new)
    assert new.carry(asked)[0].outcome == "delivered"
    with pytest.raises(LogClosed):
        cancel(world.registry, world.studio, asked, reason="moved", context=CONTEXT)
    reopen_studio(house(world), world.studio, reason="the new machine burnt down")
    posts = len(provider.ledger())

    world.clock.pass_by(700)
    world.work_until(lambda: "the move was called off" in world.note(asked))
    report = compared(world)
    lacking = [found.task_id for found in report.findings if found.kind == "not_in_log"]
    assert new.submission(asked).task_id in lacking
    cancel(world.registry, world.studio, asked, reason="made at the other place", context=CONTEXT)
    accepted(world)
    assert world.carry(asked)[0].outcome == "cancelled"
    assert len(provider.ledger()) == posts


def test_an_import_is_accepted_once(world: World, provider: Sandbox, move: Move) -> None:
    """A second word about the same import is refused; the next restore is noticed as ever."""
    new = move(world)
    compared(new)
    said = acceptance(new.desk, new.studio, reason="nothing is open elsewhere")
    accept(new.desk, new.studio, said, context=CONTEXT)
    with pytest.raises(NothingRestored) as twice:
        acceptance(new.desk, new.studio, reason="again")
    assert twice.value.detail["state"] == "accepted"

    assert new.carry(new.ask(**ALONE))[0].outcome == "delivered"
    later = Mark(position=10**6, event_id=new.registry.make_id("event"), recorded_at=new.clock())
    new.desk.marks.advance(new.studio, later)
    found = restored(new.desk, new.studio)
    assert found is not None
    assert found.event_id == later.event_id
