"""Reads are noted as they are made, each on its own."""

from __future__ import annotations

from registry.deciders.reads import NoteRead
from registry.errors import InvalidCommand
from registry.events.reads import BytesRead
from tests.registry.deciders.given import given
from tests.registry.events.golden import an_id, example

READ = example("BytesRead")
assert isinstance(READ, BytesRead)
NOTE = NoteRead(stream=an_id("reads"), read=READ)


def test_a_read_is_noted() -> None:
    """What was handed out is written down as it was said."""
    assert given().when(NOTE) == [READ]


def test_a_part_is_one_range() -> None:
    """A part longer than any range is refused."""
    read = READ.model_copy(update={"part": "bytes=0-9," * 20})
    given().refuses(NoteRead(stream=an_id("reads"), read=read), InvalidCommand, "part")


def test_the_same_read_twice_is_two() -> None:
    """Nothing is left alone: whoever looks twice has looked twice."""
    assert given(READ).when(NOTE) == [READ]
