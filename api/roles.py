"""Who may do what: every route says which role it needs and how far it reaches; one that says nothing keeps the service from
starting.

A resource says what its changes need (`changes`), a route what it needs where that differs (`role`). Reading needs any role at
all (`/v1` says `reader`), unless a resource says otherwise (`reads`). `anybody` is every key of the studio, with a role or not.

How far (`reach`): what is in a `production` opens to keys of that production; the `library` (pictures, characters, voices: all
productions share them) to every key; what tells of the whole `studio` to no key that is for single productions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from api.refusals import OutOfReach, RoleMissing
from registry.errors import NotFound
from registry.events.studio import ROLES, Role
from registry.views.places import KINDS

Need = Role | Literal["anybody"]
NEEDS: Final = frozenset({*ROLES, "anybody"})
Reach = Literal["production", "library", "studio"]
REACHES: Final = frozenset(get_args(Reach))
_READING: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the key, its holder, the studio it opens, what it may do; in these `productions` alone, if any are named."""

    key: str
    holder: str
    studio: str
    roles: tuple[Role, ...] = ()
    productions: tuple[str, ...] = ()


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


def reach_of(opt: Mapping[str, Any]) -> Reach:
    """How far a route reaches, by its own word or its resource's. Raises RuntimeError where neither says it."""
    said: Any = opt.get("reach")
    if said not in REACHES:
        raise RuntimeError(f"a route says {said!r} of how far it reaches, and not one of {sorted(REACHES)}")
    reach: Reach = said
    return reach


def must_reach(
    caller: Caller, reach: Reach, named: Mapping[str, Any], production_of: Callable[[str], str | None]
) -> None:
    """A key for single productions must not get beyond them: `named` are the parts of the path.

    Raises OutOfReach; and NotFound for what is in no production of the key, alike for what is not there at all.
    """
    if not caller.productions or reach == "library":
        return
    if reach == "studio":
        raise OutOfReach(
            f"this is about the whole studio, and {caller.key} opens {', '.join(caller.productions)} alone",
            hint="ask with a key of the studio",
        )
    for kind, thing in named.items():
        if kind in KINDS:
            must_be_within(caller, str(thing), production_of)


def must_be_within(caller: Caller, thing: str, production_of: Callable[[str], str | None]) -> None:
    """Raises NotFound for what is in no production of the key, alike for what is not there at all."""
    if caller.productions and production_of(thing) not in caller.productions:
        raise NotFound(f"there is no {thing}", hint="check the id")
