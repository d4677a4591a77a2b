"""The provider's tasks against our submissions: what fits, what differs, and the sums. Pure.

A task is matched by its own id first (a person may have adopted one that bears no id of ours), then by our external id.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from registry.deciders.account import Finding
from registry.events.account import (
    ChargeWithoutEventFound,
    EventWithoutChargeFound,
    FindingKind,
    Orphan,
    OrphanTaskFound,
    ReconciliationFinding,
    UnitSums,
)
from registry.events.references import plain
from registry.views.submissions import SubmissionCard

MOST_FINDINGS: Final = 500
"""So many stand in a report; orphans and charges beyond them are events all the same."""
SETTLES_WITHIN: Final = 3_600 * 1_000_000
"""A task that ended, or became known to us, no longer ago than this (microseconds) may still be followed by a worker."""
GRAVEST_FIRST: Final[tuple[FindingKind, ...]] = (
    "twin", "after_end", "not_in_log", "charge", "no_charge", "missing", "adopted", "unlisted", "foreign",
)  # fmt: skip
FOR_A_PERSON: Final[frozenset[FindingKind]] = frozenset(GRAVEST_FIRST[:6])
"""Findings that do not settle themselves."""
_OURS: Final = re.compile(r"s-[0-9a-hjkmnp-tv-z]{26}")
_ADOPTS: Final = frozenset({"intended", "unknown", "quarantined", "disproved", "absent", "waiting", "held"})
_ENDED: Final = frozenset({"succeed", "failed"})
_ZERO: Final = Decimal(0)
_ORPHANS: Final[Mapping[Orphan, str]] = {
    "twin": "a second task of one submission: perhaps paid twice",
    "after_end": "its submission had ended without a task: perhaps charged for nothing",
    "not_in_log": "an id of our form that this log does not know: made by another studio or installation on this account, "
    "or this log was restored from an older backup",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A task as the provider lists it. Times are microseconds since 1970; `units` its deduction, None while it says none."""

    route: str
    task_id: str
    external_task_id: str
    status: str
    units: Decimal | None
    created_at: int | None
    updated_at: int | None


@dataclass(frozen=True, slots=True)
class Window:
    """Tasks created from `since` until before `until` (microseconds since 1970); None is no end."""

    since: int
    until: int | None = None

    def holds(self, task: Listed) -> bool:
        """A task without a date is never left out."""
        if task.created_at is None:
            return True
        return self.since <= task.created_at and (self.until is None or task.created_at < self.until)


@dataclass(frozen=True, slots=True)
class Difference:
    """A line of the report, and the event that records it, if it is one for the log."""

    finding: ReconciliationFinding
    event: Finding | None = None


