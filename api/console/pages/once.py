"""A secret that is shown once: on the page that made it, which nobody keeps. A form that is sent again is answered without it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from secrets import token_urlsafe
from typing import Any, Final

from litestar import Response

from api.console.doing import fields_of
from api.console.forms import body_of
from api.console.inside import ask
from api.console.rendering import page, problem_page
from api.errors import Web
from api.routes.commanding import Visit

ONCE: Final = partial(token_urlsafe, 18)
"""Makes what a form is sent under: what it asks for happens once, and its secret is shown once."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of secret: the answer's member that holds it, what it is called, what to do when it is lost, and whose it is."""

    member: str
    what: str
    lost: str
    title: str
    place: str


async def shown_once(
    request: Web, visit: Visit, path: str, kind: Kind, *, once: str, back: str
) -> Response[Any]:
    """Ask `path` of the API, as the form says, and show the secret that it answers with."""
    told = await ask(request, "POST", path, body_of(await fields_of(request)), key=once)
    if not told.fine:
        return problem_page(request, told)
    return page(
        request,
        "secret.html",
        title=f"{kind.title} {told.said['holder']}",
        visit=visit,
        secret=told.said[kind.member],
        what=kind.what,
        lost=kind.lost,
        thing=f"{kind.place}/{told.said['id']}",
        back=back,
    )
