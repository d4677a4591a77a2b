"""What is served: an open installation, with what its requests share. It comes with each request, and is found nowhere else.

The application (`api.app`) is the same for all installations and knows none of them. `Serving` puts one before it; whatever the
application needs of it, it reads from the scope of the request, so two that are served in one process never meet.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from litestar.types import ASGIApp, Receive, Scope, Send

from api.bootstrap import Continuity
from api.door import Door
from api.ending import Ending
from api.routes.health import Health
from api.routes.streaming import Streams
from api.routes.waiting import Watch
from api.scraping import InstallationGauges

_PLACE: Final = "installation"


class Installation(NamedTuple):
    """The parts; each is what routes get that ask for its name."""

    continuity: Continuity
    door: Door
    watch: Watch
    streams: Streams
    health: Health
    gauges: InstallationGauges


def served(continuity: Continuity, ending: Ending) -> Installation:
    """What is open already, ready for requests until it ends. The caller closes both."""
    settings, registry = continuity.settings, continuity.registry
    watch = Watch(registry, most=settings.wait_most, ending=ending)
    return Installation(
        continuity,
        door=Door(
            registry,
            per_key=settings.key_requests_per_minute,
            per_studio=settings.studio_requests_per_minute,
            strangers=settings.strangers_per_minute,
        ),
        watch=watch,
        streams=Streams(continuity, watch),
        health=Health(continuity, ending),
        gauges=InstallationGauges(registry, slots=settings.kling_slots),
    )


class Serving:
    """An application before one installation: every request that comes by here asks that one."""

    def __init__(self, app: ASGIApp, installation: Installation) -> None:
        self._app = app
        self._installation = installation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})[_PLACE] = self._installation
        await self._app(scope, receive, send)


def asked(scope: Any) -> Installation:
    """The installation that a request asks."""
    found: Installation = scope["state"][_PLACE]
    return found
