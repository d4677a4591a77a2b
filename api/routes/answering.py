"""Answers: a view's card as JSON with its version as ETag, pages with a cursor and a Link, and replies that can be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, TypeVar
from urllib.parse import urlencode

import orjson
from litestar import Response
from litestar.params import QueryParameter
from pydantic import BaseModel

from api.errors import Web
from registry.views.page import Span

T = TypeVar("T")
JSON: Final = "application/json"
POSITION: Final = "Continuity-Position"
"""The header that says how far the log had come when a change was answered: what `min_position` takes."""
LARGEST_PAGE: Final = 500
MIN_POSITION: Final = "min_position"
_OF_ONE_PAGE: Final = frozenset({"after", "wait", "subscription", MIN_POSITION})
"""Query parameters that say where this page begins; the next one says so itself."""

After = Annotated[
    int, QueryParameter(ge=0, le=2**63 - 1, description="The cursor: `next` of the page before.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_PAGE, description="How many at most.")]
Sort = Annotated[
    Literal["oldest", "newest"],
    QueryParameter(description="Which come first. A cursor goes on in the order it came from."),
]


async def provide_span(after: After = 0, limit: Limit = 100, sort: Sort = "oldest") -> Span:
    """Which page of a list is asked for."""
    return Span(after, limit, newest=sort == "newest")


class Answer(Response[T]):
    """A response whose bytes are made here; the type says what they hold, for the OpenAPI document."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it is kept under an idempotency key: repeated byte for byte."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def pack(self) -> bytes:
        return orjson.dumps(
            {"status": self.status, "headers": dict(self.headers), "body": self.body.decode()}
        )

    @classmethod
    def unpack(cls, packed: bytes) -> Reply:
        kept = orjson.loads(packed)
        return cls(kept["status"], kept["body"].encode(), kept["headers"])

    def answer(self, *, replayed: bool = False, position: int | None = None) -> Answer[Any]:
        headers = {**self.headers, **({"Idempotency-Replayed": "true"} if replayed else {})}
        if position is not None:
            headers[POSITION] = str(position)
        return Answer(self.body, status_code=self.status, headers=headers, media_type=JSON)


def card_reply(
    card: BaseModel,
    *,
    status: int = 200,
    location: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """A card as a reply; things with a version carry it as ETag."""
    said = dict(headers or {})
    version = getattr(card, "version", None)
    if isinstance(version, int):
        said["ETag"] = f'"{version}"'
    if location is not None:
        said["Location"] = location
    return Reply(status, card.model_dump_json().encode(), said)


def answer_card(card: BaseModel) -> Answer[Any]:
    """A card, now."""
    return card_reply(card).answer()


def answer_page(request: Web, page: BaseModel, **pinned: Any) -> Answer[Any]:
    """A page of cards, with the addresses of the next one and, from any other, of the first.

    `pinned` are further query parameters of the next one.
    """
    following = getattr(page, "next", None)
    asked = {name: value for name, value in request.query_params.items() if name not in _OF_ONE_PAGE}
    links = []
    if following is not None:
        links.append(_link(request, {**asked, **pinned, "after": following}, "next"))
    if "after" in request.query_params:
        links.append(_link(request, asked, "first"))
    headers = {"Link": ", ".join(links)} if links else {}
    return Answer(page.model_dump_json().encode(), headers=headers, media_type=JSON)


def _link(request: Web, query: Mapping[str, Any], rel: str) -> str:
    return f'<{request.url.path}{"?" if query else ""}{urlencode(query)}>; rel="{rel}"'
