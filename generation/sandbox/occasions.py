"""Which request is which: what a fault may match on, and the queue of faults that wait for theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from generation.sandbox.creations import Found
from generation.sandbox.faults import Fault, Moment


@dataclass(frozen=True)
class Occasion:
    """What a request looks like to the fault queue; a list is one occasion, and each task in it another."""

    on: Moment
    account: str = ""
    route: str = ""
    external_task_id: str = ""
    task_id: str = ""
    prompt: str = ""
    status: str = ""

    @classmethod
    def of(cls, on: Moment, task: Found, status: str) -> Occasion:
        """The occasion of a request about a task that exists, truly in that status."""
        return cls(
            on, task.account, task.product, task.external_task_id, task.task_id, task.prompt, status=status
        )

    def meets(self, fault: Fault) -> bool:
        wanted = fault.match
        return (
            (fault.on == self.on or (fault.on == "query" and self.on in ("lookup", "list")))
            and fault.route in (None, self.route)
            and wanted.external_task_id in (None, self.external_task_id)
            and wanted.task_id in (None, self.task_id)
            and wanted.account in (None, self.account)
            and wanted.status in (None, self.status)
            and (wanted.prompt_contains is None or wanted.prompt_contains in self.prompt)
        )


@dataclass(frozen=True)
class Met:
    """What befell a create while its body was coming. `behind`: the fault that cut the connection although the body is
    carried out. `passed`: chaos has drawn for this request already, and `drawn` is the lot.
    """

    behind: Fault | None = None
    passed: bool = False
    drawn: Fault | None = None


NOTHING_MET = Met()


@dataclass
class Queued:
    """A fault in the queue, how many requests it still lets pass, and how many it will still take."""

    fault_id: int
    fault: Fault
    passing: int
    remaining: int


class FaultQueue:
    """Faults in the order they were posted. Not thread-safe: the world's one lock guards it."""

    def __init__(self) -> None:
        self.waiting: list[Queued] = []
        self._last_id = 0

    def add(self, fault: Fault) -> Queued:
        self._last_id += 1
        queued = Queued(self._last_id, fault, fault.skip, fault.times)
        self.waiting.append(queued)
        return queued

    def clear(self) -> int:
        """Forget every fault; how many there were."""
        count = len(self.waiting)
        self.waiting.clear()
        return count

    def take(self, *occasions: Occasion, wanted: Callable[[Fault], bool]) -> Fault | None:
        """The first wanted fault that meets one of the occasions, used up by one."""
        for queued in self.waiting:
            if not wanted(queued.fault) or not any(each.meets(queued.fault) for each in occasions):
                continue
            if queued.passing:
                queued.passing -= 1
                continue
            queued.remaining -= 1
            if not queued.remaining:
                self.waiting.remove(queued)
            return queued.fault
        return None

    def awaits(self, occasion: Occasion) -> bool:
        """Whether a fault waits for this request and lets no other pass first."""
        return any(not queued.passing and occasion.meets(queued.fault) for queued in self.waiting)

    def take_each(self, deeds: Iterable[str], *occasions: Occasion) -> list[Fault]:
        """At most one fault of each of the deeds."""
        taken = [self._take_deed(deed, occasions) for deed in deeds]
        return [fault for fault in taken if fault]

    def _take_deed(self, deed: str, occasions: tuple[Occasion, ...]) -> Fault | None:
        return self.take(*occasions, wanted=lambda fault: fault.do == deed)
