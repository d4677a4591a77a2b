"""The figures of `rebuild.py`, which measures one engine in processes of its own, as a report of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from benchmarks.report import Compared, Figure, Report
from benchmarks.timing import Spread

WAYS: Final = {
    "read": "read and decode",
    "equal": "rebuild, nothing differs",
    "repaired": "rebuild, all rows missing",
}
ABOUT = """Events a second from the beginning of a log to the certificate, once each, in a process of its own beside which
nothing wrote. `read and decode` is the limit: the same events in order, and nothing done with them. {logs}."""


def rebuilds(said: Mapping[str, Mapping[str, Any]]) -> Report:
    """What `rebuild.py --json` said, by engine."""
    figures: list[Figure] = []
    compared: list[Compared] = []
    logs = []
    for engine, told in said.items():
        events, grown = int(told["filled"]["events"]), told["equal"]["grown_mb"]
        logs.append(f"{engine}: {events:,} events, memory grew by {grown:.0f} MB")
        figures += [Figure(engine, way, "events/s", _once(told[name])) for name, way in WAYS.items()]
        whole = _once(told["equal"])
        compared.append(Compared(engine, WAYS["equal"], whole, unit="events/s", aim=told["aim"]))
        for name in ("equal", "repaired"):
            compared.append(_within(engine, told, name))
        ratio = whole.median / _once(told["read"]).median
        compared.append(Compared(engine, "rebuild / read and decode", Spread.of([ratio])))
    return Report("Rebuild", ABOUT.format(logs="; ".join(logs)), tuple(figures), tuple(compared))


def _within(engine: str, told: Mapping[str, Any], name: str) -> Compared:
    """By how much the memory grew, beside the most that it may."""
    grown = Spread.of([told[name]["grown_mb"]])
    return Compared(engine, f"{WAYS[name]}, memory", grown, unit="MB", aim=told["bound_mb"], most=True)


def _once(told: Mapping[str, float]) -> Spread:
    return Spread.of([told["events_per_second"]])