@dataclass(slots=True)
class Comparison:
    """What came of it. `adopts` are tasks of submissions whose outcome was not known, and the submission of each."""

    tasks: int = 0
    submissions: int = 0
    adopts: list[tuple[SubmissionCard, Listed]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    units: Counter[str] = field(default_factory=Counter)

    def add(self, what: str, units: Decimal | None) -> None:
        self.units[what] = self.units.get(what, _ZERO) + (units or _ZERO)  # type: ignore[assignment]

    def sums(self) -> UnitSums:
        said = {
            name: Decimal(self.units.get(name, 0))
            for name in ("theirs", "ours", "foreign", "orphans", "open")
        }
        gap = said["theirs"] - said["ours"] - said["foreign"] - said["orphans"] - said["open"]
        return UnitSums(gap=plain(gap), **{name: plain(units) for name, units in said.items()})


def compare(
    listed: Iterable[Listed], cards: Sequence[SubmissionCard], *, account: str, window: Window, now: int
) -> Comparison:
    """Match every task of the window with at most one submission, oldest first, so that a repeat says the same."""
    found = Comparison()
    by_task = {card.task_id: card for card in cards if card.task_id is not None and card.account == account}
    by_external = {card.external_task_id: card for card in cards}
    taken: set[str] = set()
    for task in sorted(listed, key=lambda task: (task.created_at or 0, task.task_id)):
        if not window.holds(task):
            continue
        found.tasks += 1
        found.add("theirs", task.units)
        card = by_task.get(task.task_id) or by_external.get(task.external_task_id)
        if card is None or card.account != account:
            _elsewhere(found, task, known=card is not None)
        elif card.task_id == task.task_id:
            found.submissions += 1
            _settled(found, card, task, now)
        elif card.task_id is not None or card.id in taken:
            _orphan(found, task, "twin", card.id)
        elif card.state in _ADOPTS:
            taken.add(card.id)
            found.submissions += 1
            found.adopts.append((card, task))
            found.add("open", task.units)
        else:
            _orphan(found, task, "after_end", card.id)
    return found


def report_of(findings: Iterable[ReconciliationFinding]) -> tuple[tuple[ReconciliationFinding, ...], int]:
    """The gravest of them, and how many are left out."""
    ordered = sorted(findings, key=lambda finding: GRAVEST_FIRST.index(finding.kind))
    return tuple(ordered[:MOST_FINDINGS]), max(0, len(ordered) - MOST_FINDINGS)


def not_listed(
    listed: Iterable[Listed], cards: Iterable[SubmissionCard], routes: set[str]
) -> Iterator[SubmissionCard]:
    """Those whose task no list holds, of routes that were read to the end."""
    ids = {task.task_id for task in listed}
    return (card for card in cards if card.route in routes and card.task_id not in ids)


def gone(card: SubmissionCard, kind: FindingKind, words: str) -> Difference:
    """The list does not hold a task that our log is sure of."""
    return Difference(
        ReconciliationFinding(
            kind=kind,
            task_id=card.task_id or "",
            words=words,
            submission=card.id,
            external_task_id=card.external_task_id,
            ours=card.units,
        )
    )


def adopted(card: SubmissionCard, task: Listed) -> Difference:
    """A task of ours that nobody knew of is followed from here on."""
    words = f"its outcome was {card.state}; it is followed from here on"
    return Difference(_line("adopted", task, words, submission=card.id))


def _elsewhere(found: Comparison, task: Listed, *, known: bool) -> None:
    """No submission of this account stands for it; `known` says that another account of this studio has it."""
    if not known and _OURS.fullmatch(task.external_task_id):
        _orphan(found, task, "not_in_log", None)
        return
    words = (
        "sent under another account of this studio" if known else "made in the console or by another program"
    )
    found.add("foreign", task.units)
    found.differences.append(Difference(_line("foreign", task, words)))


def _orphan(found: Comparison, task: Listed, kind: Orphan, submission: str | None) -> None:
    found.add("orphans", task.units)
    event = OrphanTaskFound(
        task_id=task.task_id,
        kind=kind,
        route=task.route,
        external_task_id=task.external_task_id,
        status=task.status,
        submission=submission,
        units=_text(task.units),
    )
    found.differences.append(Difference(_line(kind, task, _ORPHANS[kind], submission=submission), event))


def _settled(found: Comparison, card: SubmissionCard, task: Listed, now: int) -> None:
    """The deduction of a task that the log knows, against what the log has settled."""
    theirs, ours = task.units or _ZERO, Decimal(card.units or 0)
    followed = card.state in ("confirmed", "processing")
    since = max(task.updated_at or now, card.confirmed_at or 0)
    late = task.status in _ENDED and since + SETTLES_WITHIN <= now
    if followed and not late:
        found.add("open", task.units)
        return
    found.add("ours", ours)
    if theirs == ours:
        return
    if theirs > ours:
        words = (
            "it ended at the provider, and no worker has seen it"
            if followed
            else "more than the log has settled"
        )
        charge = ChargeWithoutEventFound(
            task_id=task.task_id, submission=card.id, theirs=plain(theirs), ours=card.units
        )
        line = _line("charge", task, words, submission=card.id, ours=card.units)
        found.differences.append(Difference(line, charge))
        return
    words = "the provider says no deduction" if task.units is None else "less than the log has settled"
    less = EventWithoutChargeFound(
        task_id=task.task_id, submission=card.id, ours=plain(ours), theirs=_text(task.units)
    )
    line = _line("no_charge", task, words, submission=card.id, ours=card.units)
    found.differences.append(Difference(line, less))


def _line(
    kind: FindingKind, task: Listed, words: str, *, submission: str | None = None, ours: str | None = None
) -> ReconciliationFinding:
    return ReconciliationFinding(
        kind=kind,
        task_id=task.task_id,
        words=words,
        submission=submission,
        external_task_id=task.external_task_id,
        theirs=_text(task.units),
        ours=ours,
    )


def _text(units: Decimal | None) -> str | None:
    return None if units is None else plain(units)
