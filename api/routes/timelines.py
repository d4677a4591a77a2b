"""Timelines for editors: the approved takes of a scene, or of a whole production, as OpenTimelineIO."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Literal

from litestar import Response, Router
from litestar.di import NamedDependency
from litestar.handlers import route
from litestar.params import FromPath, FromQuery

from api.errors import Web
from api.integrations import timeline
from api.integrations.timeline import Rate, Wanted
from api.refusals import NotAvailable
from api.routes.clips import ENDINGS
from api.routes.commanding import Visit
from api.routes.contents import READ, serve_made
from registry.views import cuts, productions
from registry.views.clips import ClipCard

Media = Literal["address", "file"]
"""Where a timeline's media is: at the service (the key is asked for there), or in files beside the timeline."""


def file_of(clip: ClipCard) -> str:
    """The name of a clip's file beside a timeline."""
    return f"{clip.id}.{ENDINGS[clip.stored.media_type]}"


@route(
    "/scenes/{scene:str}/timeline.otio",
    http_method=READ,
    opt={"bytes": True, "refuses": (501,)},
    sync_to_thread=True,
)
def scene_timeline(
    request: Web,
    scene: FromPath[str],
    visit: NamedDependency[Visit],
    rate: FromQuery[Rate] = "24",
    media: FromQuery[Media] = "address",
) -> Response[Any]:
    """The scene's approved takes in shot order, with gaps of 5 seconds for shots without one, and after them takes of no shot.

    Each clip has its media, its range in frames at `rate`, its digest, and under `continuity` what it was made from; remarks are
    markers. `media=file` names files beside the timeline (`clip_….mp4`). 501 where OpenTimelineIO is not installed.
    """
    _must_be_writable()
    with visit.registry.snapshot(visit.studio) as connection:
        found = cuts.cut(connection, visit.studio, scene)
    return _served(request, timeline.of_scene(found, _wanted(request, visit, rate, media)), found.scene.id)


@route(
    "/productions/{production:str}/timeline.otio",
    http_method=READ,
    opt={"bytes": True, "refuses": (501,)},
    sync_to_thread=True,
)
def production_timeline(
    request: Web,
    production: FromPath[str],
    visit: NamedDependency[Visit],
    rate: FromQuery[Rate] = "24",
    media: FromQuery[Media] = "address",
) -> Response[Any]:
    """The production's scenes by episode and number, each a stack of its own; otherwise as for one scene."""
    _must_be_writable()
    with visit.registry.snapshot(visit.studio) as connection:
        card = productions.production(connection, visit.studio, production)
        found = cuts.cuts(connection, visit.studio, production)
    made = timeline.of_production(card.name, card.id, found, _wanted(request, visit, rate, media))
    return _served(request, made, card.id)


def _unnoted(part: str) -> None:
    """A timeline holds nobody's bytes: that it was read is not on record."""


def _must_be_writable() -> None:
    """Raises NotAvailable."""
    if not timeline.can_write():
        raise NotAvailable(
            "timelines need OpenTimelineIO, which is not installed here", hint="install continuity[otio]"
        )


def _wanted(request: Web, visit: Visit, rate: Rate, media: Media) -> Wanted:
    base = (visit.continuity.settings.public_url or str(request.base_url)).rstrip("/")
    if media == "file":
        return Wanted(rate, file_of)
    return Wanted(rate, lambda clip: f"{base}/v1/clips/{clip.id}/content")


def _served(request: Web, made: bytes, name: str) -> Response[Any]:
    answer = serve_made(
        request,
        lambda: made,
        media_type=timeline.MEDIA_TYPE,
        tag=sha256(made).hexdigest(),
        note=_unnoted,
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.otio"'
    return answer


ROUTES: Any = Router(
    "/", route_handlers=[scene_timeline, production_timeline], opt={"reach": "production"}, tags=["Timelines"]
)
