"""The documentation page, from files of this machine alone: no other host is reached, and the page's policy forbids it.

The installed viewer reads OpenAPI 3.0, so it gets a reading copy of the 3.1 document, changed only where 3.0 has other words.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import orjson
from litestar import Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from swagger_ui_bundle import swagger_ui_path

from api.routes.describing import TITLE, Document
from api.routes.meanings import list_problems, show_problem

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE: Final = f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{TITLE}</title>
<link rel="stylesheet" href="/docs/static/swagger-ui.css"></head>
<body><div id="page"></div>
<script src="/docs/static/swagger-ui-bundle.js"></script>
<script src="/docs/static/start.js"></script></body>
</html>
"""
_START: Final = b"""SwaggerUIBundle({
  url: "/docs/openapi-3.0.json", dom_id: "#page", deepLinking: true, validatorUrl: null,
  persistAuthorization: true, docExpansion: "list", defaultModelsExpandDepth: 0
});
"""
_FILES: Final = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
_ASKED_AGAIN: Final = {"Cache-Control": "no-cache"}
_A_DAY: Final = {"Cache-Control": "public, max-age=86400"}


def reading_copy(document: Any) -> Any:
    """The document in the words of OpenAPI 3.0."""
    if isinstance(document, list):
        return [reading_copy(one) for one in document]
    if not isinstance(document, dict):
        return document
    said = {name: reading_copy(value) for name, value in document.items()}
    if "openapi" in said:
        said["openapi"] = "3.0.3"
    if "const" in said and not isinstance(said["const"], dict):
        said["enum"] = [said.pop("const")]
    choices = said.get("anyOf")
    if isinstance(choices, list) and {"type": "null"} in choices:
        rest = [one for one in choices if one != {"type": "null"}]
        said.pop("anyOf")
        said |= {
            "nullable": True,
            **(rest[0] if len(rest) == 1 and "$ref" not in rest[0] else {"anyOf": rest}),
        }
    for newer in ("contentMediaType", "propertyNames"):
        said.pop(newer, None)
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(said.get(exclusive), int | float):
            said |= {bound: said[exclusive], exclusive: True}
    if isinstance(said.get("examples"), list) and "type" in said:
        said["example"] = said.pop("examples")[0]
    return said


def docs_routes(describe: Callable[[], Document]) -> Router:
    """The document itself, the page, and the page's files. Described at the first question: it takes half a second."""
    document = cache(describe)
    described = cache(lambda: orjson.dumps(document()))
    copied = cache(lambda: orjson.dumps(reading_copy(document())))

    @get("/openapi.json", sync_to_thread=True)
    def openapi() -> Response[bytes]:
        return Response(described(), media_type="application/json", headers=_ASKED_AGAIN)

    @get("/docs", sync_to_thread=False)
    def page() -> Response[str]:
        return Response(
            _PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY} | _ASKED_AGAIN
        )

    @get("/docs/openapi-3.0.json", sync_to_thread=True)
    def copy() -> Response[bytes]:
        return Response(copied(), media_type="application/json", headers=_ASKED_AGAIN)

    @get("/docs/static/{name:str}", sync_to_thread=True)
    def file(name: FromPath[str]) -> Response[bytes]:
        if name == "start.js":
            return Response(_START, media_type="text/javascript", headers=_A_DAY)
        if name not in _FILES:
            raise NotFoundException(f"the page has no file {name}")
        content = (swagger_ui_path / name).read_bytes()
        return Response(content, media_type=_FILES[name], headers=_A_DAY)

    return Router(
        "/",
        route_handlers=[openapi, page, copy, file, list_problems, show_problem],
        opt={"entered_by": "open"},
        include_in_schema=False,
    )
