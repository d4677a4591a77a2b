"""The relay: a parent clip for Kling, from our store, when Kling's own address of it is too old. Entered by its token."""

from __future__ import annotations

from typing import Any

from litestar import HttpMethod, Response, Router, route
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.bootstrap import Continuity
from api.errors import Web
from api.routes.contents import serve
from generation.relaying import read_pass
from registry.errors import NotFound
from registry.views import clips, submissions
from registry.views.clips import ClipCard


@route(
    "/{token:str}", http_method=[HttpMethod.GET, HttpMethod.HEAD], opt={"bytes": True}, sync_to_thread=True
)
def fetch_relayed(
    request: Web, token: FromPath[str], continuity: NamedDependency[Continuity]
) -> Response[Any]:
    """The bytes of one clip for one paid request, whole or in part, until the address ends or was used too often.

    What expired, was used up, was tampered with or never existed is the same 404.
    """
    card = _opened(continuity, token)
    if card is None:
        raise NotFound("nothing is served at this address", hint="ask for the clip again")
    return serve(request, continuity.blobs, card.stored, name=f"{card.id}.mp4")


def _opened(continuity: Continuity, token: str) -> ClipCard | None:
    """The clip the token is for, its use counted; None for every reason there may be."""
    claimed, registry, settings = read_pass(token), continuity.registry, continuity.settings
    if claimed is None or continuity.relays is None:
        return None
    with registry.reading() as connection:
        log = submissions.log_of(connection, claimed.submission)
        try:
            card = clips.clip(connection, log or "", claimed.clip)
        except NotFound:
            return None
    if card.erased:
        return None
    if not continuity.relays.opens(claimed, card.stored.sha256, now=registry.clock()):
        return None
    used = registry.count_relay(claimed.seal, most=settings.relay_requests, ends=claimed.ends * 1_000_000)
    return card if used else None


ROUTES: Any = Router("/relay", route_handlers=[fetch_relayed], opt={"entered_by": "token"}, tags=["Relay"])
