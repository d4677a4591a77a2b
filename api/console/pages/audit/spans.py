"""Which part of a list an audit page shows: here what is new comes first, unless it is asked otherwise."""

from __future__ import annotations

from typing import Annotated, Any, Final

from litestar.di import Provide
from litestar.params import QueryParameter

from api.routes.answering import LARGEST_PAGE, After, Sort
from registry.views.page import Span

_AT_ONCE: Final = 50
_Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_PAGE)]


async def newest_first(after: After = 0, limit: _Limit = _AT_ONCE, sort: Sort = "newest") -> Span:
    """The part that is asked for."""
    return Span(after, limit, newest=sort == "newest")


SPAN: Final[dict[str, Any]] = {"span": Provide(newest_first)}
