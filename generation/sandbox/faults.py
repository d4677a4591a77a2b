"""Ordered misbehaviour: a queue of faults, each waiting for the request it matches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from generation.sandbox.requests import LibraryProduct, Product

Moment = Literal["create", "query", "result"]
Deed = Literal[
    "fail_task",
    "delay",
    "code",
    "drop_before_accept",
    "drop_after_accept",
    "stall",
    "html",
    "truncate_json",
    "http_status",
]

RISK_CONTROL = "Failure to pass the risk control system"


class FaultMatch(BaseModel):
    """Which request a fault waits for; every condition given must hold, an empty match takes the next one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    external_task_id: str | None = None
    task_id: str | None = None
    prompt_contains: str | None = None
    account: str | None = None


class Fault(BaseModel):
    """One order to misbehave, as it is posted to `/sandbox/v1/faults`.

    - `on`: "create", "query" (one task or a list) or "result" (a film download).
    - `do`: what happens. `fail_task` accepts and lets the task fail with `message`. `delay` answers `seconds` late.
      `code` answers the envelope with `code`, `status` and `message`. `drop_before_accept` and `drop_after_accept`
      close the connection without a byte of answer, without or with having made the task. `stall` accepts and keeps
      the connection open and silent for `seconds`, then closes it. `html` answers a page instead of JSON.
      `truncate_json` sends the first half of the right answer. `http_status` answers `status` with an empty body.
    - `accept`: whether the create is carried out behind the fault; by default yes for fail_task, delay, stall,
      truncate_json and drop_after_accept, no for the others. A fault that accepts waits for a create that is
      acceptable; one that does not takes the first match.
    - `times`: how many requests it takes before it is used up.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: Moment = "create"
    do: Deed
    route: Product | LibraryProduct | None = None
    match: FaultMatch = FaultMatch()
    times: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    seconds: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 1.0
    code: Annotated[int, Field(ge=0, le=99_999)] = 5000
    status: Annotated[int, Field(ge=200, le=599)] = 500
    message: str = ""
    accept: bool | None = None

    @model_validator(mode="after")
    def _sensible(self) -> Fault:
        if self.do == "fail_task" and (self.on != "create" or self.accept is False):
            raise ValueError("fail_task needs an accepted create")
        contradiction = {"drop_before_accept": True, "drop_after_accept": False}
        if self.accept is not None and contradiction.get(self.do) == self.accept:
            raise ValueError(f"accept={self.accept} contradicts {self.do}")
        return self

    @property
    def accepts(self) -> bool:
        """Whether the request is carried out before the fault shows."""
        if self.accept is not None:
            return self.accept
        return self.do in ("fail_task", "delay", "stall", "truncate_json", "drop_after_accept")


@dataclass(frozen=True)
class Occasion:
    """What a request looks like to the fault queue."""

    on: Moment
    account: str = ""
    route: str = ""
    external_task_id: str = ""
    task_id: str = ""
    prompt: str = ""

    def meets(self, fault: Fault) -> bool:
        wanted = fault.match
        return (
            fault.on == self.on
            and fault.route in (None, self.route)
            and wanted.external_task_id in (None, self.external_task_id)
            and wanted.task_id in (None, self.task_id)
            and wanted.account in (None, self.account)
            and (wanted.prompt_contains is None or wanted.prompt_contains in self.prompt)
        )


@dataclass
class Queued:
    """A fault in the queue and how many requests it will still take."""

    fault_id: int
    fault: Fault
    remaining: int


class FaultQueue:
    """Faults in the order they were posted. Not thread-safe: the world's one lock guards it."""

    def __init__(self) -> None:
        self.waiting: list[Queued] = []
        self._last_id = 0

    def add(self, fault: Fault) -> Queued:
        self._last_id += 1
        queued = Queued(self._last_id, fault, fault.times)
        self.waiting.append(queued)
        return queued

    def clear(self) -> int:
        """Forget every fault; how many there were."""
        count = len(self.waiting)
        self.waiting.clear()
        return count

    def take(self, occasion: Occasion, *, accepting: bool | None = None) -> Fault | None:
        """The first matching fault, used up by one; `accepting` narrows to faults that do, or do not, carry on."""
        for queued in self.waiting:
            if accepting not in (None, queued.fault.accepts) or not occasion.meets(queued.fault):
                continue
            queued.remaining -= 1
            if not queued.remaining:
                self.waiting.remove(queued)
            return queued.fault
        return None
