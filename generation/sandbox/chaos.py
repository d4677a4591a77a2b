"""Random misbehaviour that can be repeated: each request draws its own lot from a seed, whatever the order of threads."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from generation.sandbox.faults import Fault
from generation.sandbox.occasions import Occasion

USUAL_DEEDS: tuple[Fault, ...] = (
    Fault(do="drop_before_accept"),
    Fault(do="drop_after_accept"),
    Fault(do="drop_mid_body"),
    Fault(do="http_status", status=504, accept=True),
    Fault(do="code", status=500, code=5000),
    Fault(do="code", status=429, code=1302, message="slow down"),
    Fault(do="truncate_json"),
    Fault(do="html", status=502),
    Fault(do="no_task_id"),
    Fault(do="lag", seconds=1),
    Fault(on="lookup", do="http_status", status=503),
    Fault(on="lookup", do="hide"),
    Fault(on="lookup", do="status", word="processing"),
    Fault(on="list", do="drop_before_accept"),
    Fault(on="result", do="cut_short"),
    Fault(on="result", do="html", status=200),
    Fault(on="result", do="http_status", status=403),
)
"""What happens in chaos when no deeds are named: every kind of trouble the real network and vendor can make."""


class ChaosOrder(BaseModel):
    """`{"seed": …, "rate": …, "deeds": [fault, …]}` to `/sandbox/v1/chaos`. `rate` is the share of requests that draw a
    deed, of those whose moment has one. `times` and `skip` of a deed mean nothing here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: Annotated[int, Field(ge=0, le=2**63 - 1)]
    rate: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    deeds: Annotated[tuple[Fault, ...], Field(min_length=1, max_length=200)] = USUAL_DEEDS


class Chaos:
    """Off until it is ordered. Not thread-safe: the world's one lock guards it.

    A lot is drawn from seed, moment, external id (task id or list, where there is none) and how many such requests
    came before: the same requests in the same order per id meet the same deeds.
    """

    def __init__(self) -> None:
        self.order: ChaosOrder | None = None
        self._seen: Counter[tuple[str, str]] = Counter()
        self._struck: Counter[str] = Counter()

    def begin(self, order: ChaosOrder | None) -> None:
        """Start anew under that order; None ends it."""
        self.order = order
        self._seen.clear()
        self._struck.clear()

    @property
    def early(self) -> bool:
        """Whether some deed strikes in mid-body."""
        return self.order is not None and any(deed.early for deed in self.order.deeds)

    def draw(self, occasion: Occasion) -> Fault | None:
        """The deed that befalls this request, if one does."""
        if self.order is None:
            return None
        deeds = [deed for deed in self.order.deeds if occasion.meets(deed)]
        name = occasion.external_task_id or occasion.task_id or f"{occasion.account}/{occasion.route}"
        self._seen[occasion.on, name] += 1
        lot = f"{self.order.seed}\0{occasion.on}\0{name}\0{self._seen[occasion.on, name]}"
        digest = hashlib.sha256(lot.encode()).digest()
        if not deeds or int.from_bytes(digest[:8]) >= self.order.rate * 2**64:
            return None
        deed = deeds[int.from_bytes(digest[8:16]) % len(deeds)]
        self._struck[f"{deed.on}:{deed.do}"] += 1
        return deed

    def shown(self) -> dict[str, Any]:
        """The order and what came of it, as JSON."""
        requests, struck = self._seen.total(), dict(sorted(self._struck.items()))
        order = self.order.model_dump(exclude_defaults=True) if self.order else None
        return {"chaos": order, "requests": requests, "struck": struck}
