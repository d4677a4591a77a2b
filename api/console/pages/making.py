"""What Kling makes for money, an element or a voice, as it is asked for on a page: who pays, and what would be sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from api.errors import from_pydantic
from api.routes.commanding import Visit
from registry.views import accounts, productions

M = TypeVar("M", bound=BaseModel)


def payers(visit: Visit, account: str, production: str) -> dict[str, Any]:
    """The accounts and productions to choose from; the studio's only account where nothing is chosen yet."""
    known = visit.read(accounts.accounts).items
    shows = visit.read(productions.called, within=visit.within)
    open_ones = [one for one in shows if not one.closed]
    only = known[0].id if len(known) == 1 and not production else ""
    return {
        "accounts": known,
        "productions": open_ones,
        "account": account or only,
        "production": production,
    }


def asked(kind: type[M], said: Mapping[str, Any]) -> M:
    """What the fields of a page ask for; those that are empty say nothing. Raises InvalidRequest."""
    try:
        return kind.model_validate({name: value for name, value in said.items() if value not in ("", None)})
    except ValidationError as refused:
        raise from_pydantic(refused.errors(include_url=False)) from None
