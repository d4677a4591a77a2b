"""Pages from templates: escaped, under a policy that lets in this page's own scripts and styles and nothing else.

A template says with `action` what its forms do, and with `picture` (small), `large`, `held` (as it was handed in), `poster` and
`footage` where bytes are. Addresses of bytes that never change hold a digest of what they are made from, and are kept by
browsers; it is a digest of the id, as one of a person's picture would be personal itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response

from api.console import places, words
from api.console.inside import Told
from api.door import FROM_CONSOLE
from api.errors import Web
from api.negotiating import takes
from api.roles import may
from api.routes.chunks import Chunks
from api.routes.commanding import Visit
from api.sessions import token_in
from registry.events.ids import SYSTEM_LOG
from registry.views import access

_POLICY: Final = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'nonce-{nonce}'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_STATIC: Final = files("api.console") / "static"
SIGN_IN: Final = "/console/sign-in"
_NO_PAGE: Final = {
    "title": "No such page",
    "hint": "the address may be old, or cut off: begin at the productions",
}
_DRAWN: Final = "2"
"""How thumbnails and posters are drawn: another way of it is another address."""


def page(
    request: Web, template: str, *, title: str, visit: Visit | None = None, status: int = 200, **said: Any
) -> Response[str]:
    """A page. `visit` is who looks, None where nobody is signed in; `said` is what the template shows."""
    shell, headers = _shell(request, visit, secrets.token_urlsafe(16))
    text = _templates().get_template(template).render(title=title, studio=_studio(visit), **shell, **said)
    return Response(text, status_code=status, media_type="text/html", headers=headers)


def part(request: Web, template: str, *, visit: Visit, **said: Any) -> Response[str]:
    """A part of a page by itself, for a script of ours that puts it in its place."""
    shell, headers = _shell(request, visit, "")
    text = _templates().get_template(template).render(**shell, **said)
    return Response(text, media_type="text/html", headers=headers)


def page_in_parts(request: Web, template: str, *, title: str, visit: Visit, **said: Any) -> Chunks:
    """A page that is sent as it is made: what takes longer is worked out in the template's own loops, and seen as it goes on.

    Nothing can be refused once it has begun: what fails on the way is for the template to say.
    """
    shell, headers = _shell(request, visit, secrets.token_urlsafe(16))
    told = dict(title=title, studio=_studio(visit), **shell, **said)

    def parts() -> Generator[str]:
        yield from _templates().get_template(template).generate(told)

    return Chunks(parts(), media_type="text/html", headers={**headers, "X-Accel-Buffering": "no"})


def _shell(request: Web, visit: Visit | None, nonce: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What every template is handed, and the headers of every answer."""
    shell = {
        "nonce": nonce,
        "visit": visit,
        "here": request.url.path,
        "query": dict(request.query_params),
        "action": _action,
        "may": _may(visit),
        "returning": bool(token_in(request.headers.get("cookie", ""))),
    }
    return shell, {"Content-Security-Policy": _POLICY.format(nonce=nonce), "Cache-Control": "no-store"}


def problem_page(request: Web, told: Told) -> Response[Any]:
    """What the API refused, as it says it, with the way back; as JSON for a script that asked for it."""
    if wants_json(request):
        return Response(told.content, status_code=told.status, media_type="application/problem+json")
    problem = told.said or {"title": "Something failed", "detail": "", "status": told.status, "code": ""}
    if problem.get("code") == "no-such-route":
        problem |= _NO_PAGE | {"detail": f"The console has no page {request.url.path}."}
    back = request.headers.get("referer", "")
    here = f"{request.url.scheme}://{request.headers.get('host', '')}/"
    way = "/" + back.removeprefix(here) if back.startswith(here) else "/console"
    title = str(problem["title"])
    return page(
        request,
        "problem.html",
        title=title,
        status=told.status,
        problem=problem,
        back=way,
        sent=request.method == "POST",
    )


def answer_page_problem(request: Web, problem: Response[bytes]) -> Response[Any]:
    """The problem that a page met, as a page; who is not signed in is led to where that is done."""
    if problem.status_code == 401 and request.method == "GET" and not wants_json(request):
        then = urlencode({"then": address_of(request)})
        return Response(None, status_code=303, headers={"Location": f"{SIGN_IN}?{then}"})
    content = bytes(problem.content)
    answer = problem_page(
        request, Told(problem.status_code or 500, {"content-type": "application/json"}, content)
    )
    for name, value in problem.headers.items():
        answer.headers.setdefault(name, value)
    return answer


def address_of(request: Web) -> str:
    """The page itself, with what was chosen for it."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def is_page(request: Web) -> bool:
    """Whether the request is for a page, and not for what the API answers to one."""
    path = request.scope["path"]
    ours = path == "/console" or path.startswith("/console/")
    return ours and not request.scope.get("state", {}).get(FROM_CONSOLE)


def wants_json(request: Web) -> bool:
    """Whether a script of ours asks."""
    accepted = request.headers.get("accept", "")
    return takes(accepted, "application/json") and not takes(accepted, "text/html")


def static(name: str) -> bytes | None:
    """A file that pages use; None where there is none of that name."""
    return _files().get(name)


def static_digest() -> str:
    """Of all files that pages use: a change of any is another address for all."""
    return _digest(b"".join(name.encode() + content for name, content in sorted(_files().items())))


@cache
def _files() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in _STATIC.iterdir() if file.is_file()}


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("api.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {**words.FILTERS, **places.FILTERS}
    environment.globals |= {
        "static": lambda name: f"/console/static/{static_digest()}/{name}",
        "picture": lambda asset: _kept(asset, f"/v1/assets/{quote(asset)}/thumbnail"),
        "large": lambda asset: _kept(asset, f"/v1/assets/{quote(asset)}/thumbnail?side=1280"),
        "held": lambda asset: _kept(asset, f"/v1/assets/{quote(asset)}/content"),
        "poster": lambda clip: _kept(clip, f"/v1/clips/{quote(clip)}/poster"),
        "footage": lambda clip: _kept(clip, f"/v1/clips/{quote(clip)}/content"),
    }
    return environment


def _kept(thing: str, path: str) -> str:
    return f"/console/kept/{_digest(f'{_DRAWN} {thing}'.encode())}{path}"


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]


def _action(to: str, then: str, match: int | None = None) -> str:
    """Where a form goes that asks `to` ("POST /v1/…") and comes back to `then`; it happens once, however often it is sent."""
    said = {"to": to, "then": then, "key": secrets.token_urlsafe(18)}
    if match is not None:
        said["match"] = f'"{match}"'
    return f"/console/do?{urlencode(said)}"


def _may(visit: Visit | None) -> Any:
    """Whether who looks has a role: a page offers nobody what the door would refuse."""
    return lambda role: visit is not None and may(visit.caller.roles, role)


def _studio(visit: Visit | None) -> str:
    if visit is None:
        return ""
    with visit.registry.reading(SYSTEM_LOG) as connection:
        return access.studio(connection, visit.studio).name
