"""Whose file is this? Looked up by its bytes or by their digest alone: by the API, which notes who asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from litestar import Response, Router, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency

from api.console.doing import UPLOAD, fields_of
from api.console.inside import ask, pass_on
from api.console.rendering import page, problem_page
from api.errors import Web
from api.routes.commanding import Visit
from registry.views.found import Evidence, Found, LookedUp
from registry.views.naming import names_of

_ROUTE: Final = "/v1/lookup"
_TITLE: Final = "Whose file is this?"
_HOW_FAR: Final = (
    (0, "as far as can be seen it is the same picture"),
    (0.02, "hardly anything differs"),
    (0.045, "little differs"),
)
"""Up to which part of the bits that are compared, and what that is called; beyond the last, "something differs"."""


@get("/lookup", sync_to_thread=True)
def ask_for_file(request: Web, visit: NamedDependency[Visit]) -> Response[str]:
    """Where a file is given."""
    return _page(request, visit, None)


@post("/lookup", status_code=200, opt={"changes": "reader"}, request_max_body_size=None)
async def look_up(request: Web, visit: NamedDependency[Visit]) -> Response[Any]:
    """Hand the file on as it comes, or the digest, and show what the API knows of it."""
    if request.content_type[0] == UPLOAD:
        told = await pass_on(request, "POST", _ROUTE, key="")
    else:
        digest = dict(await fields_of(request)).get("sha256", "").strip().lower()
        told = await ask(request, "POST", _ROUTE, {"sha256": digest})
    if not told.fine:
        return problem_page(request, told)
    return await sync_to_thread(_page, request, visit, LookedUp.model_validate_json(told.content))


def _page(request: Web, visit: Visit, answer: LookedUp | None) -> Response[str]:
    found = () if answer is None else answer.found
    return page(
        request,
        "audit/lookup.html",
        title=_TITLE,
        visit=visit,
        answer=answer,
        how={one.thing: in_words(one.evidence) for one in found},
        names=visit.read(names_of, set(_named(found))),
        most=visit.continuity.settings.upload_most_bytes,
    )


def in_words(evidence: Evidence) -> str:
    """How near it is that something was recognised, for people."""
    match evidence.way:
        case "digest":
            return "Exactly this, byte for byte"
        case "stream":
            return "The same footage, in another wrapping"
    part = (evidence.distance or 0) / (evidence.bits or 1)
    far = next((words for most, words in _HOW_FAR if part <= most), "something differs")
    return f"Looks like it: {far} ({100 * (1 - part):.0f} % of the marks agree). A person has to judge"


def _named(found: Iterable[Found]) -> Iterator[str]:
    for one in found:
        yield from (thing for thing in (one.thing, one.production, one.scene) if thing is not None)


ROUTES: Any = Router("/", route_handlers=[ask_for_file, look_up], opt={"reach": "production"})
