"""The gauges of the whole installation, read when somebody asks: from the views, in one snapshot, at most once a second.

When the registry cannot be read there is one line that says so, and no old number.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.gauges import GAUGES, Told
from api.metrics import Measure
from generation.desk import BUDGET, RESTORED
from registry.errors import RegistryError
from registry.log.feed.subscriptions import lags
from registry.registry import Connection, Registry
from registry.views.vitals import Vitals, vitals

FRESH_SECONDS: Final = 1.0
READABLE: Final = Measure(
    "continuity_registry_readable", "gauge", "1 when the numbers of the installation could be read, else 0."
)
READERS: Final = (
    Measure(
        "continuity_reader_lag_events",
        "gauge",
        "Events that the reader is not done with; of one name in several studios, the most.",
        ("reader",),
    ),
    Measure(
        "continuity_reader_lag_seconds",
        "gauge",
        "How long ago the first of them was recorded; 0 when it has caught up.",
        ("reader",),
    ),
    Measure("continuity_readers", "gauge", "Readers of the feed that have a name."),
)
"""The furthest behind are told by name, so that names made by the thousand cannot swamp who collects; all are counted."""
MOST_READERS: Final = 50


class Seen(NamedTuple):
    """The numbers of one moment, and every reader's lag: name, events, seconds."""

    vitals: Vitals
    lags: tuple[tuple[str, int, float], ...]


class InstallationGauges(Collector):
    """Read at most once a second, whoever asks however often; readers wait for the one that looks."""

    def __init__(self, registry: Registry, *, slots: int) -> None:
        self._registry, self._slots = registry, slots
        self._turn = threading.Lock()
        self._seen: Seen | None = None
        self._seen_at = float("-inf")
        self._collected = CollectorRegistry()
        self._collected.register(self)

    def page(self) -> bytes:
        """Everything, as the text Prometheus reads."""
        return generate_latest(self._collected)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing is read to find out what there is."""
        return [
            GaugeMetricFamily(one.name, one.meaning)
            for one in (READABLE, *READERS, *(gauge.measure for gauge in GAUGES))
        ]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        seen, now = self._look(), self._registry.clock() / 1_000_000
        yield _family(READABLE, [((), float(seen is not None))])
        if seen is not None:
            yield from (_family(gauge.measure, gauge.read(seen.vitals, now)) for gauge in GAUGES)
            yield from _of_readers(seen.lags)

    def _look(self) -> Seen | None:
        with self._turn:
            if time.monotonic() - self._seen_at > FRESH_SECONDS:
                self._seen = self._read()
                self._seen_at = time.monotonic()
            return self._seen

    def _read(self) -> Seen | None:
        try:
            with self._registry.snapshot() as connection:
                now = self._registry.clock()
                seen = vitals(connection, now=now, slots=self._slots, memories=(BUDGET, RESTORED))
                return Seen(seen, _lags(connection, now))
        except RegistryError:
            return None


def _lags(connection: Connection, now: int) -> tuple[tuple[str, int, float], ...]:
    """Every named reader of the feed, as the log knows it."""
    return tuple((one.name, one.events, one.age_us / 1_000_000) for one in lags(connection, now=now))


def _of_readers(behind: Iterable[tuple[str, int, float]]) -> Iterator[GaugeMetricFamily]:
    events: dict[str, int] = {}
    ages: dict[str, float] = {}
    count = 0
    for name, many, seconds in behind:
        events[name], ages[name] = max(events.get(name, 0), many), max(ages.get(name, 0.0), seconds)
        count += 1
    told = sorted(events, key=lambda name: (-events[name], name))[:MOST_READERS]
    of_events, of_ages, of_count = READERS
    yield _family(of_events, [((name,), float(events[name])) for name in told])
    yield _family(of_ages, [((name,), ages[name]) for name in told])
    yield _family(of_count, [((), float(count))])


def _family(measure: Measure, told: Told) -> GaugeMetricFamily:
    family = GaugeMetricFamily(measure.name, measure.meaning, labels=measure.labels)
    for values, number in told:
        if number is not None:
            family.add_metric(values, number)
    return family
