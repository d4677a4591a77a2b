"""One create POST, from its bytes to its answer, in the order of contract 15.1:

1. who is calling (401)         2. JSON (400/1200)            3. ordered faults that refuse to carry it out
4. model and parameters         5. duplicate external id      6. content words (1301)
7. balance (1102)               8. slots (1303)               9. the task, and faults that show only afterwards

Every POST ends in the ledger, whatever its answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from generation.sandbox.accounts import SeededAccount
from generation.sandbox.checks import CheckContext, check_body
from generation.sandbox.checks.pictures import decode, late_failure
from generation.sandbox.envelope import Problem, Refused
from generation.sandbox.occasions import Occasion
from generation.sandbox.posting import Post, admit, parse
from generation.sandbox.prices import price
from generation.sandbox.requests import Product, VideoRequest
from generation.sandbox.shaping import opened
from generation.sandbox.tasks import Task, created_view, open_task


@dataclass
class Create(Post):
    """The create POST of a video."""

    product: Product

    def _accept(self, authorization: str | None) -> dict[str, Any]:
        account = self.account = self.world.caller(authorization)
        body = parse(self.body)
        self.external_task_id = str(body.get("external_task_id") or "")
        occasion = _occasion(account, self.product, body)
        drawn = self._befalls(occasion)
        request = self._checked(account, body)
        contents = [decode(p) or b"" for p in request.images if not p.remote]
        late = late_failure(request) or self._dead_reference(request)
        with self.world.lock:
            self._admit(account, request)
            self._takes_effect(occasion, drawn)
            task = self.task = self._open(account, request, late, contents)
            return created_view(task)

    def _checked(self, account: SeededAccount, body: dict[str, Any]) -> VideoRequest:
        settings = self.world.settings
        context = CheckContext(account, settings.end_frame_limit, settings.bad_pictures == "refuse")
        request, problems = check_body(self.product, body, context)
        if request is None or problems:
            raise Refused(problems[0])
        return request

    def _admit(self, account: SeededAccount, request: VideoRequest) -> None:
        """Steps 5 to 8, under the lock."""
        slots, now = self.world.habits[account.name].slots, self.world.clock.now()
        external, units = request.external_task_id, price(request)
        admit(self.world, account.name, external, words=request.words, units=units)
        if self.world.shelf.busy(account.name, request.model, now) >= slots:
            raise Refused(Problem(429, 1303, "parallel task over resource pack limit"))

    def _open(self, account: SeededAccount, request: VideoRequest, late: str, contents: list[bytes]) -> Task:
        context = CheckContext(account)
        names = tuple(element.name for i in request.elements if (element := context.element(i)) is not None)
        now = self.world.clock.now()
        task_id = self.world.shelf.next_id(int(now * 1000))
        task = open_task(request, task_id=task_id, account=account.name, names=names, now=now)
        task = replace(task, callback_url=request.callback_url, base=self.base, fail_message=late)
        self.world.journal.keep_pictures(task_id, contents)
        return self.world.keep(opened(task, self.shaping))

    def _dead_reference(self, request: VideoRequest) -> str:
        now = self.world.clock.now()
        dead = any(self.world.results.dead(video.url, self.base, now) for video in request.videos)
        return "Video URL is invalid" if dead else ""


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
