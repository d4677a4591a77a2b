"""The relay: a clip or a recording for Kling, from our store, where Kling has no address of its own. Entered by its token."""

from __future__ import annotations

from typing import Any, Final

from litestar import HttpMethod, Response, Router, route
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.bootstrap import Continuity
from api.errors import Web, request_id_of
from api.routes.contents import serve
from generation.relaying import read_pass
from registry.errors import NotFound
from registry.events.envelope import Context
from registry.events.ids import is_id
from registry.events.references import StoredBytes
from registry.registry import Connection
from registry.views import assets, clips, submissions

ACTOR: Final = "relay"
_ENDINGS: Final = {
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
}


@route(
    "/{token:str}",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    opt={"bytes": True, "ranges": True},
    sync_to_thread=True,
)
def fetch_relayed(
    request: Web, token: FromPath[str], continuity: NamedDependency[Continuity]
) -> Response[Any]:
    """The bytes of one clip or recording for one paid request, whole or in part, until the address ends or was used too often.

    What expired, was used up, was tampered with or never existed is the same 404.
    """
    opened = _opened(continuity, token)
    if opened is None:
        raise NotFound("nothing is served at this address", hint="ask for it again")
    log, source, name, stored = opened
    request_id = request_id_of(request.scope)
    context = Context(actor=ACTOR, request_id=request_id, correlation_id=request_id)

    def note(part: str) -> None:
        continuity.reads.note(log, source, "relay", context=context, part=part)

    return serve(request, continuity.blobs, stored, name=name, note=note)


def _opened(continuity: Continuity, token: str) -> tuple[str, str, str, StoredBytes] | None:
    """Whose and what the token is for, its use counted; None for every reason there may be."""
    claimed, registry, settings = read_pass(token), continuity.registry, continuity.settings
    if claimed is None or continuity.relays is None:
        return None
    with registry.reading() as connection:
        log = submissions.log_of(connection, claimed.submission) or ""
        found = _source(connection, log, claimed.source)
    if found is None or not continuity.relays.opens(claimed, found[1].sha256, now=registry.clock()):
        return None
    used = registry.count_relay(claimed.seal, most=settings.relay_requests, ends=claimed.ends * 1_000_000)
    return (log, claimed.source, *found) if used else None


def _source(connection: Connection, log: str, source: str) -> tuple[str, StoredBytes] | None:
    """A clip, or an asset as it was handed in, unless it is retired or erased: its name as a file, and its bytes."""
    try:
        if is_id(source, "clip"):
            clip = clips.clip(connection, log, source)
            return None if clip.erased else (f"{source}{_ENDINGS[clip.stored.media_type]}", clip.stored)
        card = assets.asset(connection, log, source)
    except NotFound:
        return None
    if card.original is None or card.retired:
        return None
    return f"{source}{_ENDINGS.get(card.original.media_type, '')}", card.original


ROUTES: Any = Router("/relay", route_handlers=[fetch_relayed], opt={"entered_by": "token"}, tags=["Relay"])
