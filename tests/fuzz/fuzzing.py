"""The same made-up requests to a service on each engine, one after the other: no fault, nothing undocumented, no difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.api.served.serving import running
from tests.fuzz.asking import Asker, Told
from tests.fuzz.cases import Probe, make_cases
from tests.fuzz.things import fill

IMPATIENT = {
    "CONTINUITY_KEY_REQUESTS_PER_MINUTE": "0",
    "CONTINUITY_STUDIO_REQUESTS_PER_MINUTE": "0",
    "CONTINUITY_STRANGERS_PER_MINUTE": "1000000",
    "CONTINUITY_POSITION_WAIT_SECONDS": "0.001",
    "CONTINUITY_WAIT_MOST_SECONDS": "0.001",
    "CONTINUITY_STREAMS_PER_KEY": "1000",
    "CONTINUITY_STREAMS_MOST": "1000",
    "KLING_CONNECT_SECONDS": "0.5",
}


@dataclass
class Verdict:
    """What was found: by operation and status how often, and everything that must not be."""

    asked: int = 0
    unsendable: int = 0
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def note(self, probe: Probe, told: dict[str, Told | None]) -> None:
        self.asked += 1
        heard = {engine: one for engine, one in told.items() if one is not None}
        self.unsendable += not heard
        label = f"#{probe.number} {probe.case.method} {probe.case.path}"
        for engine, one in heard.items():
            self.statuses[probe.case.operation.label, one.status] += 1
            if one.wrong:
                self.wrong.append(f"{label} on {engine}: {one.wrong}")
        said = {(one.status, one.code) for one in heard.values()}
        if len(said) > 1:
            self.wrong.append(
                f"{label} differs: { {engine: (one.status, one.code) for engine, one in heard.items()} }"
            )

    def line(self) -> str:
        asked, reached = self.asked_of(), self.reached()
        return (
            f"{self.asked} cases, {self.unsendable} that no client can send, {sum(self.statuses.values())} answers, "
            f"{len(reached)} of {len(asked)} operations did what they were asked, {len(self.wrong)} wrong"
        )

    def asked_of(self) -> set[str]:
        """The operations that were asked."""
        return {label for label, _ in self.statuses}

    def reached(self) -> set[str]:
        """The operations that did, at least once, what they were asked."""
        return {label for label, status in self.statuses if status < 300}


def fuzz(
    homes: dict[str, dict[str, str]],
    folder: Path,
    footage: bytes,
    *,
    cases: int,
    seed: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """`homes` are the settings of a service on each engine."""
    verdict = Verdict()
    with ExitStack() as stack:
        askers: dict[str, Asker] = {}
        for engine, settings in homes.items():
            service = stack.enter_context(running(folder / engine, **settings, **IMPATIENT))
            askers[engine] = stack.enter_context(Asker(service, fill(service, footage)))
        document: dict[str, Any] = next(iter(askers.values())).service.get("/openapi.json").json()
        probes: Sequence[Probe] = make_cases(document, cases, seed)
        for probe in probes:
            verdict.note(probe, {engine: asker.ask(probe) for engine, asker in askers.items()})
            progress(probe.number)
    return verdict
