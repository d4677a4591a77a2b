"""What a problem's `type` points to: the meaning of its code, as a page, from the errors themselves."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Final

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from api.problems import ProblemKind, problem_kinds

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}
_PAGE: Final = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body>{body}</body>
</html>
"""


@cache
def _kinds() -> dict[str, ProblemKind]:
    return {kind.code: kind for kind in problem_kinds()}


@get("/docs/problems", sync_to_thread=False)
def list_problems() -> Response[str]:
    """Every code there is."""
    rows = (
        f'<li><a href="/docs/problems/{one.code}">{one.code}</a> ({one.status})</li>'
        for one in _kinds().values()
    )
    return _page("Problems", f"<h1>Problems</h1><ul>{''.join(rows)}</ul>")


@get("/docs/problems/{code:str}", sync_to_thread=False)
def show_problem(code: FromPath[str]) -> Response[str]:
    """What one code means."""
    kind = _kinds().get(code)
    if kind is None:
        raise NotFoundException(f"no problem has the code {code[:80]!r}")
    links = '<p><a href="/docs/problems">All problems</a>, <a href="/docs">all routes</a></p>'
    return _page(kind.code, f"<h1>{kind.code}</h1><p>Status {kind.status}. {escape(kind.meaning)}</p>{links}")


def _page(title: str, body: str) -> Response[str]:
    return Response(_PAGE.format(title=title, body=body), media_type="text/html", headers=_HEADERS)
