"""Productions: shows, the Kling account that pays for them, and what they may spend.

A paid call's price is reserved in the append of its intent, under the head lock, so any number of submitters together can never
overspend; it is settled with what the provider took, or released when nothing was charged (invariant I8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from registry.deciders.account import Account
from registry.deciders.command import (
    NAME_LENGTH,
    AlreadyClosed,
    Command,
    Decider,
    Reads,
    checked_text,
    must_be_new,
    must_exist,
    read,
    unexpected,
)
from registry.deciders.pins import MovePin, PinCharacter, Pins, ReleasePin, decide_pin, evolve_pins
from registry.errors import Refusal
from registry.events.envelope import Event
from registry.events.pins import CharacterPinned, PinReleased
from registry.events.production import (
    AccountChosen,
    ApprovalRuleSet,
    BudgetReleased,
    BudgetReserved,
    BudgetSet,
    BudgetSettled,
    ProductionClosed,
    ProductionOpened,
    ShareSet,
    TerritoriesSet,
)
from registry.events.references import plain


class BudgetExceeded(Refusal):
    """The production's budget does not hold this much more."""

    code = "budget-exceeded"


class BudgetTooSmall(Refusal):
    """The budget would be smaller than what is spent and reserved already."""

    code = "budget-too-small"


@dataclass(frozen=True, kw_only=True)
class OpenProduction(Command):
    """Begin a show. `unplaced` is the id of the scene that takes requests naming no scene; open it in the same append."""

    name: str
    unplaced: str


@dataclass(frozen=True, kw_only=True)
class ChooseAccount(Command):
    """Send this show's requests under that account."""

    account: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.account,)


@dataclass(frozen=True, kw_only=True)
class CloseProduction(Command):
    """Take no further scenes or requests."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class SetBudget(Command):
    """The most this production may spend in all, in units; None is no limit."""

    units: str | None


@dataclass(frozen=True, kw_only=True)
class ReserveBudget(Command):
    """Set units aside for one paid call; stands in the append of its intent."""

    submission: str
    subject: str
    units: str


@dataclass(frozen=True, kw_only=True)
class SettleBudget(Command):
    """What the call cost. None: nobody knows, so all that was reserved is taken as spent."""

    submission: str
    units: str | None


@dataclass(frozen=True, kw_only=True)
class ReleaseBudget(Command):
    """Nothing was charged."""

    submission: str


@dataclass(frozen=True, kw_only=True)
class SetApprovalRule(Command):
    """Plans dearer than `above_units` wait for a person; None is no such rule."""

    above_units: str | None


@dataclass(frozen=True, kw_only=True)
class SetShare(Command):
    """The production's weight among those that wait for the same slots."""

    weight: int


@dataclass(frozen=True, kw_only=True)
class SetTerritories(Command):
    """Where the show is released, as ISO 3166-1 alpha-2 codes; empty is the whole world."""

    territories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Production:
    """A production as it is. `reserved` holds what each open paid call has set aside, in units; `settled` all that was spent."""

    exists: bool = False
    name: str = ""
    unplaced: str = ""
    account: str | None = None
    budget: Decimal | None = None
    reserved: Mapping[str, Decimal] = field(default_factory=dict)
    settled: Decimal = Decimal(0)
    approval_above: Decimal | None = None
    weight: int = 1
    closed: bool = False
    territories: tuple[str, ...] = ()
    pins: Pins = field(default_factory=dict)

    @property
    def committed(self) -> Decimal:
        """Spent and set aside, in units."""
        return self.settled + sum(self.reserved.values(), Decimal(0))


def decide(command: Command, state: Production, reads: Reads) -> Sequence[Event]:
    if isinstance(command, OpenProduction):
        must_be_new(state.exists, command.stream)
        name = checked_text(command.name, "name", most=NAME_LENGTH, least=1)
        return [ProductionOpened(name=name, unplaced=command.unplaced)]
    must_exist(state.exists, command.stream)
    match command:
        case ReserveBudget():
            return _reserve(command, state)
        case SettleBudget():
            return _settle(command, state)
        case ReleaseBudget(submission=submission):
            units = state.reserved.get(submission)
            return [] if units is None else [BudgetReleased(submission=submission, units=plain(units))]
    must_be_open(state, command.stream)
    match command:
        case ChooseAccount():
            read(reads, command.account, Account)
            return [] if command.account == state.account else [AccountChosen(account=command.account)]
        case SetBudget():
            return _set_budget(command, state)
        case SetApprovalRule(above_units=above):
            return _set_approval_rule(ApprovalRuleSet(above_units=above), state)
        case SetShare(weight=weight):
            return [] if weight == state.weight else [ShareSet(weight=weight)]
        case SetTerritories(territories=territories):
            wanted = TerritoriesSet(territories=tuple(sorted(set(territories))))
            return [] if wanted.territories == state.territories else [wanted]
        case PinCharacter() | ReleasePin() | MovePin():
            return decide_pin(command, state.pins, reads)
        case CloseProduction():
            return [ProductionClosed(reason=checked_text(command.reason, "reason"))]
        case _:
            raise unexpected(command)


