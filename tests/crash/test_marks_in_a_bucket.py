"""Machines that share a bucket share the marks in it: a restore that one of them would not notice alone, all of them notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from generation.restoring import restored
from registry.blobs import store_for
from registry.errors import MarkUnusable
from registry.log.bucket_marks import BucketMarks, Notes
from registry.log.marks import FolderMarks
from tests.crash.invariants import check_all
from tests.crash.test_restored_backup import Reopen, accepted, back_up, compared, newer, reopen, tried
from tests.servers.gate import Gate
from tests.servers.s3 import S3Server
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World, new_id

__all__ = ["reopen"]
Marked = Callable[[World], World]


@pytest.fixture
def gate(s3: S3Server) -> Iterator[Gate]:
    standing = Gate(s3.endpoint)
    yield standing
    standing.shut()


@pytest.fixture
def marked(s3: S3Server, gate: Gate) -> Iterator[Marked]:
    """A world as a machine of its own works on it: with the marks of the bucket behind the gate, by connections of its own."""
    url = s3.url(new_id("marks").replace("_", "-"), gate.endpoint)
    with ExitStack() as opened:

        def machine(world: World) -> World:
            blobs = store_for(url, access_key=s3.access_key, secret_key=s3.secret_key)
            opened.enter_context(closing(blobs))
            assert isinstance(blobs, Notes)
            return world.with_desk(marks=BucketMarks(blobs))

        yield machine


def test_another_machine_notices(
    world: World, provider: Sandbox, tmp_path: Path, reopen: Reopen, marked: Marked
) -> None:
    """What one machine sent stops another one on a restored database, that never sent anything; its own folder would not."""
    here = marked(world)
    asked = here.ask(**ALONE)
    backup = back_up(here, tmp_path / "backup")
    here.carry(asked)
    paid = provider.ledger()[-1]
    there = marked(reopen(world, backup))
    alone = there.with_desk(marks=FolderMarks(tmp_path / "of the other machine"))
    tried(there, asked)

    assert restored(alone.desk, alone.studio) is None
    assert there.submissions() == []
    assert provider.ledger()[-1] == paid
    compared(there)
    accepted(there)
    assert there.carry(asked)[0].outcome == "delivered"
    assert restored(marked(there).desk, there.studio) is None
    check_all(there, provider.ledger())


def test_a_restore_after_an_accepted_one_is_noticed_too(
    world: World, provider: Sandbox, tmp_path: Path, reopen: Reopen, marked: Marked
) -> None:
    """The marks follow the accepted history on every machine, though its positions are lower than what is over."""
    here = marked(world)
    backup = back_up(here, tmp_path / "backup")
    far = newer(here)
    old = marked(reopen(world, backup))
    compared(old)
    backups = [back_up(old, tmp_path / "before the word")]
    accepted(old)
    backups.append(back_up(old, tmp_path / "after the word"))
    old.carry(old.ask(**ALONE))
    near = marked(old).desk.marks.read(old.studio)

    assert near is not None
    assert near.position < far.position
    for again in (marked(reopen(world, backup)) for backup in backups):
        found = restored(again.desk, again.studio)
        assert (found and found.event_id) == near.event_id


@pytest.mark.parametrize("how", [Gate.shut, Gate.swallow])
def test_a_bucket_that_is_away_stops_sending(
    world: World, provider: Sandbox, marked: Marked, gate: Gate, how: Callable[[Gate], None]
) -> None:
    """Marks that cannot be read or written let nothing out; when the bucket is back, what waited is sent once."""
    here = marked(world)
    here.carry(here.ask(**ALONE))
    posts = len(provider.ledger())
    asked = here.ask(**ALONE)
    how(gate)
    here.work_until(lambda: "the bucket failed" in here.note(asked))

    assert len(provider.ledger()) == posts
    with pytest.raises(MarkUnusable):
        accepted(here)
    gate.shut()
    gate.open()
    here.clock.pass_by(700)
    assert here.carry(asked)[0].outcome == "delivered"
    assert len(provider.ledger(here.submission(asked).external_task_id)) == 1
    check_all(here, provider.ledger())


@pytest.mark.parametrize("how", [Gate.shut, Gate.swallow])
def test_a_bucket_that_goes_before_the_mark(
    world: World,
    provider: Sandbox,
    marked: Marked,
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
    how: Callable[[Gate], None],
) -> None:
    """Gone between the durable intent and its mark, the intent is not sent and says so; then it is sent once, marked."""
    here = marked(world)
    asked, advance = here.ask(**ALONE), here.desk.marks.advance

    def cut(*arguments: object, **named: object) -> None:
        how(gate)
        advance(*arguments, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(here.desk.marks, "advance", cut)
        here.work_until(lambda: "the bucket failed" in here.note(asked))
    external = here.submission(asked).external_task_id
    assert here.types(here.submission(asked).id)[:2] == ["SubmissionIntended", "SubmissionNotSent"]
    assert provider.ledger(external) == []

    gate.shut()
    gate.open()
    here.clock.pass_by(700)
    assert here.carry(asked)[0].outcome == "delivered"
    assert len(provider.ledger(external)) == 1
    assert here.desk.marks.read(here.studio) is not None
