"""Folded states and what is kept of them: right at any position and version, few questions, nothing of what is erased."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Connection

from registry.deciders.character import ReviseCharacter
from registry.deciders.kinds import DECIDERS
from registry.errors import NotFound
from registry.events.envelope import Recorded
from registry.log.states import Folded, States, _in_parts, decider_of, knows
from tests.registry.events.golden import an_id
from tests.registry.log.opened import STUDIO, Opened, introduce, opened

MINA, JUN, SORA = (an_id("character", number) for number in (1, 2, 3))
OTHER: Final = an_id("studio", 2)


@dataclass
class Reader:
    """The log's own reader; a test says how often keys were destroyed, for each time that is asked."""

    inner: Any
    times: list[int]

    def all(self, rows: Iterable[Any]) -> Iterable[Recorded]:
        found: Iterable[Recorded] = self.inner.all(rows)
        return found

    def erasures(self) -> int:
        return self.times.pop(0) if len(self.times) > 1 else self.times[0]


@dataclass
class Counting:
    """A connection that counts its questions."""

    inner: Connection
    asked: int = 0

    def execute(self, *question: Any) -> Any:
        self.asked += 1
        return self.inner.execute(*question)


@dataclass
class Past:
    """A log with two people in it, and states of a process of its own, beside the one that writes."""

    log: Opened
    reader: Reader
    states: States
    connection: Any

    def name(self, stream: str, name: str) -> None:
        self.log.handle(ReviseCharacter(stream=stream, name=name))

    def load(self, stream: str) -> str:
        return str(self.states.load(self.connection, STUDIO, stream).state.name)

    def catch_up(self) -> int:
        return self.states.catch_up(self.connection, STUDIO, self.log.registry.feed.head(STUDIO))


@pytest.fixture
def past(on_file: Path) -> Iterator[Past]:
    """1 Mina comes, 2 Jun comes, 3 Mina is named again, 4 and again; in another log somebody else has her id."""
    with opened(on_file) as log:
        log.handle(introduce(MINA, "Mina"))
        log.handle(introduce(JUN, "Jun"))
        log.handle(introduce(MINA, "Another"), log=OTHER)
        found = Reader(log.registry._log.reader, [0])
        with log.registry.reading(STUDIO) as connection:
            states = States(DECIDERS, found, size=2)  # type: ignore[arg-type]
            told = Past(log, found, states, Counting(connection))
            told.name(MINA, "Min")
            told.name(MINA, "Mi")
            yield told


def names(found: dict[str, Folded]) -> dict[str, tuple[int, str]]:
    return {stream: (one.version, one.state.name) for stream, one in found.items()}


def test_states_as_of_any_position(past: Past) -> None:
    """Who was not there yet, or is in another log, is left out; a second time gives the same with one question less."""
    wanted = {
        0: {},
        1: {MINA: (1, "Mina")},
        2: {MINA: (1, "Mina"), JUN: (1, "Jun")},
        3: {MINA: (2, "Min"), JUN: (1, "Jun")},
        4: {MINA: (3, "Mi"), JUN: (1, "Jun")},
    }
    questions = []
    for position, known in wanted.items():
        for _ in range(2):
            before = past.connection.asked
            found = past.states.fold_all(past.connection, STUDIO, [MINA, JUN, SORA, MINA], as_of=position)
            questions.append(past.connection.asked - before)
            assert names(found) == known
    assert questions == [1, 1, 2, 1, 2, 1, 2, 1, 2, 1]
    assert names(past.states.fold_all(past.connection, OTHER, [MINA, JUN], as_of=4)) == {MINA: (1, "Another")}


def test_only_what_is_asked_for_is_folded(past: Past) -> None:
    """And wholly: what all its events say together."""
    alone = past.states.fold_all(past.connection, STUDIO, [MINA], as_of=4)

    assert alone == {MINA: past.states.fold(past.connection.inner, STUDIO, MINA)}
    assert list(past.states._past) == [(STUDIO, MINA, 3)]


def test_states_of_any_version(past: Past) -> None:
    """Who never came so far is left out; what is kept is not asked for again."""
    versions = {MINA: 2, JUN: 1, SORA: 1}
    assert names(past.states.fold_versions(past.connection, STUDIO, versions)) == {
        MINA: (2, "Min"),
        JUN: (1, "Jun"),
    }
    assert past.states.fold_versions(past.connection, STUDIO, {MINA: 4, JUN: 2}) == {}
    before = past.connection.asked
    again = past.states.fold_versions(past.connection, STUDIO, {MINA: 2, JUN: 1})

    assert (names(again), past.connection.asked) == ({MINA: (2, "Min"), JUN: (1, "Jun")}, before)
    assert past.states.fold_versions(past.connection, OTHER, {MINA: 2}) == {}
    assert names(past.states.fold_versions(past.connection, OTHER, {MINA: 1, JUN: 1})) == {
        MINA: (1, "Another")
    }


def test_what_is_kept_is_bounded(past: Past) -> None:
    """What was used last stays; the rest is folded again and is the same."""
    for version in (1, 2, 1, 3):  # version 1 is used again, so 2 goes
        assert past.states.fold_versions(past.connection, STUDIO, {MINA: version})
    for version, questions in ((3, 0), (1, 0), (2, 1)):
        before = past.connection.asked
        found = past.states.fold_versions(past.connection, STUDIO, {MINA: version})
        assert (found[MINA].version, past.connection.asked - before) == (version, questions)


