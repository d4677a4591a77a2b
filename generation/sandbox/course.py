"""The way of whatever a create POST makes, from submitted to its end, as a function of record and time (contract 5, 15.2)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal
from typing import Literal

Status = Literal["submitted", "processing", "succeed", "failed"]


class Course(ABC):
    """What a record of a task or a creation says of its way. Times are virtual seconds, units are decimal text."""

    created: float
    units: str
    fail_message: str

    @property
    @abstractmethod
    def begins(self) -> float:
        """When it is taken up."""

    @property
    @abstractmethod
    def ends(self) -> float:
        """When it has succeeded, or failed."""

    def open(self, now: float) -> bool:
        """Whether it is under way; a film holds its slot until then, failure included (contract 10)."""
        return now < self.ends

    def status(self, now: float) -> Status:
        if now < self.begins:
            return "submitted"
        if self.open(now):
            return "processing"
        return "failed" if self.fail_message else "succeed"

    def updated(self, now: float) -> float:
        """When the current status began."""
        return {"submitted": self.created, "processing": self.begins}.get(self.status(now), self.ends)

    def changes(self) -> list[tuple[Status, float]]:
        """Every status it will have had, and when each began; one that lasts no time is skipped."""
        changes: list[tuple[Status, float]] = [("failed" if self.fail_message else "succeed", self.ends)]
        if self.begins < self.ends:
            changes.insert(0, ("processing", self.begins))
        if self.created < self.begins:
            changes.insert(0, ("submitted", self.created))
        return changes

    def billed(self, now: float) -> Decimal:
        """Units are taken on completion, and a failure costs nothing (K1; failures are a guess)."""
        return Decimal(self.units) if self.status(now) == "succeed" else Decimal(0)

    def held(self, now: float) -> Decimal:
        """Units that are spent or promised: what the balance check counts."""
        return Decimal(self.units) if self.open(now) else self.billed(now)
