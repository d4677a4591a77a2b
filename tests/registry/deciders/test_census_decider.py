"""What a census writes down: itself once, what became of elements and voices, and the order to delete them once."""

from __future__ import annotations

from typing import Any

import pytest

from registry.deciders.account import RecordCensus
from registry.deciders.command import AlreadyRetired
from registry.deciders.element import NoteOnElement, RetireElement
from registry.deciders.voice import NoteOnVoice, RetireVoice
from registry.errors import NotFound
from registry.events.account import CensusTaken
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id, example

ACCOUNT = an_id("account")
OPENED = example("AccountOpened")
CENSUS = example("CensusTaken")
assert isinstance(CENSUS, CensusTaken)
KINDS: list[tuple[str, Any, Any]] = [
    ("Element", NoteOnElement, RetireElement),
    ("Voice", NoteOnVoice, RetireVoice),
]


def test_a_census_is_recorded_once() -> None:
    """A census is written under its name; the same name again is quiet, the next one is not."""
    record = RecordCensus(stream=ACCOUNT, taken=CENSUS)
    second = CENSUS.model_copy(update={"census": an_id("census", 2)})

    assert given(OPENED).when(record) == [CENSUS]
    assert given(OPENED, CENSUS).when(record) == []
    assert given(OPENED, CENSUS).when(RecordCensus(stream=ACCOUNT, taken=second)) == [second]


def test_a_census_needs_its_account() -> None:
    """There is no census of an account that was never opened."""
    given().refuses(RecordCensus(stream=ACCOUNT, taken=CENSUS), NotFound)


@pytest.mark.parametrize(("kind", "note", "_retire"), KINDS)
def test_what_became_of_a_binding_is_noted_once(kind: str, note: Any, _retire: Any) -> None:
    """Lost, found again and deleted are each said once; a deleted one is not lost as well."""
    stream, adopted = an_id(kind.lower()), example(f"{kind}Adopted")
    lost, recovered, deleted = (example(f"{kind}{what}") for what in ("Lost", "Recovered", "Deleted"))
    lose, recover, delete = (note(stream=stream, event=event) for event in (lost, recovered, deleted))

    assert given(adopted).when(lose) == [lost]
    assert given(adopted, lost).when(lose) == []
    assert given(adopted, lost).when(recover) == [recovered]
    assert given(adopted).when(recover) == []
    assert given(adopted).when(delete) == [deleted]
    assert given(adopted, deleted).when(delete) == []
    assert given(adopted, deleted).when(lose) == []
    assert [folded(stream, [adopted, *after]).live for after in ([], [lost], [lost, recovered])] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(("kind", "_note", "retire"), KINDS)
def test_a_deletion_is_ordered_once(kind: str, _note: Any, retire: Any) -> None:
    """It may be ordered with the retirement or after it, and not twice; what is deleted is not deleted again."""
    stream, adopted = an_id(kind.lower()), example(f"{kind}Adopted")
    retired, ordered = (example(f"{kind}Retired", reason="old", delete=delete) for delete in (False, True))
    keep, delete = (retire(stream=stream, reason="old", delete=wanted) for wanted in (False, True))

    assert given(adopted).when(keep) == [retired]
    assert given(adopted).when(delete) == [ordered]
    assert given(adopted, retired).when(delete) == [ordered]
    assert folded(stream, [adopted, ordered]).doomed
    given(adopted, retired).refuses(keep, AlreadyRetired)
    given(adopted, ordered).refuses(delete, AlreadyRetired)
    assert given(adopted, example(f"{kind}Deleted")).when(delete) == [retired]
