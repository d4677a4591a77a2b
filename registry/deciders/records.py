"""What a scene's continuity records say by now: as they were written, and as people set them right since.

A record itself is never changed. Of what the machine wrote down, people correct what they can see better: which shot a clip is a
take of, how it is framed, what the cast wears. Who is in it, digests and costs are facts of the payload and stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from registry.deciders.command import NAME_LENGTH, Command, checked_text, must_exist
from registry.errors import InvalidCommand, NotFound
from registry.events.scene import ContinuityCorrected, ContinuityRecorded, LookWorn


@dataclass(frozen=True, kw_only=True)
class CorrectContinuity(Command):
    """Set right what the record of `generation` says; what is None or not named stands."""

    generation: str
    shot: str | None = None
    framing: str | None = None
    looks: tuple[LookWorn, ...] = ()
    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    """What one record says; `looks` by character."""

    shot: str | None = None
    framing: str | None = None
    looks: Mapping[str, str | None] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()

    @classmethod
    def of(cls, event: ContinuityRecorded) -> Self:
        looks = {member.character: member.look for member in event.cast}
        return cls(event.shot, event.framing, looks, event.subjects)

    def corrected(self, by: ContinuityCorrected) -> Record:
        worn = {one.character: one.look for one in by.looks}
        return replace(
            self,
            shot=by.shot or self.shot,
            framing=by.framing or self.framing,
            looks={**self.looks, **worn},
        )


Records = Mapping[str, Record]
"""Generation -> what its record says."""


def decide_correction(
    command: CorrectContinuity, records: Records, shots: tuple[str, ...]
) -> Sequence[ContinuityCorrected]:
    """Quiet when the record says so already. Raises NotFound and InvalidCommand."""
    record = records.get(command.generation)
    if record is None:
        raise NotFound(
            f"{command.stream} has no record of {command.generation}", hint="look at the scene's continuity"
        )
    if command.shot is not None:
        must_exist(command.shot in (*shots, record.shot), command.shot)
    for number, one in enumerate(command.looks):
        if one.character not in record.looks:
            raise InvalidCommand(
                f"{one.character} is not in the cast of that record",
                hint="correct the looks of those who are in it",
                path=f"looks[{number}].character",
            )
    framing = command.framing
    correction = ContinuityCorrected(
        generation=command.generation,
        shot=command.shot,
        framing=None if framing is None else checked_text(framing, "framing", most=NAME_LENGTH, least=1),
        looks=command.looks,
        reason=checked_text(command.reason, "reason", least=3),
        subjects=record.subjects,
    )
    return [] if record.corrected(correction) == record else [correction]


def evolve_records(records: Records, event: ContinuityRecorded | ContinuityCorrected) -> Records:
    match event:
        case ContinuityRecorded():
            said = Record.of(event)
        case ContinuityCorrected():
            said = records.get(event.generation, Record()).corrected(event)
    return {**records, event.generation: said}
