"""Given what happened, when a command comes, then these events, a refusal, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from registry.deciders.command import Command
from registry.deciders.kinds import DECIDERS
from registry.errors import RegistryError
from registry.events.envelope import Event
from registry.events.ids import prefix_of


def folded(stream: str, history: Iterable[Event]) -> Any:
    decider = DECIDERS[prefix_of(stream)]
    state = decider.initial
    for event in history:
        state = decider.evolve(state, event)
    return state


@dataclass(frozen=True)
class Given:
    """A stream's history, and the histories of the streams its commands read; unnamed streams do not exist."""

    history: tuple[Event, ...]
    others: Mapping[str, Sequence[Event]] = field(default_factory=dict)

    def and_(self, stream: str, *history: Event) -> Given:
        return Given(self.history, {**self.others, stream: history})

    def when(self, command: Command) -> Sequence[Event]:
        reads = {stream: folded(stream, self.others.get(stream, ())) for stream in command.reads}
        state = folded(command.stream, self.history)
        events = DECIDERS[prefix_of(command.stream)].decide(command, state, reads)
        folded(command.stream, (*self.history, *events))
        return events

    def refuses(
        self, command: Command, refusal: type[RegistryError], words: str | None = None
    ) -> RegistryError:
        with pytest.raises(refusal, match=words) as refused:
            self.when(command)
        assert type(refused.value) is refusal
        assert refused.value.hint
        return refused.value


def given(*history: Event) -> Given:
    return Given(history)
