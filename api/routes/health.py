"""Is the process alive, and can it serve? For probes, so open to anybody, and cheap however often it is asked."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

from litestar import Response, Router, get
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency

from api.bodies import Alive, Ready
from api.bootstrap import Continuity
from api.ending import Ending
from api.errors import RETRY_SECONDS
from registry.errors import RegistryError
from registry.log.engine.migrate import NEWEST, revision
from registry.log.feed.subscriptions import lags

FRESH_SECONDS: Final = 1.0
WRITING_SECONDS: Final = 5.0
"""A log that takes longer to begin a transaction serves nobody who changes something."""


class Health:
    """The last look at the parts; looked at again at most once a second. Lives in the event loop."""

    def __init__(self, continuity: Continuity, ending: Ending) -> None:
        self._continuity = continuity
        self._ending = ending
        self._turn = asyncio.Lock()
        self._seen: Ready | None = None
        self._seen_at = 0.0

    async def ready(self) -> Ready:
        if self._ending.begun:
            return Ready(status="down", schema_revision=None, checks={"service": "it is stopping"})
        async with self._turn:
            if self._seen is None or time.monotonic() - self._seen_at > FRESH_SECONDS:
                self._seen = await sync_to_thread(look, self._continuity)
                self._seen_at = time.monotonic()
            return self._seen


def look(continuity: Continuity) -> Ready:
    """Whether database and blobs can be used now, and what somebody should look at."""
    checks, warnings, found = {"database": "ok", "blobs": "ok"}, {}, None
    try:
        found = revision(continuity.database)
        if found != NEWEST:
            checks["database"] = (
                f"its schema is {found}, this program needs {NEWEST}: run `continuity migrate`"
            )
    except RegistryError as failed:
        checks["database"] = failed.message
    if checks["database"] == "ok":
        try:
            continuity.registry.check_writing(seconds=WRITING_SECONDS)
            warnings = _lagging(continuity) | _forked(continuity)
        except RegistryError as failed:
            checks["database"] = failed.message
    try:
        continuity.blobs.check()
    except RegistryError as failed:
        checks["blobs"] = failed.message
    fine = all(said == "ok" for said in checks.values())
    return Ready(status="ready" if fine else "down", schema_revision=found, checks=checks, warnings=warnings)


def _lagging(continuity: Continuity) -> dict[str, str]:
    """Who reads under a name and is far behind: a warning, as requests are served all the same. Anybody may ask, so no names."""
    most_us = continuity.settings.lag_warning * 1_000_000
    with continuity.registry.reading() as connection:
        behind = [lag for lag in lags(connection, now=continuity.registry.clock()) if lag.age_us > most_us]
    if not behind:
        return {}
    oldest = max(lag.age_us for lag in behind) // 1_000_000
    return {"subscriptions": f"{len(behind)} behind by up to {oldest} s: see `continuity subscriptions list`"}


def _forked(continuity: Continuity) -> dict[str, str]:
    """Logs that were found not to be those that were signed, by this process. Anybody may ask, so no names."""
    many = len(continuity.checkpoints.alarms)
    if not many:
        return {}
    return {"checkpoints": f"{many} logs are not those that were signed: run `continuity verify`"}


@get("/live")
async def live() -> Alive:
    """The process answers."""
    return Alive()


@get("/ready", opt={"probe": True})
async def ready(health: NamedDependency[Health]) -> Response[Ready]:
    """Whether requests can be served: 200, or 503 with what is down."""
    seen = await health.ready()
    if seen.status == "ready":
        return Response(seen)
    return Response(seen, status_code=503, headers={"Retry-After": str(RETRY_SECONDS)})


ROUTES: Any = Router("/health", route_handlers=[live, ready], opt={"entered_by": "open"}, tags=["Health"])
