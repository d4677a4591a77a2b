"""Rows are written and found alike on both engines, on the log's own connection and on a plain one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from registry.events.envelope import Recorded
from registry.views import lineage, weaving
from registry.views.clips import KEPT
from registry.views.looks import LOOKS
from registry.views.near import LOOKS_LIKE, parts_of
from registry.views.pins import PINS
from registry.views.rows import add, add_all, add_new, change, find, find_each, remove
from tests.registry.events.golden import an_id, example
from tests.registry.log.opened import STUDIO, Opened, introduce, opened, register

TEXTS = {"wardrobe": "코트 ?", "styling": "%s", "age": ":x"}
LOOK = {
    "log": "a",
    "character": "mina",
    "position": 2**40,
    "version": 1,
    "since": 3,
    "retired": False,
    **TEXTS,
}
PIN = {"log": "a", "holder": "scene", "position": 1, "version": 2}


@pytest.fixture
def log(home: Path) -> Iterator[Opened]:
    with opened(home) as found:
        yield found


@pytest.fixture(params=["short", "plain"])
def connection(log: Opened, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A transaction of the log's own, and one of a plain connection."""
    short = request.param == "short"
    with log.database.appending() if short else log.database.writing() as connection:
        yield connection


def test_what_was_added_is_found(connection: Connection) -> None:
    """A row comes back as it was written: text, numbers, truth, bytes, and nothing where no value was given."""
    add(connection, LOOKS, LOOK | {"look": "winter"})
    seen: dict[str, Any] = {
        "log": "a",
        "thing": "x",
        "number": 0,
        "position": 1,
        "kind": "k",
        "bits": b"\0\xff",
    }
    add(connection, LOOKS_LIKE, seen | parts_of(seen["bits"]))
    add(connection, PINS, PIN | {"character": "mina"})

    assert [dict(row._mapping) for row in find(connection, LOOKS, {"log": "a", "character": "mina"})] == [
        LOOK | {"look": "winter"}
    ]
    assert [tuple(row) for row in find(connection, LOOKS_LIKE, {"thing": "x"}, "bits", "log")] == [
        (b"\0\xff", "a")
    ]
    assert find(connection, PINS, {"holder": "scene"}, "look")[0].look is None
    assert find(connection, LOOKS, {"log": "b"}) == []


def test_changes_and_removals_meet_their_rows_alone(connection: Connection) -> None:
    """What stands under `where` may be changed itself; None is an empty column; `more` is added to what is there."""
    add_all(connection, PINS, [PIN | {"character": who, "look": None} for who in ("mina", "jun")])
    add(connection, PINS, PIN | {"character": "sora", "look": "winter"})

    change(
        connection, PINS, where={"log": "a", "look": "winter"}, values={"look": "summer"}, more={"version": 5}
    )
    change(connection, PINS, where={"look": None, "character": "jun"}, values={"look": "rain", "position": 9})
    remove(connection, PINS, {"log": "a", "look": None})

    names = ("character", "look", "position", "version")
    found = sorted(tuple(row) for row in find(connection, PINS, {"log": "a"}, *names))
    assert found == [("jun", "rain", 9, 2), ("sora", "summer", 1, 7)]


def test_a_key_that_is_there_stays_as_it_is(connection: Connection) -> None:
    """Of rows with one key the first stays, whether it was there before or came with the others; no rows are nothing."""
    add(connection, LOOKS, LOOK | {"look": "winter"})
    again = [
        LOOK | {"look": look, "age": age} for look, age in (("winter", "x"), ("rain", "1"), ("rain", "2"))
    ]
    add_new(connection, LOOKS, again)
    add_new(connection, KEPT, [{"log": "a", "clip": "c", "likeness": "l"}] * 2)
    add_new(connection, KEPT, [])
    add_all(connection, KEPT, [])

    found = sorted(tuple(row) for row in find(connection, LOOKS, {"log": "a"}, "look", "age"))
    assert found == [("rain", "1"), ("winter", ":x")]
    assert len(find(connection, KEPT, {"log": "a"})) == 1


def test_several_questions_at_once(connection: Connection) -> None:
    """Every question has its own answer, in their order."""
    add_all(
        connection, PINS, [PIN | {"character": who, "look": look} for who, look in (("a", "x"), ("b", None))]
    )
    wheres = [{"look": None}, {"look": "z"}, {"look": "x", "log": "a"}]

    answers = find_each(connection, PINS, wheres, "character")

    assert [[row.character for row in rows] for rows in answers] == [["b"], [], ["a"]]


def test_an_edge_needs_both_its_ends(log: Opened) -> None:
    """Lineage that names what nobody introduced is refused, and nothing is left of it; it is not passed over."""
    who, picture = introduce(), register()
    first = log.handle(who, picture).recorded[0]

    def assigned(asset: str) -> Recorded:
        event = example("ReferenceAssigned", asset=asset)
        return first._replace(position=9, stream=who.stream, type=event.NAME, event=event)

    with pytest.raises(DBAPIError), log.database.appending() as quick:
        weaving.PROJECTION.project(quick, [assigned(picture.stream), assigned(an_id("asset", 99))])  # type: ignore[arg-type]
    with log.registry.reading() as connection:
        assert lineage.lineage(connection, STUDIO, who.stream).edges == ()
