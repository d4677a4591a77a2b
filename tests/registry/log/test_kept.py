"""What stands beside the events: answers, leases, closings; each asked for by the log and the name it belongs to alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Connection, select, update

from registry.errors import AnswerErased, KeyReused, LogClosed, StaleLease
from registry.log import leases
from registry.log.answers import _SWEEP_US, Answers, find_answer
from registry.log.batch import NEW_HEAD
from registry.log.closing import REASONS, check_open, closed_among, is_open
from registry.log.leases import Lease
from registry.log.roles import AnswerWanted
from registry.log.tables import ANSWERS, ERASED_ANSWER, HEADS, LEASES
from tests.servers.homes import database_of

ONE, TWO, WORK = "studio_1", "studio_2", "generation_1"
NOW: Final = 1_000_000_000


@pytest.fixture
def connection(on_file: Path) -> Iterator[Connection]:
    database = database_of(on_file)
    with database.writing() as opened:
        yield opened
    database.close()


def keep(connection: Connection, log: str, key: str, *, expires: int, answer: bytes = b"made") -> None:
    row = {"log": log, "key": key, "command_sha256": "a", "answer": answer, "position": 1, "expires": expires}
    connection.execute(ANSWERS.insert(), row)


def kept(connection: Connection) -> list[tuple[str, str]]:
    rows = connection.execute(select(ANSWERS.c.log, ANSWERS.c.key).order_by(ANSWERS.c.log, ANSWERS.c.key))
    return [(row.log, row.key) for row in rows]


def test_an_answer_is_that_key_s_alone(connection: Connection) -> None:
    """In that studio, until it is over, for that command; what was erased is told from what never was."""
    keep(connection, ONE, "k", expires=NOW + 1)
    keep(connection, ONE, "gone", expires=NOW + 1, answer=ERASED_ANSWER)

    assert find_answer(connection, ONE, "k", "a", NOW) == b"made"
    for log, key, now in ((ONE, "other", NOW), (TWO, "k", NOW), (ONE, "k", NOW + 1)):
        assert find_answer(connection, log, key, "a", now) is None
    with pytest.raises(KeyReused) as reused:
        find_answer(connection, ONE, "k", "b", NOW)
    with pytest.raises(AnswerErased) as erased:
        find_answer(connection, ONE, "gone", "a", NOW)
    assert reused.value.hint
    assert erased.value.hint
    assert "went when somebody was erased" in erased.value.message


def test_answers_that_are_over_are_swept_once_a_minute(connection: Connection) -> None:
    """Of the log that is written to; those that still hold stay."""
    swept: dict[str, int] = {}

    def write(now: int, key: str) -> None:
        answers = Answers(swept, now=now)
        answers.add(ONE, AnswerWanted(key, "a", lambda *_: b"", 5 * _SWEEP_US), b"made", position=1)
        answers.keep(connection, now)

    keep(connection, ONE, "over", expires=NOW)
    keep(connection, TWO, "over", expires=NOW)
    write(NOW, "new")
    assert kept(connection) == [(ONE, "new"), (TWO, "over")]
    keep(connection, ONE, "later", expires=NOW + 1)
    write(NOW + _SWEEP_US - 1, "more")
    assert (ONE, "later") in kept(connection)
    write(NOW + _SWEEP_US, "most")
    assert kept(connection) == [(ONE, "more"), (ONE, "most"), (ONE, "new"), (TWO, "over")]


def row_of(connection: Connection, log: str) -> dict[str, Any]:
    return dict(connection.execute(select(LEASES).where(LEASES.c.log == log)).one()._mapping)


def test_a_first_claim_leaves_nothing_open(connection: Connection) -> None:
    """Held until then and due then, with nothing noted; a second one takes over what was left for it."""
    first = leases.claim(connection, ONE, WORK, owner="w", until=NOW, sends=True)
    row = {"log": ONE, "work": WORK, "owner": "w", "epoch": 1, "expires": NOW, "attempts": 1, "due": NOW}

    assert first == Lease(ONE, WORK, "w", 1, NOW, 1, "", sends=True)
    assert row_of(connection, ONE) == row | {"note": "", "memory": "", "let_go": 0, "pulled": None}
    leases.release(connection, replace(first, memory="m"), now=NOW, due=NOW + 5, note="n", progressed=False)
    second = leases.claim(connection, ONE, WORK, owner="v", until=NOW + 9, sends=True)
    assert second == Lease(ONE, WORK, "v", 2, NOW + 9, 2, "m", sends=True)
    assert leases.claim(connection, ONE, WORK, owner="u", until=NOW) == Lease(ONE, WORK, "u", 3, NOW, 3, "m")


def test_a_lease_is_of_its_log(connection: Connection) -> None:
    """Work of the same name in another studio is other work: whatever is done to one leaves the other."""
    mine = leases.claim(connection, ONE, WORK, owner="w", until=NOW)
    theirs = leases.claim(connection, TWO, WORK, owner="v", until=NOW)
    before = row_of(connection, TWO)

    assert (
        leases.extend(connection, mine, until=NOW + 7).expires
        == row_of(connection, ONE)["expires"]
        == NOW + 7
    )
    leases.hurry(connection, ONE, WORK, now=NOW, due=NOW)
    leases.release(connection, mine, now=NOW, due=NOW + 5, note="n", progressed=True)
    leases.hurry(connection, ONE, WORK, now=NOW, due=NOW)
    leases.finish(connection, mine)
    assert row_of(connection, TWO) == before
    assert (leases.held(connection, mine), leases.held(connection, theirs)) == (False, True)
    with pytest.raises(StaleLease, match=f"{WORK} .epoch 1. was taken over") as stale:
        leases.extend(connection, mine, until=NOW)
    assert stale.value.hint


def test_a_lease_that_just_ended_is_hurried_at_once(connection: Connection) -> None:
    """At its end it is nobody's; a moment before, the hurry waits until it is let go."""
    leases.claim(connection, ONE, WORK, owner="w", until=NOW + 10)
    for now, pulled, due in ((NOW + 9, 3, NOW + 10), (NOW + 10, 3, NOW + 5)):
        leases.hurry(connection, ONE, WORK, now=now, due=NOW + 5, floor=3)
        row = row_of(connection, ONE)
        assert (row["pulled"], row["due"]) == (pulled, due)


@pytest.mark.parametrize("why", REASONS)
def test_a_closed_log_says_why(connection: Connection, why: str) -> None:
    """And is told from those that are open, and those that are not there."""
    for log in (ONE, TWO):
        connection.execute(NEW_HEAD, {"log": log})
        leases.claim(connection, log, WORK, owner="w", until=NOW)
    connection.execute(update(HEADS).where(HEADS.c.log == ONE).values(closed=why))
    open_ones = connection.execute(select(LEASES.c.log).where(is_open(LEASES.c.log))).scalars().all()

    assert open_ones == [TWO]
    assert closed_among(connection, [ONE, TWO, "studio_3"]) == {ONE}
    assert closed_among(connection, [TWO]) == frozenset()
    check_open("")
    with pytest.raises(LogClosed) as closed:
        check_open(why)
    assert (closed.value.message, closed.value.hint) == REASONS[why]
    assert closed.value.detail == {"state": why}
