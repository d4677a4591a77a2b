"""What a verification found: of each log how far it is proven and what is wrong where, and the verdict in one word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

Verdict = Literal["good", "tampered", "cannot tell"]
EXIT: Final[dict[Verdict, int]] = {"good": 0, "tampered": 1, "cannot tell": 2}
Kind = Literal[
    "changed",
    "hole",
    "order",
    "version",
    "time",
    "kind",
    "root",
    "truncated",
    "missing",
    "fork",
    "head",
    "unreadable",
]
MOST_FINDINGS: Final = 100
"""Of one log; what comes after so many is counted, not told."""


class Finding(NamedTuple):
    """Something wrong: what kind of wrong, at which position (0: of the log as a whole), and in words."""

    kind: Kind
    position: int
    message: str


@dataclass
class LogReport:
    """One log: its events as they are, the root over them, and how far held checkpoints prove it.

    `doubts` are reasons why nobody can tell, `more` how many findings were not kept.
    """

    log: str
    events: int = 0
    root: bytes = b""
    proven: int = 0
    checkpoints: int = 0
    findings: list[Finding] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    more: int = 0

    def found(self, kind: Kind, position: int, message: str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(kind, position, message))
        else:
            self.more += 1

    def told(self) -> dict[str, Any]:
        """For programs."""
        return {
            "log": self.log,
            "events": self.events,
            "root": self.root.hex(),
            "proven_to": self.proven,
            "checkpoints": self.checkpoints,
            "findings": [one._asdict() for one in self.findings],
            "findings_not_told": self.more,
            "doubts": self.doubts,
        }


@dataclass
class Report:
    """All logs that were looked at, and what stands in the way of a verdict as a whole."""

    logs: Sequence[LogReport]
    doubts: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """Anything wrong outweighs anything unknown."""
        if any(log.findings for log in self.logs):
            return "tampered"
        return "cannot tell" if self.doubts or any(log.doubts for log in self.logs) else "good"

    @property
    def exit_code(self) -> int:
        return EXIT[self.verdict]

    def told(self) -> dict[str, Any]:
        """For programs."""
        logs = [log.told() for log in self.logs]
        return {"verdict": self.verdict, "exit_code": self.exit_code, "doubts": self.doubts, "logs": logs}

    def lines(self) -> Iterator[str]:
        """For people: the verdict, then of each log what was found."""
        yield f"verdict: {self.verdict}"
        yield from (f"  {doubt}" for doubt in self.doubts)
        for log in self.logs:
            yield f"{log.log}: {log.events} events, proven to {log.proven} by {log.checkpoints} checkpoints"
            for one in log.findings:
                yield (
                    f"  {one.kind} at position {one.position}: {one.message}"
                    if one.position
                    else f"  {one.kind}: {one.message}"
                )
            if log.more:
                yield f"  and {log.more} findings more"
            yield from (f"  cannot tell: {doubt}" for doubt in log.doubts)
