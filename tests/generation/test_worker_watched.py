"""A worker that is watched: what it writes down, whom it tells, and that watching changes nothing about money."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from generation.desk import Desk
from generation.errors import KlingUnreachable
from generation.outbound import Download, Outbound
from registry.log.roles import Trace
from registry.log.tables import LEASES
from tests.api.logging_lines import written
from tests.crash.hooks import hooked
from tests.crash.invariants import check_all
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE, World

SECRET = "canary-of-a-key"


def noting(seen: list[tuple[str, dict[str, str]]]) -> Trace:
    """Notes every piece of work that is traced, in the order they began."""

    @contextmanager
    def trace(name: str, /, **ids: str) -> Iterator[None]:
        seen.append((name, ids))
        yield

    return trace


def failing(at: str, *, before: bool) -> Trace:
    """A watcher that is broken, and breaks before or after what it watches."""

    @contextmanager
    def trace(name: str, /, **_: str) -> Iterator[None]:
        if name == at and before:
            raise RuntimeError("the watcher is broken")
        yield
        if name == at and not before:
            raise RuntimeError("the watcher is broken")

    return trace


def test_every_step_is_told_with_its_ids(world: World) -> None:
    """Each line of a worker names studio, generation and worker, and the paid call from when there is one."""
    asked = world.ask(**ALONE)
    with written() as lines:
        submission = world.carry(asked)[0].submission

    steps = lines.all("step")
    assert {(line["studio"], line["generation"], line["worker"]) for line in lines.all()} == {
        (world.studio, asked, "worker-1")
    }
    assert [line["stage"] for line in steps][:2] == ["planned", "confirmed"]
    assert [line["stage"] for line in steps][-3:] == ["succeeded", "stored", "ended"]
    assert {line.get("submission") for line in steps[1:]} == {submission}
    assert [line["level"] for line in lines.all("carried_to_its_end")] == ["info"]


def test_work_is_traced_from_the_claim_to_the_call(world: World) -> None:
    """The claim, its steps, the paid call and the download are told by name, with ids and nothing else."""
    seen: list[tuple[str, dict[str, str]]] = []
    watched = world.with_desk(trace=noting(seen))
    card = watched.carry(watched.ask(**ALONE))[0]

    names = [name for name, _ in seen]
    assert names[:3] == ["carry", "step", "paid call"]
    assert {"carry", "step", "paid call", "fetch"} == set(names)
    assert names.count("paid call") == names.count("fetch") == 1
    call = dict(seen)["paid call"]
    assert call == {"submission": card.submission, "account": world.account}
    assert all(len(value) <= 40 for _, ids in seen for value in ids.values())


@pytest.mark.parametrize("before", [True, False])
def test_a_broken_watcher_pays_nothing_twice(world: World, provider: Sandbox, before: bool) -> None:
    """Whatever breaks round the paid call, before or after it, the protocol finds out: one task at most, and it is delivered."""
    broken = world.with_desk(trace=failing("paid call", before=before))
    asked = broken.ask(**ALONE)
    with written() as lines:
        broken.work(1)
    assert lines.all("step_crashed")
    assert world.submission(asked).state == "intended"

    world.clock.pass_by(700)
    states = ("succeeded",) if not before else ("quarantined",)
    world.work_until(lambda: world.submission(asked).state in states or world.card(asked).stage == "ended")
    posts = provider.ledger(world.submission(asked).external_task_id)
    assert [post["accepted"] for post in posts] == ([] if before else [True])
    check_all(world, provider.ledger())


def test_no_secret_is_in_the_lines_of_a_worker(studio: World) -> None:
    """Neither an error of ours nor one of somebody else's brings a key, a body or a prompt into the log."""

    def refusing(_: Any) -> Any:
        raise KlingUnreachable(f"{SECRET} was refused", hint="x")

    def breaking(_: Any) -> Any:
        raise ValueError(f"Bearer {SECRET}")

    for client in (refusing, breaking):
        world = studio.with_desk(kling_for=client)
        world.ask(**ALONE)
        with written((SECRET,)) as lines:
            world.work(1)
        assert SECRET not in lines.text
        assert ALONE["action"] not in lines.text
        assert [line["event"] for line in lines.all() if line["level"] != "debug"]


@pytest.mark.parametrize("point", ["after:SubmissionConfirmed", "download"])
def test_a_worker_that_ends_lets_go(world: World, provider: Sandbox, point: str) -> None:
    """Told to end between two steps or in a download, it lets go at once; another goes on, and what was paid is paid once."""
    told: list[str] = []
    pieces = world.with_desk(outbound=Pieces(world.desk.outbound))
    ends = hooked(pieces.desk, lambda at, _: told.append(at) if at == point else None)
    ending = world.with_desk(**vars_of(ends), stopping=lambda: bool(told))
    asked = ending.ask(**ALONE)
    ending.work_until(lambda: bool(told))

    assert world.note(asked) == "let go by a worker that ended"
    assert world.card(asked).stage == "submitting"
    with world.registry.reading() as connection:
        assert connection.execute(select(LEASES.c.expires)).scalars().all() == [0]
    done = world.carry(asked)[0]
    assert (done.outcome, done.reason) == ("delivered", "")
    check_all(world, provider.ledger())


class Pieces:
    """The way out, on which downloads come in small pieces."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    @contextmanager
    def download(self, url: str, **rest: Any) -> Iterator[Download]:
        with self._outbound.download(url, **rest) as whole:
            yield replace(
                whole,
                chunks=(chunk[at : at + 999] for chunk in whole.chunks for at in range(0, len(chunk), 999)),
            )


def vars_of(desk: Desk) -> dict[str, Any]:
    """The parts of a desk that call back."""
    return {name: getattr(desk, name) for name in ("registry", "blobs", "outbound", "kling_for")}
