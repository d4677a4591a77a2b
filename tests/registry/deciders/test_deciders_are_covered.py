"""What all deciders owe: one per kind of stream, every event folded, every command tried, no foreign ones taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.deciders.command import Command
from registry.deciders.kinds import DECIDERS
from registry.events.catalogue import EVENTS
from tests.registry.deciders.given import folded
from tests.registry.events.golden import an_id, example

TESTS = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*_*.py"))
COMMANDS = [
    command for command in Command.__subclasses__() if command.__module__.startswith("registry.deciders.")
]

SHARED = {
    "SubmissionOpened": {"generation", "element", "voice"},
    "CharacterPinned": {"scene", "production"},
    "PinReleased": {"scene", "production"},
}
"""Events that happen to several kinds of things alike."""


def kinds_that_fold(name: str) -> list[str]:
    taken = []
    for kind, decider in DECIDERS.items():
        try:
            decider.evolve(decider.initial, example(name))
        except RuntimeError as foreign:
            assert name in str(foreign)  # noqa: PT017 - told by name
            continue
        taken.append(kind)
    return taken


@pytest.mark.parametrize("name", [name for name, _ in EVENTS])
def test_every_event_belongs_to_one_kind_of_stream(name: str) -> None:
    """An event is folded by one decider, or by those that share it; a foreign one is a mistake in our code."""
    kinds = kinds_that_fold(name)
    assert set(kinds) == SHARED[name] if name in SHARED else len(kinds) == 1


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_every_command_is_tried(command: type[Command]) -> None:
    """A new command comes with tests of what it writes, refuses and leaves alone."""
    assert TESTS.count(f"{command.__name__}(") >= 1, f"no test gives a {command.__name__}"


@pytest.mark.parametrize("kind", DECIDERS)
def test_foreign_commands_are_our_mistake(kind: str) -> None:
    """A command for another kind of stream never writes: it stops with a plain error that names it."""

    class Stray(Command):
        pass

    stream = an_id(kind)
    started = next(
        event for event in map(example, (name for name, _ in EVENTS)) if kind in kinds_that_fold(event.NAME)
    )

    with pytest.raises(RuntimeError, match="Stray"):
        DECIDERS[kind].decide(Stray(stream=stream), folded(stream, [started]), {})
