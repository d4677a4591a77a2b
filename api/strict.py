"""The body of a request as JSON, read strictly and once; every route that takes JSON comes by here."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request
from litestar.concurrency import sync_to_thread

from api.errors import invalid
from api.refusals import MalformedBody, SurfaceError, TooLarge
from registry.events.strict import DEEPEST, MOST_VALUES, JsonRefused, read_strictly

_LONG: Final = 64 * 1024
"""Longer bodies are read in a thread, so that others are answered meanwhile."""
_READ: Final = "json_as_read"


class StrictRequest(Request[Any, Any, Any]):
    """A request whose body says one thing or is refused."""

    async def json(self) -> Any:
        """What the body says; None where there is none. Raises MalformedBody, TooLarge and InvalidRequest."""
        state = self.scope["state"]
        if _READ not in state:
            raw = await self.body()
            state[_READ] = await sync_to_thread(read_json, raw) if len(raw) > _LONG else read_json(raw)
        return state[_READ]


def read_json(raw: bytes) -> Any:
    """The same of bytes that came in another way, in a part of a form or a callback."""
    try:
        return read_strictly(raw) if raw else None
    except JsonRefused as refused:
        raise _told(refused) from None


def _told(refused: JsonRefused) -> SurfaceError:
    match refused.kind:
        case "invalid":
            return invalid(refused.errors)
        case "too-large":
            hint = f"send at most {MOST_VALUES} values, or several requests"
            return TooLarge(f"the body cannot be taken: {refused}", hint=hint, errors=refused.errors)
        case _:
            hint = f"send one JSON document in UTF-8, nested at most {DEEPEST} levels"
            return MalformedBody(f"the body cannot be read: {refused}", hint=hint, errors=refused.errors)
