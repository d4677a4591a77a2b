"""What every POST to the vendor has in common: an answer whatever happens, and an entry in the ledger."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson

from generation.sandbox.accounts import SeededAccount
from generation.sandbox.creations import Found
from generation.sandbox.envelope import Answer, Problem, Refused, bad_value, failure, success
from generation.sandbox.faults import SHAPING, Fault
from generation.sandbox.ledger import Entry
from generation.sandbox.occasions import NOTHING_MET, Met, Occasion
from generation.sandbox.replies import Reply, misbehaving
from generation.sandbox.requests import AnyProduct, Removal
from generation.sandbox.world import World


@dataclass
class Post(ABC):
    """One POST on its way; what is learnt is kept for the ledger. `product` is the last word of its path.

    `met` is what befell the request while its body was still coming.
    """

    world: World
    product: AnyProduct | Removal
    body: bytes
    base: str
    account: SeededAccount | None = None
    external_task_id: str = ""
    task: Found | None = None
    fault: Fault | None = None
    accepted: bool = False
    met: Met = NOTHING_MET
    shaping: list[Fault] = field(default_factory=list)

    def run(self, authorization: str | None) -> Reply:
        """Carry the POST out and answer it."""
        request_id = self.world.request_id()
        message = ""
        try:
            answer = success(self._accept(authorization), request_id=request_id)
            self.accepted = True
        except Refused as refused:
            message = refused.problem.message
            answer = failure(refused.problem, request_id=request_id)
        reply = misbehaving(answer, self.met.behind or self.fault, request_id=request_id)
        self._enter(reply, message)
        return reply

    @abstractmethod
    def _accept(self, authorization: str | None) -> dict[str, Any] | None:
        """`data` of the answer; raises Refused. Runs without the world's lock."""

    def _befalls(self, occasion: Occasion) -> Fault | None:
        """Takes the fault that keeps a create from being carried out, and raises Refused behind it; hands back what
        chaos has in store for an accepted one.
        """
        with self.world.lock:
            ordered = self.world.faults.awaits(occasion)
            self.fault = self.world.faults.take(occasion, wanted=_refuses)
            drawn = self.met.drawn if self.met.passed else self.world.chaos.draw(occasion)
        if ordered:
            drawn = None
        if drawn and _refuses(drawn):
            self.fault = drawn
        if self.fault:
            raise Refused(Problem(self.fault.status, self.fault.code, f"not carried out: {self.fault.do}"))
        return drawn

    def _takes_effect(self, occasion: Occasion, drawn: Fault | None) -> None:
        """Takes the faults of an accepted create, under the lock."""
        self.shaping = self.world.faults.take_each(SHAPING, occasion)
        self.fault = self.world.faults.take(occasion, wanted=_shows_after)
        if drawn and drawn.shapes:
            self.shaping = [drawn]
        elif drawn and not drawn.early:
            self.fault = drawn

    def _enter(self, reply: Reply, message: str) -> None:
        answer: Answer | None = None if reply.cut else reply.answer
        self.world.enter(
            Entry(
                received_at=self.world.clock.milliseconds(),
                account=self.account.name if self.account else "",
                product=self.product,
                external_task_id=self.external_task_id,
                body_sha256=hashlib.sha256(self.body).hexdigest(),
                body_bytes=len(self.body),
                accepted=self.accepted,
                task_id=self.task.task_id if self.task else "",
                code=answer.code if answer else None,
                http_status=answer.status if answer else None,
                message=message,
                fault="+".join(each.do for each in (*self.shaping, self.met.behind, self.fault) if each),
            )
        )


def _refuses(fault: Fault) -> bool:
    return not fault.accepts and not fault.early


def _shows_after(fault: Fault) -> bool:
    return fault.accepts and not fault.early and not fault.shapes


def parse(body: bytes) -> dict[str, Any]:
    """The body as a JSON object; raises Refused with 400/1200."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as wrong:
        raise Refused(Problem(400, 1200, "The request body is not valid JSON")) from wrong
    if not isinstance(parsed, dict):
        raise Refused(Problem(400, 1200, "The request body must be a JSON object"))
    return parsed


def admit(world: World, account: str, external_task_id: str, *, words: str, units: Decimal) -> None:
    """Duplicate external id, content words and balance (contract 15.1), under the world's lock; raises Refused.

    One external id names one task of an account, whatever its product (K1).
    """
    refusing = world.habits[account].duplicate_external_ids == "refuse"
    if external_task_id and refusing and world.has_external(account, external_task_id):
        raise Refused(bad_value(f"External_task_id {external_task_id} already exists"))
    if any(word in words for word in world.settings.blocked_words):
        raise Refused(Problem(400, 1301, "The content does not pass the safety policy"))
    if not world.affordable(account, units, world.clock.now()):
        raise Refused(Problem(429, 1102, "Account balance not enough"))
