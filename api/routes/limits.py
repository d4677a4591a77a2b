"""What all keys of a studio together may ask and spend; a key's own limits are with the keys."""

from __future__ import annotations

from typing import Any

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.access import LimitsOf
from api.routes.answering import Answer, card_reply
from api.routes.commanding import Change, named
from registry.deciders.studio import LimitStudio
from registry.errors import NotFound
from registry.events.ids import SYSTEM_LOG
from registry.events.studio import StudioLimited
from registry.registry import Idempotency
from registry.views import access
from registry.views.access import StudioCard


@post("/{studio:str}/limit", status_code=200, sync_to_thread=True)
def limit_studio(
    studio: FromPath[str], data: JSONBody[LimitsOf], change: NamedDependency[Change]
) -> Answer[StudioCard]:
    """Bound how often all keys of the studio may ask together, and what their requests may cost in a day (UTC).

    What is left out has no limit of the studio's. Calls that were sent before count for nothing.
    """
    if named("studio", studio) != change.studio:
        raise NotFound(f"there is no {studio}", hint="check the id")
    change.must_not_match("a studio's limits have no version")
    handled = change.registry.handle(
        SYSTEM_LOG,
        [LimitStudio(stream=studio, limits=StudioLimited(**data.model_dump()))],
        context=change.context(),
        idempotency=Idempotency(
            f"{studio} {change.key}",
            change.command_sha256,
            lambda connection: card_reply(access.studio(connection, studio)).pack(),
        ),
    )
    return change.told(handled)


ROUTES: Any = Router(
    "/studios",
    route_handlers=[limit_studio],
    opt={"reach": "studio", "changes": "admin", "log": SYSTEM_LOG},
    tags=["Keys"],
)
