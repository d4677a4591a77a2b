"""Clips: stored results, as cards and as bytes."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.handlers import route
from litestar.params import FromPath, FromQuery

from api.errors import Web
from api.refusals import BytesErased, NotAvailable
from api.routes.answering import Answer, answer_card, answer_page
from api.routes.commanding import Visit
from api.routes.contents import READ, serve, serve_made
from registry.blobs import media
from registry.blobs.aside import on_disk
from registry.views import clips as view
from registry.views.clips import ClipCard, Said
from registry.views.page import Page, Span

DAY_US: Final = 86_400_000_000
ENDINGS: Final = {"video/mp4": "mp4", "video/quicktime": "mov"}
"""What the file of a clip is called by its media type."""


def days_left(expires: int, now: int) -> int:
    """Whole days until the provider deletes a result (both in microseconds); 0 on the last one and ever after."""
    return max(0, (expires - now) // DAY_US)


def dated(card: ClipCard, now: int) -> ClipCard:
    """The same card with how many whole days the provider still keeps the clip; it never had an adopted one."""
    if card.origin == "adopted":
        return card
    return card.model_copy(update={"days_left": days_left(card.kling_url_expires_at, now)})


def _kept(card: ClipCard) -> ClipCard:
    """Raises BytesErased."""
    if card.erased:
        raise BytesErased(
            f"the bytes of {card.id} were erased", hint="that it was made, and from what, stays on record"
        )
    return card


@get("/", sync_to_thread=True)
def list_clips(
    request: Web,
    visit: NamedDependency[Visit],
    span: NamedDependency[Span],
    *,
    scene: FromQuery[str | None] = None,
    shot: FromQuery[str | None] = None,
    verdict: FromQuery[Said | None] = None,
) -> Answer[Page[ClipCard]]:
    """Clips in the order they were recorded, narrowed to a scene, to the takes of a shot, or by their verdict."""
    page = visit.read(view.clips, span=span, scene=scene, shot=shot, verdict=verdict, within=visit.within)
    now = visit.registry.clock()
    return answer_page(
        request, page.model_copy(update={"items": tuple(dated(one, now) for one in page.items)})
    )


@get("/{clip:str}", sync_to_thread=True)
def show_clip(clip: FromPath[str], visit: NamedDependency[Visit]) -> Answer[ClipCard]:
    """One clip."""
    return answer_card(dated(visit.read(view.clip, clip), visit.registry.clock()))


@route("/{clip:str}/content", http_method=READ, opt={"bytes": True, "ranges": True}, sync_to_thread=True)
def show_content(request: Web, clip: FromPath[str], visit: NamedDependency[Visit]) -> Response[Any]:
    """The clip as it came, byte for byte. Ranges are answered, so it can be played and sought."""
    card = _kept(visit.read(view.clip, clip))
    return serve(
        request,
        visit.continuity.blobs,
        card.stored,
        name=f"{card.id}.{ENDINGS[card.stored.media_type]}",
        note=visit.noting(clip, "clip"),
    )


@route("/{clip:str}/poster", http_method=READ, opt={"bytes": True, "refuses": (501,)}, sync_to_thread=True)
def show_poster(request: Web, clip: FromPath[str], visit: NamedDependency[Visit]) -> Response[Any]:
    """The first frame as a JPEG."""
    card = _kept(visit.read(view.clip, clip))
    if not media.can_decode():
        raise NotAvailable("posters need PyAV, which is not installed here", hint="install continuity[media]")

    def make() -> bytes:
        with on_disk(visit.continuity.blobs, card.stored) as file:
            return media.poster(file)

    tag = f"{card.stored.sha256}-poster"
    return serve_made(request, make, media_type="image/jpeg", tag=tag, note=visit.noting(clip, "poster"))


ROUTES: Any = Router(
    "/clips",
    route_handlers=[list_clips, show_clip, show_content, show_poster],
    opt={"reach": "production"},
    tags=["Clips"],
)
