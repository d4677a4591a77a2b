"""Clips: stored results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.deciders.command import Command, Decider, Reads, must_be_new, unexpected
from registry.events.clip import ClipRecorded
from registry.events.envelope import Event


@dataclass(frozen=True, kw_only=True)
class RecordClip(Command):
    """Keep the result of a generation as a clip."""

    clip: ClipRecorded


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip as it is; `recorded` holds its facts as they were recorded."""

    exists: bool = False
    scene: str = ""
    generation: str = ""
    recorded: ClipRecorded | None = None


def decide(command: Command, state: Clip, _reads: Reads) -> Sequence[Event]:
    match command:
        case RecordClip():
            must_be_new(state.exists, command.stream)
            return [command.clip]
        case _:
            raise unexpected(command)


def evolve(_state: Clip, event: Event) -> Clip:
    match event:
        case ClipRecorded():
            return Clip(True, event.scene, event.generation, event)
        case _:
            raise unexpected(event)


DECIDER = Decider(Clip(), decide, evolve)
