"""How callers write a point of the past: a position of the log, a version of the thing, or a moment."""

from __future__ import annotations

import re
from typing import Annotated, Final

from litestar.params import QueryParameter

from api.errors import invalid, shown
from generation.moments import microseconds
from registry.past.points import Moment, Point, Position, Version

_POSITION: Final = re.compile(r"\d{1,18}", re.ASCII)
_VERSION: Final = re.compile(r"v(\d{1,18})", re.ASCII)
_FORMS: Final = (
    "a position of the log (`41`), or a moment (`2026-06-12T18:00:00Z`, with everything recorded until then)"
)
_ALL_FORMS: Final = f"a version (`v3`: after three of its own events), {_FORMS}"

AsOf = Annotated[
    str | None,
    QueryParameter(
        description=f"{_FORMS[0].upper()}{_FORMS[1:]}: names, cast, references, elements and clips are as they were then, and "
        "addresses expire by the time of then. Left out, the newest position.",
    ),
]
Then = Annotated[
    str | None, QueryParameter(name="as_of", description=f"As of when: {_ALL_FORMS}. Left out, now.")
]
Since = Annotated[
    str | None, QueryParameter(description=f"The earlier point: {_ALL_FORMS}. Left out, its beginning.")
]
Until = Annotated[str | None, QueryParameter(description=f"The later point: {_ALL_FORMS}. Left out, now.")]


def point_of(said: str | None, name: str) -> Point | None:
    """A point as it stands in a query. Raises InvalidRequest."""
    if said is None:
        return None
    if (version := _VERSION.fullmatch(said)) is not None:
        return Version(int(version[1]))
    return moment_of(said, name, forms=_ALL_FORMS)


def moment_of(said: str, name: str, *, forms: str = _FORMS) -> Position | Moment:
    """The same of what is no single thing, so has no versions. Raises InvalidRequest."""
    if _POSITION.fullmatch(said):
        return Position(int(said))
    try:
        return Moment(microseconds(said.replace(" ", "+")))  # an offset's plus reads as a space in a query
    except ValueError as refused:
        message = f"it is {forms.replace('`', '')}: {refused}"
        raise invalid([{"path": f"?{name}", "message": message, "value": shown(said)}]) from None
