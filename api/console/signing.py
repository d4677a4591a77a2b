"""Signing in with a key, and out again; and the files that pages use."""

from __future__ import annotations

import re
from typing import Any, Final

from litestar import Response, Router, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from api.bootstrap import Continuity
from api.console.doing import fields_of
from api.console.rendering import page, static
from api.door import Door
from api.errors import Web
from api.refusals import Unauthenticated
from api.sessions import cookie_of, must_be_from_here, sign_in, sign_out, token_in

_HOME: Final = "/console"
_PAGE: Final = re.compile(r"/console(?:/[^\\\s]{0,900})?")
_KINDS: Final = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "woff2": "font/woff2"}
_FOR_GOOD: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


@get("/console/sign-in", sync_to_thread=True)
def ask_for_key(request: Web, then: FromQuery[str] = _HOME) -> Response[str]:
    """The page on which a key is given."""
    return page(request, "sign-in.html", title="Sign in", then=_after(then), refused=None)


@post("/console/sign-in", status_code=303)
async def take_key(
    request: Web, continuity: NamedDependency[Continuity], door: NamedDependency[Door]
) -> Response[Any]:
    """Exchange the key for a session. Raises CrossSite and RateLimited."""
    must_be_from_here(request.scope)
    fields = dict(await fields_of(request))
    then, lasts = _after(fields.get("then", _HOME)), int(continuity.settings.session)
    try:
        token = await sync_to_thread(
            sign_in, continuity.registry, fields.get("key", ""), lasts_us=lasts * 1_000_000
        )
    except Unauthenticated as refused:
        door.count_stranger(request.scope)
        return page(request, "sign-in.html", title="Sign in", status=401, then=then, refused=refused.message)
    return Response(
        None, status_code=303, headers={"Location": then, "Set-Cookie": cookie_of(token, seconds=lasts)}
    )


@post("/console/sign-out", status_code=303)
async def leave(request: Web, continuity: NamedDependency[Continuity]) -> Response[Any]:
    """End the session, here and in the registry. Raises CrossSite."""
    must_be_from_here(request.scope)
    token = token_in(request.headers.get("cookie", ""))
    await sync_to_thread(sign_out, continuity.registry, token)
    headers = {"Location": "/console/sign-in", "Set-Cookie": cookie_of("", seconds=0)}
    return Response(None, status_code=303, headers={**headers, "Clear-Site-Data": '"cache"'})


@get("/console/static/{digest:str}/{name:str}", sync_to_thread=False)
def file(name: FromPath[str], digest: FromPath[str]) -> Response[bytes]:  # noqa: ARG001 - another digest is another address
    """A file that pages use, kept by browsers for good."""
    content = static(name)
    if content is None:
        raise NotFoundException(f"pages have no file {name}")
    kind = _KINDS.get(name.rpartition(".")[2], "application/octet-stream")
    return Response(content, media_type=kind, headers=_FOR_GOOD)


def _after(then: str) -> str:
    """Where one goes on to: a page of the console, whatever an address says."""
    return then if _PAGE.fullmatch(then) and not then.startswith("/console/sign-") else _HOME


ROUTES: Any = Router(
    "/",
    route_handlers=[ask_for_key, take_key, leave, file],
    opt={"entered_by": "open"},
    include_in_schema=False,
    request_max_body_size=64 * 1024,
)