def test_one_state_as_of_a_position(past: Past) -> None:
    """Up to it and including it; without one, up to now; who is not there has version 0."""
    fold = past.states.fold
    seen = [fold(past.connection.inner, STUDIO, MINA, as_of=position) for position in range(5)]

    assert [(one.version, one.state.name) for one in seen] == [
        (0, ""),
        (1, "Mina"),
        (1, "Mina"),
        (2, "Min"),
        (3, "Mi"),
    ]
    assert fold(past.connection.inner, STUDIO, MINA).version == 3
    assert fold(past.connection.inner, OTHER, JUN).version == 0
    assert fold(past.connection.inner, OTHER, MINA).state.name == "Another"


def test_an_erasure_empties_what_is_kept(past: Past) -> None:
    """Both what is newest and what is past: each may hold words about whoever was erased."""
    past.connection = past.connection.inner
    past.load(MINA)
    past.states.fold_versions(past.connection, STUDIO, {MINA: 1})
    past.reader.times = [1]
    counting = Counting(past.connection)

    assert past.states.catch_up(past.connection, STUDIO, 4) == 1
    assert past.states.fold_versions(counting, STUDIO, {MINA: 1})  # type: ignore[arg-type]
    assert counting.asked == 1
    assert past.states._cache == {}


@pytest.mark.parametrize("how", ["positions", "versions"])
def test_what_was_kept_before_an_erasure_is_not_answered_after_it(past: Past, how: str) -> None:
    """Keys that are destroyed while it is looked up: everything is folded anew, and nothing of it is kept."""

    def asked() -> dict[str, Folded]:
        if how == "versions":
            return past.states.fold_versions(past.connection, STUDIO, {MINA: 3, JUN: 1})
        return past.states.fold_all(past.connection, STUDIO, [MINA, JUN], as_of=4)

    first = past.states.fold_versions(past.connection, STUDIO, {MINA: 3})
    past.reader.times = [0, 1]
    found = asked()

    assert names(found) == {MINA: (3, "Mi"), JUN: (1, "Jun")}
    assert found[MINA] is not first[MINA]
    assert past.states._past == {}
    assert names(asked()) == names(found)
    assert len(past.states._past) == 2


def test_what_others_wrote_is_noticed(past: Past) -> None:
    """A state is kept until its stream is written elsewhere; then it is folded anew, and its neighbours stay."""
    past.connection = past.connection.inner
    past.catch_up()
    assert (past.load(MINA), past.load(JUN)) == ("Mi", "Jun")
    past.name(MINA, "Mo")
    assert past.load(MINA) == "Mi"
    kept = past.states.load(past.connection, STUDIO, JUN)

    past.catch_up()
    assert (past.load(MINA), past.states.load(past.connection, STUDIO, JUN) is kept) == ("Mo", True)
    past.catch_up()
    assert past.states.load(past.connection, STUDIO, JUN) is kept


@pytest.mark.parametrize(("step", "kept"), [(2_000, True), (2_001, False), (-1, False)])
def test_after_too_much_the_whole_log_is_forgotten(past: Past, step: int, kept: bool) -> None:
    """Or when it is shorter than it was; other logs stay as they are."""
    past.connection = past.connection.inner
    past.catch_up()
    mine = past.states.load(past.connection, STUDIO, JUN)
    theirs = past.states.load(past.connection, OTHER, JUN)
    past.states.catch_up(past.connection, STUDIO, 4 + step)

    assert (past.states.load(past.connection, STUDIO, JUN) is mine) == kept
    assert past.states.load(past.connection, OTHER, JUN) is theirs


def test_what_was_committed_is_taken_over(past: Past) -> None:
    """Unless keys were destroyed since it was decided; what is oldest goes, and what is known is not read again."""
    past.connection = past.connection.inner
    fresh = {(STUDIO, stream): Folded(9, stream) for stream in (MINA, JUN, SORA)}
    past.states.promote(fresh, {STUDIO: 4}, erasures=1)
    assert past.states._cache == {}

    past.states.promote(fresh, {STUDIO: 4}, erasures=0)
    assert list(past.states._cache) == [(STUDIO, JUN), (STUDIO, SORA)]
    past.catch_up()
    assert past.states.load(past.connection, STUDIO, SORA) == Folded(9, SORA)


def test_many_streams_are_asked_for_in_parts() -> None:
    """Each once, in their order, as many as every engine takes in one question."""
    streams = [str(number) for number in range(501)]

    assert [len(part) for part in _in_parts([*streams, "0"])] == [500, 1]
    assert [one for part in _in_parts(streams) for one in part] == streams
    assert list(_in_parts([])) == []


def test_somebody_speaks_for_a_stream() -> None:
    """By its kind; what is no id of a thing that is kept is not there."""
    assert decider_of(DECIDERS, MINA) is DECIDERS["character"]
    assert knows(DECIDERS, MINA)
    for stranger in ("", "nobody_1", an_id("answer")):
        assert not knows(DECIDERS, stranger)
        with pytest.raises(NotFound, match=f"there is no {stranger!r}") as refused:
            decider_of(DECIDERS, stranger)
        assert refused.value.hint == "check the id"
