"""What do people call these things? Names to show beside ids, of many things at once; erased ones read `(erased)`.

Real people are named nowhere but on their own card: a likeness has no name here, nor has what has none at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, select

from registry.views.accounts import ACCOUNTS
from registry.views.assets import ASSETS
from registry.views.characters import CHARACTERS
from registry.views.elements import ELEMENTS
from registry.views.kinds import character_of, kind_of
from registry.views.productions import PRODUCTIONS
from registry.views.scenes import SCENES
from registry.views.voices import VOICES

_NAMED: Final[Mapping[str, tuple[Table, ColumnElement[Any]]]] = {
    "account": (ACCOUNTS, ACCOUNTS.c.name),
    "asset": (ASSETS, ASSETS.c.label),
    "character": (CHARACTERS, CHARACTERS.c.name),
    "element": (ELEMENTS, ELEMENTS.c.element_id),
    "production": (PRODUCTIONS, PRODUCTIONS.c.name),
    "scene": (SCENES, SCENES.c.name),
    "voice": (VOICES, VOICES.c.name),
}
_AT_ONCE: Final = 500


def names_of(connection: Connection, log: str, things: Iterable[str]) -> dict[str, str]:
    """The names of those that have one. A look is called as it is and whose it is."""
    by_kind: defaultdict[str, dict[str, None]] = defaultdict(dict)
    looks = []
    for thing in things:
        if kind_of(thing) == "look":
            looks.append(thing)
        called = character_of(thing)
        by_kind[kind_of(called)][called] = None
    found: dict[str, str] = {}
    for kind, ids in by_kind.items():
        if kind in _NAMED:
            found |= _names(connection, log, kind, list(ids))
    return {**found, **{look: _look(look, found) for look in looks}}


def _names(connection: Connection, log: str, kind: str, ids: list[str]) -> dict[str, str]:
    table, name = _NAMED[kind]
    found: dict[str, str] = {}
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        query = select(table.c[kind], name).where(table.c.log == log, table.c[kind].in_(some))
        found |= {row[0]: str(row[1]) for row in connection.execute(query) if row[1]}
    return {one: f"Kling element {name}" for one, name in found.items()} if kind == "element" else found


def _look(thing: str, names: Mapping[str, str]) -> str:
    character, _, look = thing.partition(":")
    return f"{names.get(character, character)}, {look}"
