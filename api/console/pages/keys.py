"""Keys of the studio: who holds which, what it may do, when it was last used.

A secret is shown once, on a page that nobody keeps.
"""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.console.naming import called_in
from api.console.pages.once import ONCE, Kind, shown_once
from api.console.rendering import page
from api.errors import Web
from api.routes.commanding import Visit, named
from api.routes.keys import units_today
from registry.events.ids import SYSTEM_LOG
from registry.events.studio import CREW, ROLES
from registry.log.history import Part
from registry.log.key_uses import last_used
from registry.past import happened
from registry.views import access, naming, productions
from registry.views.page import Span

_KEY: Final = Kind("key", "API key", "rotate it", "The key of", "/console/keys")
_MOST: Final = 500
_HISTORY: Final = 100
MAY: Final = {
    "reader": "read everything of the studio but its keys, preview and check, and keep a place in the feed."
    " Whoever has any other role may too",
    "asset_writer": "register pictures, characters, looks, scenes, productions; adopt elements, voices and footage;"
    " remark on clips, set records right",
    "submitter": "spend: ask for generations, have elements and voices made, cancel and ask again",
    "approver": "decide about money: budgets, approval rules, plans that wait; about takes: approve, reject, withdraw;"
    " send again after a restore",
    "consent_officer": "decide about people: likenesses, consents, erasure",
    "auditor": "read like a reader, and see who looked at a person's pictures; changes nothing",
    "operator": "Kling accounts, their keys, holds and slots; calls whose outcome is in doubt; reconciliations and censuses",
    "admin": "keys and roles, limits, webhooks, further studios",
}
"""What each role may do, in the words of docs/how-to/keys.md."""


@get("/keys", sync_to_thread=True)
def list_keys(request: Web, visit: NamedDependency[Visit], span: NamedDependency[Span]) -> Response[str]:
    """Every key of the studio, and the forms to issue one and to bound the studio."""
    with visit.registry.reading(SYSTEM_LOG) as connection:
        keys = access.keys(connection, visit.studio, span=span)
        used = last_used(connection, [key.id for key in keys.items])
        studio = access.studio(connection, visit.studio)
    return page(
        request,
        "keys.html",
        title="Keys",
        visit=visit,
        keys=keys,
        used=used,
        of_studio=studio,
        names=visit.read(naming.names_of, {one for key in keys.items for one in key.productions}),
        productions=_open(visit),
        may_do=MAY,
        roles=ROLES,
        crew=CREW,
        usual=visit.continuity.settings,
        once=ONCE,
        now=visit.registry.clock(),
    )


@get("/keys/{key:str}", sync_to_thread=True)
def show_key(request: Web, key: FromPath[str], visit: NamedDependency[Visit]) -> Response[str]:
    """One key: what it may do, where, how much; what happened to it; and what to change."""
    with visit.registry.reading(SYSTEM_LOG) as connection:
        card = access.key(connection, visit.studio, named("key", key))
        used = last_used(connection, [key]).get(key)
    past = happened.history(visit.registry, visit.studio, key, Part(limit=_HISTORY, newest=True))
    return page(
        request,
        "key.html",
        title=card.holder,
        visit=visit,
        key=card,
        used=used,
        today=units_today(visit, card),
        names=visit.read(naming.names_of, card.productions),
        productions=_open(visit),
        may_do=MAY,
        roles=ROLES,
        usual=visit.continuity.settings,
        once=ONCE,
        history=past.items,
        called=called_in(visit, past.items),
        now=visit.registry.clock(),
    )


@post("/keys/issued", status_code=200)
async def issue_key(request: Web, visit: NamedDependency[Visit], once: FromQuery[str]) -> Response[Any]:
    """Issue a key as the form says, and show its secret: this once, as a repeat under `once` is answered without it."""
    return await shown_once(request, visit, "/v1/keys", _KEY, once=once, back="/console/keys")


@post("/keys/{key:str}/rotated", status_code=200)
async def rotate_key(
    request: Web, key: FromPath[str], visit: NamedDependency[Visit], once: FromQuery[str]
) -> Response[Any]:
    """Give the key another secret, and show it, likewise."""
    stream = named("key", key)
    back = f"/console/keys/{stream}"
    return await shown_once(request, visit, f"/v1/keys/{stream}/rotate", _KEY, once=once, back=back)


def _open(visit: Visit) -> list[productions.Called]:
    return [one for one in visit.read(productions.called, most=_MOST) if not one.closed]


ROUTES: Any = Router(
    "/",
    route_handlers=[list_keys, show_key, issue_key, rotate_key],
    opt={"reach": "studio", "role": "admin"},
    request_max_body_size=64 * 1024,
)
