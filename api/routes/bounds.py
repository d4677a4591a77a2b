"""How long the texts in addresses and queries may be, and what ids look like there: checked and described from one place."""

from __future__ import annotations

from typing import Any, Final

from litestar.connection import Request

from api.errors import invalid, shown
from registry.deciders.command import NAME_LENGTH, TEXT_LENGTH
from registry.errors import NotFound
from registry.events.ids import ID_SUFFIX

_SENTENCES: Final = frozenset({"reason", "source", "characters", "likenesses"})
_WORDS: Final = frozenset({"thing", "number", "look", "subscription", "token", "name"})
"""Parts of an address that are no ids of the kind they are named for."""


def longest(name: str) -> int:
    """The most characters of a query parameter."""
    return TEXT_LENGTH if name in _SENTENCES else NAME_LENGTH


def bounds_of(name: str, place: str, path: str) -> dict[str, Any]:
    """The words of JSON schema for a text in an address or a query."""
    if place == "path" and name not in _WORDS and f"/pins/{{{name}}}" not in path:
        return {"pattern": f"^{name}_{ID_SUFFIX}$"}
    if name == "token":
        return {"minLength": 1}
    return {"maxLength": longest(name)} if place == "query" else {"minLength": 1, "maxLength": NAME_LENGTH}


def check_texts(request: Request[Any, Any, Any]) -> None:
    """No text that no database keeps, none that is endless. Raises InvalidRequest, and NotFound for what an address names."""
    for name, said in request.path_params.items():
        if "\x00" in said or len(said) > NAME_LENGTH:
            raise NotFound(f"there is no {name} {said[:80]!r}", hint="check the address")
    errors = []
    for name, said in request.query_params.multi_items():
        if "\x00" in said:
            errors.append({"path": f"?{name}", "message": "it holds a NUL", "value": shown(said)})
        elif len(said) > longest(name):
            message = f"at most {longest(name)} characters"
            errors.append({"path": f"?{name}", "message": message, "value": shown(said)})
    if errors:
        raise invalid(errors)
