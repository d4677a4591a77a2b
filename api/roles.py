"""Who may do what: every route says which role it needs, and one that says nothing keeps the service from starting.

A resource says what its changes need (`changes`), a route what it needs where that differs (`role`). Reading needs any role at
all (`/v1` says `reader`), unless a resource says otherwise (`reads`). `anybody` is every key of the studio, with a role or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from api.errors import RoleMissing
from registry.events.studio import ROLES, Role

Need = Role | Literal["anybody"]
NEEDS: Final = frozenset({*ROLES, "anybody"})
_READING: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the key, its holder, the studio it opens, and what it may do there."""

    key: str
    holder: str
    studio: str
    roles: tuple[Role, ...] = ()


def needed(opt: Mapping[str, Any], method: str) -> Need:
    """What a route needs, by its own word or its resource's. Raises RuntimeError where neither says a role there is."""
    said = opt.get("role") or opt.get("reads" if method in _READING else "changes")
    if said not in NEEDS:
        raise RuntimeError(f"a route for {method} needs a role and names {said!r}")
    need: Need = said
    return need


def may(roles: tuple[Role, ...], need: Need) -> bool:
    """Whoever has a role may read."""
    match need:
        case "anybody":
            return True
        case "reader":
            return bool(roles)
        case _:
            return need in roles


def must_be(caller: Caller, need: Need) -> None:
    """Raises RoleMissing."""
    if not may(caller.roles, need):
        raise RoleMissing(
            f"this needs a key with the role {need}, which {caller.key} has not (it has {', '.join(caller.roles) or 'none'})",
            hint=f"ask for it: continuity keys grant {caller.key} {need}, by an admin",
        )
