"""What a day's paid calls may cost, by key and by studio: looked at at the door, set aside with the intent, settled at the end.

Who asked for something pays for it, whoever approves it and whichever process sends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from generation.gaps import NO_ALLOWANCE
from generation.rules.finding import Finding
from registry.deciders.allowance import (
    Allowance,
    AllowanceExceeded,
    ReleaseAllowance,
    ReserveAllowance,
    SettleAllowance,
    allowance_of,
    day_of,
    must_allow,
)
from registry.deciders.command import Command
from registry.deciders.submission import Submission
from registry.events.ids import SYSTEM_LOG
from registry.registry import Registry
from registry.views import access
from registry.views.access import Limits

ASKING: Final = ("GenerationRequested", "ElementMintRequested", "VoiceMintRequested")
"""The events by which somebody asks for what costs something."""


class Purse(NamedTuple):
    """A limit that a call counts for: the key or studio it is of, and the units of a day."""

    holder: str
    most: str


class Then(NamedTuple):
    """A position of the studio's log, and the time it is judged at (microseconds since 1970)."""

    position: int
    at_us: int


def purses(registry: Registry, studio: str, payer: str, then: Then | None = None) -> tuple[Purse, ...]:
    """The limits that what `payer` (the actor of an event) asks for counts for; none where nothing is limited."""
    if then is not None:
        return _purses(_limits_then(registry, studio, payer, then.at_us))
    with registry.reading(SYSTEM_LOG) as connection:
        key = access.find_key(connection, payer)
        limits = {payer: key.limits} if key else {}
        if key is None:
            known = {one.id: one.limits for one in access.studios(connection)}
            limits[studio] = known.get(studio, Limits())
        else:
            limits[studio] = key.studio_limits
    return _purses(limits)


def _limits_then(registry: Registry, studio: str, payer: str, at_us: int) -> dict[str, Limits]:
    """Limits stand in the system log, as does who may what: they are as they were at that time."""
    with registry.snapshot(SYSTEM_LOG) as connection:
        position = registry.position_at(connection, SYSTEM_LOG, at_us)
        found = registry.states(connection, SYSTEM_LOG, [payer, studio], as_of=position)
    limits = {holder: found[holder].state.limits for holder in (payer, studio) if holder in found}
    return {holder: Limits(units_per_day=limit.units_per_day) for holder, limit in limits.items()}


def _purses(limits: Mapping[str, Limits]) -> tuple[Purse, ...]:
    return tuple(
        Purse(holder, limit.units_per_day)
        for holder, limit in limits.items()
        if limit.units_per_day is not None
    )


def payers_purses(registry: Registry, studio: str, subject: str) -> tuple[Purse, ...]:
    """The same for whoever asked for `subject` last."""
    return purses(registry, studio, registry.actor_of(studio, subject, ASKING) or "")


def must_be_allowed(
    registry: Registry, studio: str, payer: str, units: Decimal, then: Then | None = None
) -> None:
    """At the door: what is asked for must fit into today, or into the day of `then`. Raises AllowanceExceeded."""
    today = day_of(registry.clock() if then is None else then.at_us)
    position = None if then is None else then.position
    for purse in purses(registry, studio, payer, then):
        state: Allowance = registry.state(studio, allowance_of(purse.holder), as_of=position).state
        must_allow(state, purse.holder, units, day=today, most=Decimal(purse.most))


def not_allowed(
    registry: Registry, studio: str, payer: str, units: Decimal, then: Then | None = None
) -> tuple[Finding, ...]:
    """The same as a finding of a preview."""
    try:
        must_be_allowed(registry, studio, payer, units, then)
    except AllowanceExceeded as refused:
        return (NO_ALLOWANCE.at("takes", refused.message),)
    return ()


def reserving(found: Iterable[Purse], submission: str, units: str, *, now: int) -> list[Command]:
    """Set the price aside for today, in the append of the intent."""
    return [
        ReserveAllowance(
            stream=allowance_of(purse.holder),
            holder=purse.holder,
            submission=submission,
            units=units,
            day=day_of(now),
            most=purse.most,
        )
        for purse in found
    ]


def settling(paid: Submission, stream: str, units: str | None) -> list[Command]:
    """What the call whose stream it is has cost; None when nobody knows."""
    return [SettleAllowance(stream=name, submission=stream, units=units) for name in _drawn(paid)]


def closing(paid: Submission, stream: str, *, abandoned: bool) -> list[Command]:
    """Its end: what is still set aside is free again, unless nobody knows whether an abandoned call was charged."""
    if abandoned:
        return settling(paid, stream, None)
    return [ReleaseAllowance(stream=name, submission=stream) for name in _drawn(paid)]


def _drawn(paid: Submission) -> tuple[str, ...]:
    return paid.intent.allowances if paid.intent else ()
