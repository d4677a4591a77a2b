"""What the console's pages ask of the API: `/console/v1/…` is `/v1/…` in the name of who is signed in.

`/console/kept/{digest}/v1/…` is the same for pictures and footage, which never change under their address: a browser keeps them
for a day and does not ask again. Not longer, as what is erased here could not be erased there. The digest is the caller's own
affair: another one is another address.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.door import FROM_CONSOLE

_THROUGH: Final = re.compile(r"/console(/v1/.*)", re.DOTALL)
_KEPT: Final = re.compile(
    r"/console/kept/[0-9a-f]{8,64}(/v1/(?:assets/[^/]+/(?:content|thumbnail)|clips/[^/]+/(?:content|poster)))"
)
_FOR_A_DAY: Final = "private, max-age=86400, immutable"


class Gate:
    """An application whose API is open to pages of the console too; the door behind asks for a session there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            kept = _KEPT.fullmatch(scope["path"])
            if found := kept or _THROUGH.fullmatch(scope["path"]):
                # In place: whoever stands around sees the route that answers.
                scope["path"] = found[1]
                scope["raw_path"] = quote(found[1]).encode()
                scope.setdefault("state", {})[FROM_CONSOLE] = True
            if kept:
                send = _keeping(send)
        await self._app(scope, receive, send)


def _keeping(send: Send) -> Send:
    async def kept(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in (200, 206):
            MutableScopeHeaders(message)["cache-control"] = _FOR_A_DAY
        await send(message)

    return kept
