"""What a page's forms do: each says which route of the API it asks, and which page comes then.

`POST /console/do?to=POST /v1/scenes/…/cast&then=/console/scenes/…&key=…`: the fields are the body (`forms`), `key` is the
idempotency key, made with the page, so a form that is sent twice happens once. Of a DELETE they are the query. A file goes
through as it comes. In `then` a name in braces is a member of the answer: `/console/characters/{id}`. What the API refuses is
shown as it says it; a script that asks for JSON is given it, to be shown beside the form.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from litestar import Response, Router, post
from litestar.params import FromQuery

from api.console.forms import MOST_FIELDS, body_of
from api.console.inside import Told, ask, pass_on
from api.console.rendering import problem_page, wants_json
from api.errors import Web
from api.refusals import MalformedBody, UnsupportedMediaType
from api.sessions import must_be_from_here

FORM: Final = "application/x-www-form-urlencoded"
UPLOAD: Final = "multipart/form-data"
_TO: Final = re.compile(r"(POST|PUT|PATCH|DELETE) (/v1/[A-Za-z0-9_./?=&%:~-]{1,1000})")
_THEN: Final = re.compile(r"/console(?:/[A-Za-z0-9_./?=&%#:{}-]{0,500})?")
_MEMBER: Final = re.compile(r"\{([a-z_0-9.]{1,64})\}")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


@post("/console/do", status_code=303)
async def do(
    request: Web, to: FromQuery[str], then: FromQuery[str], key: FromQuery[str], match: FromQuery[str] = ""
) -> Response[Any]:
    """Ask the API what the form says, and go on to the page that comes then. Raises CrossSite and MalformedBody."""
    must_be_from_here(request.scope)
    method, path = _route(to)
    if not _THEN.fullmatch(then):
        raise MalformedBody(f"the form goes on to {then[:80]!r}, which is no page of the console")
    if request.content_type[0] == UPLOAD:
        told = await pass_on(request, method, path, key=key)
    else:
        body: Any = body_of(await fields_of(request))
        if method == "DELETE":
            path, body = _with_query(path, body), None
        told = await ask(request, method, path, body, key=key, match=match)
    if not told.fine:
        return problem_page(request, told)
    place = _MEMBER.sub(lambda found: _member(told, found[1]), then)
    if wants_json(request):
        return Response(
            {"location": place, "said": told.said}, status_code=200, media_type="application/json"
        )
    return Response(None, status_code=303, headers={"Location": place})


async def fields_of(request: Web) -> list[tuple[str, str]]:
    """The fields of a form, in their order. Raises MalformedBody and UnsupportedMediaType."""
    kind = request.content_type[0]
    if kind not in ("", FORM):
        raise UnsupportedMediaType(f"a form is sent as {FORM}, not as {kind[:80]!r}", hint="use the page")
    try:
        text = (await request.body()).decode()
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as refused:
        raise MalformedBody(f"the form cannot be read: {refused}", hint="send it again") from None


def _route(to: str) -> tuple[str, str]:
    found = _TO.fullmatch(to)
    if found is None:
        raise MalformedBody(f"the form asks {to[:80]!r}, which is no route of the API", hint="use the page")
    return found[1], found[2]


def _with_query(path: str, fields: dict[str, Any]) -> str:
    """The path that says the fields, and what it said before."""
    said = urlencode({name: value for name, value in fields.items() if isinstance(value, str)})
    return f"{path}{'&' if '?' in path else '?'}{said}" if said else path


def _member(told: Told, path: str) -> str:
    """A member of the answer, to stand in an address; nothing where there is none that can."""
    said: Any = told.said
    for step in path.split("."):
        if isinstance(said, list) and step.isdigit():
            said = said[int(step)] if int(step) < len(said) else None
        else:
            said = said.get(step) if isinstance(said, dict) else None
    return str(said) if _PLAIN.fullmatch(str(said)) else ""


ROUTES: Any = Router(
    "/",
    route_handlers=[do],
    # The door behind is the one that counts: what the form asks is asked there, as the one who is signed in.
    opt={"entered_by": "open"},
    include_in_schema=False,
    # Of a form; an upload is read by the route it goes to, and bounded there.
    request_max_body_size=1024 * 1024,
)