def must_afford(state: Production, stream: str, units: Decimal) -> None:
    """Raises BudgetExceeded. A price of nothing can always be afforded."""
    if state.budget is None or not units or state.committed + units <= state.budget:
        return
    left = max(Decimal(0), state.budget - state.committed)
    raise BudgetExceeded(
        f"{stream} has {plain(left)} of {plain(state.budget)} units left, and this takes {plain(units)}",
        hint="raise the production's budget, or wait until what is reserved is released",
        left_units=plain(left),
        needed_units=plain(units),
    )


def _reserve(command: ReserveBudget, state: Production) -> Sequence[Event]:
    if command.submission in state.reserved:
        return []
    must_afford(state, command.stream, Decimal(command.units))
    return [BudgetReserved(submission=command.submission, subject=command.subject, units=command.units)]


def _settle(command: SettleBudget, state: Production) -> Sequence[Event]:
    """Quiet when the call has nothing open: it was settled or released before."""
    reserved = state.reserved.get(command.submission)
    if reserved is None:
        return []
    basis: Literal["charged", "assumed"] = "assumed" if command.units is None else "charged"
    units = plain(reserved) if command.units is None else command.units
    return [BudgetSettled(submission=command.submission, units=units, reserved=plain(reserved), basis=basis)]


def _set_budget(command: SetBudget, state: Production) -> Sequence[Event]:
    wanted = BudgetSet(units=command.units)
    budget = None if wanted.units is None else Decimal(wanted.units)
    if budget == state.budget:
        return []
    if budget is not None and budget < state.committed:
        raise BudgetTooSmall(
            f"{command.stream} has spent {plain(state.settled)} and reserved "
            f"{plain(state.committed - state.settled)} units, more than a budget of {wanted.units}",
            hint="set at least what is spent and reserved",
            committed_units=plain(state.committed),
            spent_units=plain(state.settled),
            reserved_units=plain(state.committed - state.settled),
        )
    return [wanted]


def _set_approval_rule(wanted: ApprovalRuleSet, state: Production) -> Sequence[Event]:
    above = None if wanted.above_units is None else Decimal(wanted.above_units)
    return [] if above == state.approval_above else [wanted]


def must_be_open(state: Production, stream: str) -> None:
    """Raises AlreadyClosed."""
    if state.closed:
        raise AlreadyClosed(f"{stream} is closed", hint="open another production")


def evolve(state: Production, event: Event) -> Production:
    match event:
        case ProductionOpened():
            return Production(exists=True, name=event.name, unplaced=event.unplaced)
        case AccountChosen():
            return replace(state, account=event.account)
        case BudgetSet():
            return replace(state, budget=None if event.units is None else Decimal(event.units))
        case BudgetReserved():
            return replace(state, reserved={**state.reserved, event.submission: Decimal(event.units)})
        case BudgetSettled():
            settled = state.settled + Decimal(event.units)
            return replace(state, reserved=_without(state.reserved, event.submission), settled=settled)
        case BudgetReleased():
            return replace(state, reserved=_without(state.reserved, event.submission))
        case ApprovalRuleSet(above_units=above):
            return replace(state, approval_above=None if above is None else Decimal(above))
        case ShareSet():
            return replace(state, weight=event.weight)
        case TerritoriesSet():
            return replace(state, territories=event.territories)
        case CharacterPinned() | PinReleased():
            return replace(state, pins=evolve_pins(state.pins, event))
        case ProductionClosed():
            return replace(state, closed=True)
        case _:
            raise unexpected(event)


def _without(reserved: Mapping[str, Decimal], submission: str) -> Mapping[str, Decimal]:
    return {name: units for name, units in reserved.items() if name != submission}


DECIDER = Decider(Production(), decide, evolve)
