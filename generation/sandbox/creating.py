"""One create POST, from its bytes to its answer, in the order of contract 15.1:

1. who is calling (401)         2. JSON (400/1200)            3. ordered faults that refuse to carry it out
4. model and parameters         5. duplicate external id      6. content words (1301)
7. balance (1102)               8. slots (1303)               9. the task, and faults that show only afterwards

Every POST ends in the ledger, whatever its answer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from generation.sandbox.accounts import SeededAccount
from generation.sandbox.checks import CheckContext, check_body
from generation.sandbox.checks.pictures import decode, late_failure
from generation.sandbox.envelope import Answer, Problem, Refused, bad_value, failure, success
from generation.sandbox.faults import RISK_CONTROL, SHAPING, Fault
from generation.sandbox.ledger import Entry
from generation.sandbox.occasions import NOTHING_MET, Met, Occasion
from generation.sandbox.prices import price
from generation.sandbox.replies import Reply, misbehaving
from generation.sandbox.requests import Product, VideoRequest
from generation.sandbox.tasks import Task, created_view, open_task
from generation.sandbox.world import World


@dataclass
class Create:
    """One POST on its way through the steps; what is learnt is kept for the ledger.

    `met` is what befell the request while its body was still coming.
    """

    world: World
    product: Product
    body: bytes
    base: str
    account: SeededAccount | None = None
    external_task_id: str = ""
    task: Task | None = None
    fault: Fault | None = None
    met: Met = NOTHING_MET
    shaping: list[Fault] = field(default_factory=list)

    def run(self, authorization: str | None) -> Reply:
        """Carry the POST out and answer it."""
        request_id = self.world.request_id()
        message = ""
        try:
            answer = success(self._accept(authorization), request_id=request_id)
        except Refused as refused:
            message = refused.problem.message
            answer = failure(refused.problem, request_id=request_id)
        reply = misbehaving(answer, self.met.behind or self.fault, request_id=request_id)
        self._enter(reply, message)
        return reply

    def _accept(self, authorization: str | None) -> dict[str, Any]:
        account = self.account = self.world.caller(authorization)
        body = _parse(self.body)
        self.external_task_id = str(body.get("external_task_id") or "")
        occasion = _occasion(account, self.product, body)
        drawn = self._befalls(occasion)
        if self.fault:
            raise Refused(Problem(self.fault.status, self.fault.code, f"not carried out: {self.fault.do}"))
        request = self._checked(account, body)
        contents = [decode(p) or b"" for p in request.images if not p.remote]
        late = late_failure(request) or self._dead_reference(request)
        with self.world.lock:
            self._admit(account, request)
            self._takes_effect(occasion, drawn)
            self.task = self._open(account, request, late, contents)
            return created_view(self.task)

    def _befalls(self, occasion: Occasion) -> Fault | None:
        """Takes the fault that keeps the create from being carried out; hands back what chaos has in store behind it."""
        with self.world.lock:
            ordered = self.world.faults.awaits(occasion)
            self.fault = self.world.faults.take(occasion, wanted=_refuses)
            drawn = self.met.drawn if self.met.passed else self.world.chaos.draw(occasion)
        if ordered or drawn is None:
            return None
        if _refuses(drawn):
            self.fault = drawn
        return drawn

    def _takes_effect(self, occasion: Occasion, drawn: Fault | None) -> None:
        """Takes the faults of an accepted create, under the lock."""
        self.shaping = self.world.faults.take_each(SHAPING, occasion)
        self.fault = self.world.faults.take(occasion, wanted=_shows_after)
        if drawn and drawn.shapes:
            self.shaping = [drawn]
        elif drawn and not drawn.early:
            self.fault = drawn

    def _checked(self, account: SeededAccount, body: dict[str, Any]) -> VideoRequest:
        settings = self.world.settings
        context = CheckContext(account, settings.end_frame_limit, settings.bad_pictures == "refuse")
        request, problems = check_body(self.product, body, context)
        if request is None or problems:
            raise Refused(problems[0])
        return request

    def _admit(self, account: SeededAccount, request: VideoRequest) -> None:
        """Steps 5 to 8, under the lock."""
        settings, shelf, now = self.world.settings, self.world.shelf, self.world.clock.now()
        habits, external = self.world.habits[account.name], request.external_task_id
        if (
            external
            and habits.duplicate_external_ids == "refuse"
            and shelf.has_external(account.name, external)
        ):
            raise Refused(bad_value(f"External_task_id {external} already exists"))
        if any(word in request.words for word in settings.blocked_words):
            raise Refused(Problem(400, 1301, "The content does not pass the safety policy"))
        if not self.world.affordable(account.name, price(request), now):
            raise Refused(Problem(429, 1102, "Account balance not enough"))
        if shelf.busy(account.name, request.model, now) >= habits.slots:
            raise Refused(Problem(429, 1303, "parallel task over resource pack limit"))

    def _open(self, account: SeededAccount, request: VideoRequest, late: str, contents: list[bytes]) -> Task:
        context = CheckContext(account)
        names = tuple(element.name for i in request.elements if (element := context.element(i)) is not None)
        now = self.world.clock.now()
        task_id = self.world.shelf.next_id(int(now * 1000))
        task = open_task(request, task_id=task_id, account=account.name, names=names, now=now)
        task = replace(task, callback_url=request.callback_url, base=self.base, fail_message=late)
        for fault in self.shaping:
            task = _shaped(task, fault)
        self.world.journal.keep_pictures(task_id, contents)
        return self.world.keep(task)

    def _dead_reference(self, request: VideoRequest) -> str:
        now = self.world.clock.now()
        dead = any(self.world.results.dead(video.url, self.base, now) for video in request.videos)
        return "Video URL is invalid" if dead else ""

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
                accepted=self.task is not None,
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


def _shaped(task: Task, fault: Fault) -> Task:
    """A new task behind a fault that makes it fail, or hides it for a while."""
    if fault.do == "fail_task":
        return task.failing(fault.message or RISK_CONTROL)
    lookup = fault.seconds if fault.where != "list" else 0.0
    listing = fault.seconds if fault.where != "lookup" else 0.0
    return replace(task, lookup_lag=lookup, list_lag=listing)


def _parse(body: bytes) -> dict[str, Any]:
    """The body as a JSON object; raises Refused with 400/1200."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as wrong:
        raise Refused(Problem(400, 1200, "The request body is not valid JSON")) from wrong
    if not isinstance(parsed, dict):
        raise Refused(Problem(400, 1200, "The request body must be a JSON object"))
    return parsed


def _occasion(account: SeededAccount, product: Product, body: dict[str, Any]) -> Occasion:
    """What the fault queue may match on; read leniently, because the body is not checked yet."""
    return Occasion(
        on="create",
        account=account.name,
        route=product,
        external_task_id=str(body.get("external_task_id") or ""),
        prompt="\n".join([str(body.get("prompt") or ""), *_shot_words(body)]),
    )


def _shot_words(body: dict[str, Any]) -> list[str]:
    shots = body.get("multi_prompt")
    return (
        [str(shot.get("prompt") or "") for shot in shots if isinstance(shot, dict)]
        if isinstance(shots, list)
        else []
    )
