"""A studio is given away, called back, and brought in; each once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.deciders.studio import ImportStudio, MoveStudio, NotMoved, ReopenStudio, Studio
from registry.errors import InvalidCommand, NotFound
from registry.events.studio import StudioImported, StudioMoved, StudioOpened, StudioReopened
from tests.registry.deciders.given import folded, given
from tests.registry.events.golden import an_id, example

STUDIO = an_id("studio")
OPENED = StudioOpened(name="Han River")
MOVED = StudioMoved()
IMPORTED, REOPENED = example("StudioImported"), example("StudioReopened")
assert isinstance(IMPORTED, StudioImported)
assert isinstance(REOPENED, StudioReopened)
MOVE = MoveStudio(stream=STUDIO)
REOPEN = ReopenStudio(stream=STUDIO, reopened=REOPENED)
IMPORT = ImportStudio(stream=STUDIO, name=" Han River ", imported=IMPORTED)
LATER = IMPORTED.model_copy(update={"position": 1300, "digest": "b" * 64, "doubt": an_id("event", 2)})


def test_a_studio_is_moved() -> None:
    """Giving it away is written down."""
    assert given(OPENED).when(MOVE) == [MOVED]


def test_a_studio_that_is_not_there_is_not_moved() -> None:
    """Nobody gives away what is not here."""
    given().refuses(MOVE, NotFound, STUDIO)


def test_a_moved_studio_stays_moved() -> None:
    """Moving it again changes nothing."""
    assert given(OPENED, MOVED).when(MOVE) == []


def test_a_move_is_called_off() -> None:
    """Called off with a reason, the studio is here again, and may have been at work elsewhere."""
    said = replace(REOPEN, reopened=REOPENED.model_copy(update={"reason": f" {REOPENED.reason} "}))
    state: Studio = folded(STUDIO, [OPENED, MOVED, REOPENED])

    assert given(OPENED, MOVED).when(said) == [REOPENED]
    assert not state.moved
    assert state.elsewhere is not None
    assert (state.elsewhere.doubt, state.elsewhere.at) == (REOPENED.doubt, REOPENED.at)


def test_only_a_move_is_called_off() -> None:
    """A studio that is here cannot be called back, nor one that is not known, nor without a reason."""
    hasty = replace(REOPEN, reopened=REOPENED.model_copy(update={"reason": "no"}))

    given(OPENED).refuses(REOPEN, NotMoved, STUDIO)
    given(OPENED, MOVED, REOPENED).refuses(REOPEN, NotMoved, STUDIO)
    given().refuses(REOPEN, NotFound, STUDIO)
    given(OPENED, MOVED).refuses(hasty, InvalidCommand, "reason")


def test_an_unknown_studio_is_opened_by_its_import() -> None:
    """Where nobody knew it, an import opens it under its name."""
    assert given().when(IMPORT) == [OPENED, IMPORTED]


@pytest.mark.parametrize("history", [(), (MOVED,), (IMPORTED, MOVED), (MOVED, REOPENED)])
def test_a_known_studio_comes_back(
    history: tuple[StudioMoved | StudioImported | StudioReopened, ...],
) -> None:
    """A studio that was here before is not opened again; a move away is over."""
    assert given(OPENED, *history).when(IMPORT) == [IMPORTED]
    assert not folded(STUDIO, [OPENED, *history, IMPORTED]).moved


def test_the_same_history_is_imported_once() -> None:
    """The import of what is here is quiet; more of it is another import, which asks for a word of its own."""
    more = replace(IMPORT, imported=LATER)

    assert given(OPENED, IMPORTED).when(replace(IMPORT, imported=IMPORTED.model_copy())) == []
    assert given(OPENED, IMPORTED).when(more) == [LATER]
    assert folded(STUDIO, [OPENED, IMPORTED, LATER]).elsewhere.doubt == LATER.doubt


def test_an_imported_studio_has_a_name() -> None:
    """The name that comes with it follows the rules of names."""
    given().refuses(replace(IMPORT, name=" "), InvalidCommand, "name has")
