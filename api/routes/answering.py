"""Answers: a view's card as JSON with its version as ETag, pages with a cursor and a Link, and replies that can be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlencode

import orjson
from litestar import Response
from litestar.params import QueryParameter
from pydantic import BaseModel

from api.errors import Web

T = TypeVar("T")
JSON: Final = "application/json"
LARGEST_PAGE: Final = 500
_OF_ONE_PAGE: Final = frozenset({"after", "wait", "subscription"})
"""Query parameters that say where this page begins; the next one says so itself."""

After = Annotated[
    int, QueryParameter(ge=0, le=2**63 - 1, description="The cursor: `next` of the page before.")
]
Limit = Annotated[int, QueryParameter(ge=1, le=LARGEST_PAGE, description="How many at most.")]


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

    def answer(self, *, replayed: bool = False) -> Answer[Any]:
        headers = {**self.headers, **({"Idempotency-Replayed": "true"} if replayed else {})}
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


def answer_page(request: Web, page: BaseModel) -> Answer[Any]:
    """A page of cards, with the address of the next one."""
    following = getattr(page, "next", None)
    headers = {}
    if following is not None:
        asked = {name: value for name, value in request.query_params.items() if name not in _OF_ONE_PAGE}
        headers["Link"] = f'<{request.url.path}?{urlencode({**asked, "after": following})}>; rel="next"'
    return Answer(page.model_dump_json().encode(), headers=headers, media_type=JSON)
