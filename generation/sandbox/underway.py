"""How many of the vendor's requests are being worked on, so that a judge can wait until the sandbox is quiet."""

from __future__ import annotations

from litestar.types import ASGIApp, Receive, Scope, Send

from generation.sandbox.world import World


class Underway:
    """Counts requests to the vendor's own routes, from their first byte until they are answered or cut off."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app, self._world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if str(scope["type"]) != "http" or scope.get("path", "").startswith("/sandbox/"):
            await self._app(scope, receive, send)
            return
        self._world.underway += 1  # only ever touched in the event loop's thread
        try:
            await self._app(scope, receive, send)
        finally:
            self._world.underway -= 1
