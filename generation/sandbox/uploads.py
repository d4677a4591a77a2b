"""Faults that strike while a create's body is still coming: the connection is cut, or answered before its time."""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from litestar.types import ASGIApp, Receive, Scope, Send

from generation.sandbox.envelope import Answer, Refused
from generation.sandbox.faults import Fault
from generation.sandbox.ledger import Entry
from generation.sandbox.occasions import NOTHING_MET, Met, Occasion
from generation.sandbox.replies import answer_in_mid_body, cut, hang_up, replaced
from generation.sandbox.requests import LIBRARY_PRODUCTS, PRODUCTS
from generation.sandbox.world import World

_CREATES = re.compile(rf"/v1/(?:videos/({'|'.join(PRODUCTS)})|general/({'|'.join(LIBRARY_PRODUCTS)}))/?")
_EXTERNAL = re.compile(rb'"external_task_id"\s*:\s*"([^"\\]{0,200})"')
_READ_IN = 64 * 1024
_MET = "sandbox.met"


def met(scope: Scope) -> Met:
    """What befell this request while its body was coming."""
    extensions: dict[str, Any] = scope.get("extensions") or {}
    found = extensions.get(_MET)
    return found if isinstance(found, Met) else NOTHING_MET


def _leave(scope: Scope, found: Met) -> None:
    extensions: dict[str, Any] = scope.get("extensions") or {}
    extensions[_MET] = found
    scope["extensions"] = extensions


@dataclass
class Upload:
    """The body of one create so far; `ended` is why no more will come: it is whole, or the caller has gone."""

    receive: Receive
    account: str
    route: str
    chunks: list[bytes] = field(default_factory=list)
    head: bytes = b""
    size: int = 0
    ended: str = ""
    met: Met = NOTHING_MET

    async def more(self) -> None:
        """Wait for the next part."""
        message: Any = await self.receive()
        if message["type"] == "http.disconnect":
            self.ended = "gone"
            return
        chunk: bytes = message["body"]
        self.chunks.append(chunk)
        self.head += chunk[: max(0, _READ_IN - len(self.head))]
        self.size += len(chunk)
        if not message["more_body"]:
            self.ended = "whole"

    async def rest(self) -> None:
        """Wait for all of it."""
        while not self.ended:
            await self.more()

    @property
    def occasion(self) -> Occasion:
        """What can be told by now: ids and words are looked for in the first 64 KiB and in the last part."""
        text = self.head + (self.chunks[-1] if self.size > _READ_IN else b"")
        found = _EXTERNAL.search(text)
        return Occasion(
            on="create",
            account=self.account,
            route=self.route,
            external_task_id=found[1].decode(errors="replace") if found else "",
            prompt=text.decode(errors="replace"),
        )

    async def replay(self) -> Any:
        """The body once more, for the application; then whatever the connection says."""
        if self.chunks:
            chunk = self.chunks.pop(0)
            more = bool(self.chunks) or self.ended != "whole"
            return {"type": "http.request", "body": chunk, "more_body": more}
        return await self.receive()


class MidBody:
    """Stands before the application: requests that no early fault is waiting for go straight through."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app, self._world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = _CREATES.fullmatch(scope.get("path", ""))
        if route is None or scope.get("method") != "POST" or not self._expected():
            await self._app(scope, receive, send)
            return
        upload = Upload(receive, self._account(scope), route[1] or route[2])
        fault = await self._watch(upload)
        if fault is None:
            _leave(scope, upload.met)
            await self._app(scope, upload.replay, send)
        else:
            await self._strike(fault, upload, scope, send)

    def _expected(self) -> bool:
        with self._world.lock:
            ordered = any(queued.fault.early for queued in self._world.faults.waiting)
            return ordered or self._world.chaos.early

    def _account(self, scope: Scope) -> str:
        header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        try:
            return self._world.caller(header).name
        except Refused:
            return ""

    async def _watch(self, upload: Upload) -> Fault | None:
        """Reads until a fault strikes or the body ends; a body shorter than `after_bytes` is struck at its end."""
        while not upload.ended:
            await upload.more()

            with self._world.lock:
                fault = self._struck(upload)
            if fault:
                return fault
        return None

    def _struck(self, upload: Upload) -> Fault | None:
        """The fault that strikes now, ordered or drawn. Chaos draws once, as soon as the request has a name."""
        occasion = upload.occasion

        def due(fault: Fault) -> bool:
            return fault.early and (upload.size >= (fault.after_bytes or 1) or upload.ended == "whole")

        if taken := self._world.faults.take(occasion, wanted=due):
            return taken
        named = occasion.external_task_id or upload.ended
        if self._world.chaos.early and not upload.met.passed and named:
            lot = self._world.chaos.draw(occasion)
            ordered = self._world.faults.awaits(occasion)
            upload.met = Met(passed=True, drawn=None if ordered else lot)
        drawn = upload.met.drawn
        return drawn if drawn and due(drawn) else None

    async def _strike(self, fault: Fault, upload: Upload, scope: Scope, send: Send) -> None:
        if fault.accepts:
            await self._carry_out_behind(fault, upload, scope, send)
        elif fault.do in ("drop_mid_body", "stall"):
            self._enter(fault, upload, None)
            if fault.do == "stall":
                await asyncio.sleep(fault.seconds)
            await cut(scope, upload.receive)
        else:
            answer = replaced(Answer(200, b""), fault, self._world.request_id())
            self._enter(fault, upload, answer)
            await answer_in_mid_body(answer, fault.seconds, send, upload.rest)
            await cut(scope, upload.receive)

    async def _carry_out_behind(self, fault: Fault, upload: Upload, scope: Scope, send: Send) -> None:
        """Like a buffering proxy: the caller has lost the connection, and the body arrives here all the same."""
        hang_up(scope)
        await upload.rest()
        if upload.ended != "whole":
            self._enter(fault, upload, None)
            return
        await asyncio.sleep(fault.seconds)
        _leave(scope, Met(behind=fault, passed=True))
        await self._app(scope, upload.replay, send)

    def _enter(self, fault: Fault, upload: Upload, answer: Answer | None) -> None:
        """The ledger's line for a POST that came in part, or was answered before it was read."""
        body, occasion = b"".join(upload.chunks), upload.occasion
        self._world.enter(
            Entry(
                received_at=self._world.clock.milliseconds(),
                account=occasion.account,
                product=occasion.route,
                external_task_id=occasion.external_task_id,
                body_sha256=hashlib.sha256(body).hexdigest(),
                body_bytes=len(body),
                accepted=False,
                task_id="",
                code=answer.code if answer else None,
                http_status=answer.status if answer else None,
                message="",
                fault=fault.do,
                whole=upload.ended == "whole",
            )
        )
