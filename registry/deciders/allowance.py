"""Allowances: units that the requests of a key, or of a studio, may cost in a day (UTC).

As with budgets, a price is set aside in the append of the intent, under the head lock, so any number of submitters together never
spend more; it is settled with what the provider took, or released. How much a day may cost is the limit as it stands then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, NamedTuple

from registry.deciders.command import Command, Decider, Reads, unexpected
from registry.errors import Refusal
from registry.events.allowance import AllowanceReleased, AllowanceReserved, AllowanceSettled
from registry.events.envelope import Event
from registry.events.ids import suffix_of
from registry.events.references import plain

DAY_US: Final = 86_400_000_000


class AllowanceExceeded(Refusal):
    """The day's allowance of the key or the studio does not hold this much more."""

    code = "allowance-exceeded"


@dataclass(frozen=True, kw_only=True)
class ReserveAllowance(Command):
    """Set units aside for one paid call of `day`, for which `holder` (a key or a studio) may spend `most`. Quiet when done."""

    holder: str
    submission: str
    units: str
    day: int
    most: str


@dataclass(frozen=True, kw_only=True)
class SettleAllowance(Command):
    """What the call cost. None: nobody knows, so all that was set aside is taken as spent. Quiet when nothing is open."""

    submission: str
    units: str | None


@dataclass(frozen=True, kw_only=True)
class ReleaseAllowance(Command):
    """Nothing was charged. Quiet when nothing is open."""

    submission: str


class Part(NamedTuple):
    """What an open call has set aside, in units, and for which day."""

    day: int
    units: Decimal


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the newest `day` has cost, and what each open call has set aside."""

    day: int = 0
    settled: Decimal = Decimal(0)
    reserved: Mapping[str, Part] = field(default_factory=dict)

    def committed(self, day: int) -> Decimal:
        """Spent and set aside on that day, in units; of days before the newest one only what is still open."""
        spent = self.settled if day == self.day else Decimal(0)
        return spent + sum((part.units for part in self.reserved.values() if part.day == day), Decimal(0))


def allowance_of(holder: str) -> str:
    """The stream that counts for a key or a studio."""
    return f"allowance_{suffix_of(holder)}"


def day_of(now: int) -> int:
    """Days since 1970 (UTC) of a time in microseconds."""
    return now // DAY_US


def must_allow(state: Allowance, holder: str, units: Decimal, *, day: int, most: Decimal) -> None:
    """Raises AllowanceExceeded. A price of nothing is always allowed."""
    if not units or state.committed(day) + units <= most:
        return
    left = max(Decimal(0), most - state.committed(day))
    raise AllowanceExceeded(
        f"{holder} has {plain(left)} of {plain(most)} units left today, and this takes {plain(units)}",
        hint="come again after midnight UTC, or have an admin raise its limit",
        left_units=plain(left),
        needed_units=plain(units),
    )


def decide(command: Command, state: Allowance, _reads: Reads) -> Sequence[Event]:
    match command:
        case ReserveAllowance():
            return _reserve(command, state)
        case SettleAllowance(submission=submission, units=units):
            part = state.reserved.get(submission)
            if part is None:
                return []
            return [
                AllowanceSettled(submission=submission, units=plain(part.units) if units is None else units)
            ]
        case ReleaseAllowance(submission=submission):
            return [AllowanceReleased(submission=submission)] if submission in state.reserved else []
        case _:
            raise unexpected(command)


def _reserve(command: ReserveAllowance, state: Allowance) -> Sequence[Event]:
    if command.submission in state.reserved:
        return []
    must_allow(state, command.holder, Decimal(command.units), day=command.day, most=Decimal(command.most))
    return [AllowanceReserved(submission=command.submission, units=command.units, day=command.day)]


def evolve(state: Allowance, event: Event) -> Allowance:
    match event:
        case AllowanceReserved(submission=submission):
            reserved = {**state.reserved, submission: Part(event.day, Decimal(event.units))}
            return replace(_turned(state, event.day), reserved=reserved)
        case AllowanceSettled(submission=submission):
            part = state.reserved.get(submission)
            today = part is not None and part.day == state.day
            settled = state.settled + Decimal(event.units) if today else state.settled
            return replace(state, reserved=_without(state.reserved, submission), settled=settled)
        case AllowanceReleased(submission=submission):
            return replace(state, reserved=_without(state.reserved, submission))
        case _:
            raise unexpected(event)


def _turned(state: Allowance, day: int) -> Allowance:
    """A new day begins with nothing spent."""
    return replace(state, day=day, settled=Decimal(0)) if day > state.day else state


def _without(reserved: Mapping[str, Part], submission: str) -> Mapping[str, Part]:
    return {name: part for name, part in reserved.items() if name != submission}


DECIDER = Decider(Allowance(), decide, evolve)
