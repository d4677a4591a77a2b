"""What is told of the whole installation: each gauge with the question it answers, its meaning, and how it is read.

None bears an id or a name: whose money, work or deadline it is, `continuity queue` and the API tell whoever has a key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple, get_args

from api.metrics import Measure
from generation.desk import BUDGET, RESTORED
from registry.events.account import FindingKind
from registry.views.vitals import Vitals

STAGES: Final = (
    *("requested", "parent", "approval", "voided", "planned"),
    *("intended", "unknown", "disproved", "quarantined", "waiting", "held", "absent"),
    *("confirmed", "processing", "succeeded", "stored", "closed"),
)
"""Of open work; every one is told, also when nothing is there."""
_FILLS: Final = (("below_half", 0.5), ("below_80", 0.8), ("below_full", 1.0), ("full", float("inf")))
Told = Iterable[tuple[tuple[str, ...], float | None]]


class Gauge(NamedTuple):
    """A measure and how it is read: label values and number; a number that does not exist now is None, and is left out.

    `asks` is the question it answers.
    """

    asks: str
    measure: Measure
    read: Callable[[Vitals, float], Told]


def _plain(asks: str, name: str, meaning: str, read: Callable[[Vitals, float], float | None]) -> Gauge:
    measure = Measure(f"continuity_{name}", "gauge", meaning)
    return Gauge(asks, measure, lambda seen, now: [((), read(seen, now))])


def _by(
    asks: str,
    name: str,
    meaning: str,
    label: str,
    read: Callable[[Vitals, float], Iterable[tuple[str, float | None]]],
) -> Gauge:
    measure = Measure(f"continuity_{name}", "gauge", meaning, (label,))
    return Gauge(asks, measure, lambda seen, now: [((value,), number) for value, number in read(seen, now)])


def _since(microseconds: int | None, now: float) -> float:
    """Seconds since then; 0 when there is nothing."""
    return 0.0 if microseconds is None else max(0.0, now - microseconds / 1_000_000)


def _until(microseconds: int | None, now: float) -> float | None:
    """Seconds until then, negative when it is past; None when there is nothing."""
    return None if microseconds is None else microseconds / 1_000_000 - now


def _filled(limited: Iterable[float]) -> Iterator[tuple[str, float]]:
    shares, before = list(limited), 0.0
    for name, upto in _FILLS:
        yield name, sum(before <= share < upto for share in shares)
        before = upto


_MONEY: Final = "Is money at risk?"
_STUCK: Final = "Is anything stuck?"
_FULL: Final = "How full are slots and budgets?"
_TOLD: Final = "Is everybody told?"
_DEADLINES: Final = "How long until deadlines?"

GAUGES: Final = (
    _by(
        _MONEY,
        "unknown_calls",
        "Paid calls whose outcome nobody knows: `unknown` is being looked up, `quarantined` waits for a person.",
        "state",
        lambda seen, _: [(state, risk.calls) for state, risk in seen.money.risks.items()],
    ),
    _by(
        _MONEY,
        "unknown_units",
        "What these calls may have cost, in Kling's units.",
        "state",
        lambda seen, _: [(state, float(risk.units)) for state, risk in seen.money.risks.items()],
    ),
    _by(
        _MONEY,
        "unknown_oldest_seconds",
        "How long ago the oldest of them was sent; 0 when there is none.",
        "state",
        lambda seen, now: [(state, _since(risk.since, now)) for state, risk in seen.money.risks.items()],
    ),
    _plain(
        _MONEY,
        "restored_studios",
        "Studios whose database is older than what was sent from it, with something that waits to be sent.",
        lambda seen, _: seen.progress.studios.get(RESTORED, 0),
    ),
    _by(
        _MONEY,
        "reconciliation_findings",
        "What the newest comparison of each account with Kling found (`charge`: Kling charged and "
        "the log has no event of it; `not_in_log`: a task nothing stands for; docs/how-to/reconcile.md names them all).",
        "kind",
        lambda seen, _: [(kind, seen.money.findings.get(kind, 0)) for kind in get_args(FindingKind)],
    ),
    _plain(
        _MONEY,
        "reconciliation_oldest_seconds",
        "How long ago the account that was compared the longest ago was; 0 before the first.",
        lambda seen, now: _since(seen.money.compared_at, now),
    ),
    _by(
        _STUCK,
        "work",
        "Open generations, and elements and voices in the making, by stage (docs/reference/submissions.md).",
        "stage",
        lambda seen, _: [(stage, seen.progress.stages.get(stage, 0)) for stage in STAGES],
    ),
    _plain(
        _STUCK,
        "due_oldest_seconds",
        "How long the longest due work that needs no slot has waited for a worker.",
        lambda seen, now: _since(seen.progress.due_since, now),
    ),
    _plain(
        _STUCK,
        "unsent_oldest_seconds",
        "How long ago the oldest request was made that is not sent yet.",
        lambda seen, now: _since(seen.progress.asked_since, now),
    ),
    _plain(
        _STUCK,
        "leases_held",
        "Pieces of work, and rounds, that somebody is at.",
        lambda seen, _: seen.progress.kept,
    ),
    _plain(
        _STUCK,
        "leases_expired",
        "Those whose holder was not heard of again, and that nobody has taken up since.",
        lambda seen, _: seen.progress.expired,
    ),
    _plain(
        _STUCK,
        "attempts_most",
        "The most often any work was taken up since it last moved forward; polls count.",
        lambda seen, _: seen.progress.attempts,
    ),
    _plain(
        _STUCK,
        "work_in_vain",
        "Work that was taken up five times or more without moving forward.",
        lambda seen, _: seen.progress.vain,
    ),
    _by(
        _STUCK,
        "work_put_off",
        "Work that is not sent because of a `budget` or a day's allowance, or because the database was `restored`.",
        "why",
        lambda seen, _: [(why, seen.progress.waiting.get(why, 0)) for why in (BUDGET, RESTORED)],
    ),
    _plain(_STUCK, "accounts", "Kling accounts.", lambda seen, _: seen.money.accounts),
    _plain(
        _STUCK,
        "accounts_held",
        "Accounts with calls that are held, by Kling's refusal or by a person.",
        lambda seen, _: seen.money.held,
    ),
    _plain(
        _FULL,
        "slots",
        "Slots of the lanes (account and model) that are in use.",
        lambda seen, _: seen.slots.slots,
    ),
    _plain(_FULL, "slots_taken", "Slots with a task in them.", lambda seen, _: seen.slots.open),
    _plain(
        _FULL,
        "slots_wanted",
        "Work that waits for a slot, or to be sent again.",
        lambda seen, _: seen.slots.waiting,
    ),
    _plain(_FULL, "lanes", "Lanes that are in use.", lambda seen, _: seen.slots.lanes),
    _plain(_FULL, "lanes_full", "Lanes without a free slot.", lambda seen, _: seen.slots.full),
    _plain(
        _FULL,
        "lanes_paused",
        "Lanes that Kling said are full, and that are left alone for a while.",
        lambda seen, _: seen.slots.paused,
    ),
    _by(
        _FULL,
        "budgets",
        "Open productions with a budget, by how much of it is reserved or spent.",
        "fill",
        lambda seen, _: _filled(seen.money.budgets),
    ),
    _by(
        _FULL,
        "allowances",
        "Keys and studios whose day (UTC) is limited, by how much of today's units is set aside or spent.",
        "fill",
        lambda seen, _: _filled(seen.money.allowances),
    ),
    _plain(
        _FULL,
        "reserved_units",
        "Units set aside for paid calls under way.",
        lambda seen, _: float(seen.money.reserved),
    ),
    _plain(_FULL, "settled_units", "Units spent so far.", lambda seen, _: float(seen.money.settled)),
    _by(
        _TOLD,
        "webhooks",
        "Webhooks, by whether they tell or are `paused`.",
        "state",
        lambda seen, _: [("active", seen.abroad.active), ("paused", seen.abroad.paused)],
    ),
    _plain(
        _TOLD,
        "webhook_lag_events",
        "Events that the active webhook furthest behind has not come to.",
        lambda seen, _: seen.abroad.behind,
    ),
    _plain(
        _TOLD,
        "webhook_lag_seconds",
        "How long ago the oldest event was recorded that an active webhook has not delivered; 0 when there is none.",
        lambda seen, now: _since(seen.abroad.since, now),
    ),
    _plain(
        _TOLD,
        "webhook_streams_behind",
        "Streams whose next event failed and is tried again; other streams pass them by.",
        lambda seen, _: seen.abroad.stragglers,
    ),
    _plain(
        _TOLD,
        "webhook_dead_letters",
        "Events that are not tried any more (`continuity webhooks dead-letters`).",
        lambda seen, _: seen.abroad.dead,
    ),
    _plain(
        _DEADLINES,
        "results_unfetched",
        "Paid results that are not in our store yet.",
        lambda seen, _: seen.deadlines.unfetched,
    ),
    _plain(
        _DEADLINES,
        "result_deleted_in_seconds",
        "Until Kling deletes the first of them.",
        lambda seen, now: _until(seen.deadlines.result_until, now),
    ),
    _plain(
        _DEADLINES,
        "consents_ending",
        "Consents that end within 30 days.",
        lambda seen, _: seen.deadlines.consents,
    ),
    _plain(
        _DEADLINES,
        "consent_ends_in_seconds",
        "Until the next consent ends.",
        lambda seen, now: _until(seen.deadlines.consent_until, now),
    ),
    _plain(
        _DEADLINES,
        "needed_in_seconds",
        "Until open work is needed first (`needed_by`); negative when that is past.",
        lambda seen, now: _until(seen.deadlines.needed_by, now),
    ),
    _plain(
        _DEADLINES,
        "needed_missed",
        "Open work that was needed by now.",
        lambda seen, _: seen.deadlines.missed,
    ),
)
