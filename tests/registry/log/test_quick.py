"""The short way to the driver says and answers what the long way does, on both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from registry.log.tables import ANSWERS, HEADS, LEASES
from registry.views.work import WORK
from tests.registry.log.opened import Opened

ROW = {"position": 1, "recorded_at": 5, "closed": ""}
OF = select(HEADS).where(HEADS.c.log == bindparam("of_log"))
AMONG = select(HEADS.c.log).where(HEADS.c.log.in_(bindparam("logs", expanding=True))).order_by(HEADS.c.log)
MOVE = update(HEADS).where(HEADS.c.log == bindparam("of_log")).values(position=bindparam("position"))
UP = (
    update(HEADS)
    .where(HEADS.c.log == bindparam("of_log"))
    .values(position=bindparam("position"), recorded_at=9)
)


def test_constants_take_their_values_each_time(open_log: Opened) -> None:
    """Insert, update, select and delete of module-level statements read and write as they would the long way."""
    with open_log.database.appending() as quick:
        for log in ("a", "b", "c"):
            quick.execute(insert(HEADS), {"log": log} | ROW)
        quick.execute(MOVE, {"of_log": "b", "position": 7})
        quick.execute(UP, {"of_log": "c", "position": 8})
        assert [tuple(row) for row in quick.execute(OF, {"of_log": "c"})] == [("c", 8, 9, "")]
        assert quick.execute(OF, {"of_log": "b"}).one().position == 7
        assert quick.execute(AMONG, {"logs": ["c", "a", "x"]}).scalars().all() == ["a", "c"]
        assert quick.execute(AMONG, {"logs": []}).scalars().all() == []

    with open_log.database.reading() as connection:
        assert connection.execute(select(func.sum(HEADS.c.position))).scalar() == 16


def test_statements_with_values_of_their_own(open_log: Opened) -> None:
    """A statement made on the spot runs as well, whatever values one of its shape had before."""
    with open_log.database.appending() as quick:
        for number in (1, 2, 3):
            quick.execute(
                insert(HEADS).values(log=f"log {number}", position=number, recorded_at=0, closed="")
            )
        quick.execute(delete(HEADS).where(HEADS.c.log == "log 2"))
        quick.execute(update(HEADS).where(HEADS.c.log.in_(["log 1", "log 3"])).values(recorded_at=4))
        found = quick.execute(select(HEADS).order_by(HEADS.c.log)).all()

    assert [tuple(row) for row in found] == [("log 1", 1, 4, ""), ("log 3", 3, 4, "")]


def test_many_rows_at_once(open_log: Opened) -> None:
    """A list of rows is inserted as one; an empty list is nothing."""
    with open_log.database.appending() as quick:
        quick.execute(insert(HEADS), [{"log": f"{n}"} | ROW for n in range(50)])
        quick.execute(insert(HEADS), [])
        assert quick.execute(select(func.count()).select_from(HEADS)).scalar() == 50


def test_many_rows_keep_what_each_of_them_is(open_log: Opened) -> None:
    """Empty columns, truth, bytes, numbers of any size and text of every script stand in the row they came in."""
    lease = {
        **{"log": "log", "owner": "", "attempts": 0, "note": '%s %b ? {,} \\ "', "memory": "", "let_go": 0},
        **{"epoch": 1, "due": -(2**62)},
    }
    leases = [lease | {"work": f"미나 {n}\n'", "expires": 2 ** (20 * n), "pulled": None} for n in range(4)]
    answer = {"log": "log", "command_sha256": "0" * 64, "position": 1, "expires": 2**40}
    answers = [answer | {"key": f"{n}", "answer": bytes(range(n))} for n in (0, 1, 255)]
    with open_log.database.appending() as quick:
        quick.execute(insert(LEASES), leases)
        quick.execute(insert(ANSWERS), answers)

    with open_log.database.reading() as connection:
        for table, rows in ((LEASES, leases), (ANSWERS, answers)):
            found = [dict(row._mapping) for row in connection.execute(select(table).order_by(table.c[1]))]
            assert found == rows


def test_values_come_back_as_what_they_are(open_log: Opened) -> None:
    """Truth, nothing, text of every script and large numbers are the same on both ways."""
    row = {
        **{"log": "log", "work": "미나\n'", "owner": "", "epoch": 1, "expires": 2**62, "due": -(2**62)},
        **{"attempts": 0, "note": "%s %(x)s ? :y", "memory": "", "let_go": 0, "pulled": None},
    }
    with open_log.database.appending() as quick:
        quick.execute(insert(LEASES), row)
        assert dict(quick.execute(select(LEASES)).one()._mapping) == row
        sends = quick.execute(select(WORK.c.sends).where(WORK.c.sends)).all()
    with open_log.database.reading() as connection:
        assert dict(connection.execute(select(LEASES)).one()._mapping) == row

    assert sends == []


def test_what_fails_undoes_everything(open_log: Opened) -> None:
    """A failing statement, met at once or when the pipeline arrives, leaves nothing of its transaction."""

    def add(*logs: str) -> None:
        with open_log.database.appending() as quick:
            for log in logs:
                quick.execute(insert(HEADS), {"log": log} | ROW)

    with pytest.raises(DBAPIError) as failed:
        add("a", "a", "b")
    assert open_log.database.refusal(failed.value).code == "already-registered"
    with open_log.database.appending() as quick:
        assert quick.execute(select(HEADS)).all() == []


def test_the_long_way_waits_for_the_short_one(open_log: Opened) -> None:
    """Text and what needs SQLAlchemy's own result run on the connection beneath, after all that went ahead."""
    with open_log.database.appending() as quick:
        quick.execute(insert(HEADS), {"log": "a"} | ROW)
        assert quick.execute(text("SELECT count(*) FROM heads")).scalar() == 1
        changed = quick.plain().execute(update(HEADS).where(HEADS.c.log == "a").values(position=2))
        assert changed.rowcount == 1
        quick.execute(MOVE, {"of_log": "a", "position": 3})

    with open_log.database.reading() as connection:
        assert connection.execute(select(HEADS.c.position)).scalar() == 3
