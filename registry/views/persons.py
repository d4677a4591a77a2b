"""Whom do these bytes show? The real people that an asset or a clip is known to show or to concern.

Wider than what may be sent: a reference that was withdrawn still shows who it showed, and a character counts once it depicts a
real person or has a likeness.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    Select,
    TextClause,
    bindparam,
    column,
    select,
    table,
    text,
)

from registry.log.engine.quick import rows_of
from registry.views.assets import ASSETS
from registry.views.characters import CHARACTERS
from registry.views.steps import looked_up
from registry.views.uses import USES

_INTO: Final = (
    "e.kind IN ('continues', 'edits', 'grounded-on', 'frames', 'frame-of', 'shows', 'carries', 'depicts')"
)
"""The edges by which somebody who is seen in one thing is seen in another."""

_EVIDENCE: Final = table("view_evidence", column("log"), column("asset"), column("likeness"))
"""Likenesses know the clips that are left to decide, and cards of clips say whom they depict: theirs is the module above."""
_STANDS: Final = ("reference", "made-into")
_LOG: Final[BindParameter[str]] = bindparam("of_log")
_THESE: Final[BindParameter[list[str]]] = bindparam("these", expanding=True)
_REPLACED: Final = select(ASSETS.c.asset, ASSETS.c.superseded_by).where(
    ASSETS.c.log == _LOG, ASSETS.c.superseded_by.in_(_THESE) | ASSETS.c.asset.in_(_THESE)
)
_STANDING: Final = select(USES.c.thing, USES.c.character).where(
    USES.c.log == _LOG, USES.c.thing.in_(_THESE), USES.c.how.in_(_STANDS), USES.c.character.is_not(None)
)
_PROVING: Final = select(_EVIDENCE.c.asset, _EVIDENCE.c.likeness).where(
    _EVIDENCE.c.log == _LOG, _EVIDENCE.c.asset.in_(_THESE)
)
_REAL: Final = select(CHARACTERS.c.character, CHARACTERS.c.likeness).where(
    CHARACTERS.c.log == _LOG,
    CHARACTERS.c.character.in_(_THESE),
    (CHARACTERS.c.depicts == "real_person") | CHARACTERS.c.likeness.is_not(None),
)
"""Made once: making a statement takes longer than running it (`rows`)."""


def step_into(dialect: str) -> str:
    """What joins the edges `e` from a node of `inside` to what somebody is seen in there."""
    return looked_up(dialect, "view_edges", "e", f"e.log = :log AND e.made = i.node AND {_INTO}")


def going_into(dialect: str, begin: str) -> str:
    """`inside`: the nodes of the things where `begin` holds, with all that went into them, whoever is seen there."""
    return (
        f"WITH RECURSIVE inside(node) AS (SELECT node FROM view_nodes WHERE log = :log AND {begin} UNION "  # noqa: S608
        f"SELECT e.source FROM inside i {step_into(dialect)}) "
    )


@cache
def _inside(dialect: str) -> TextClause:
    node = looked_up(dialect, "view_nodes", "n", "n.log = :log AND n.node = i.node")
    return text(f"{going_into(dialect, 'id = :thing')}SELECT n.id FROM inside i {node}")  # noqa: S608


def persons_in(connection: Connection, log: str, thing: str) -> tuple[str, ...]:
    """The characters that depict real people and the likenesses that `thing` is known to show or concern, sorted."""
    found_inside = rows_of(connection, _inside(connection.dialect.name), {"log": log, "thing": thing})
    inside = {thing, *(id for (id,) in found_inside)}
    families = _families(connection, log, [one for one in inside if one.startswith("asset_")])
    characters = {one for one in inside if one.startswith("character_")}
    characters |= {row.character for row in _ask(connection, _STANDING, log, families)}
    found = {one for one in inside if one.startswith("likeness_")}
    found |= {row.likeness for row in _ask(connection, _PROVING, log, families)}
    for row in _ask(connection, _REAL, log, characters):
        found |= {row.character, row.likeness} - {None}
    return tuple(sorted(found))


def known_persons(connection: Connection, log: str, things: Collection[str]) -> dict[str, bool]:
    """Of each of some things (by itself, not by what went into it) whether somebody real is known to be seen by it.

    Where nobody is known to be seen, the thing is left out.
    """
    families = _families(connection, log, [one for one in things if one.startswith("asset_")])
    standing = {one: {one} for one in things if one.startswith("character_")}
    for row in _ask(connection, _STANDING, log, families):
        for asset in families[row.thing]:
            standing.setdefault(asset, set()).add(row.character)
    everybody = {one for several in standing.values() for one in several}
    real = {row.character for row in _ask(connection, _REAL, log, everybody)}
    evidence = {row.asset for row in _ask(connection, _PROVING, log, families)}
    found = {one: not standing[one].isdisjoint(real) for one in things if one in standing}
    proving = {one: True for one in families if families[one] & evidence}
    return found | proving | {one: True for one in things if one.startswith("likeness_")}


def _families(connection: Connection, log: str, assets: Iterable[str]) -> dict[str, set[str]]:
    """Each asset, and each reached from them, with those it took the place of and those that took its: they show the same."""
    families = {one: {one} for one in assets}
    new = set(families)
    while new:
        pairs = [(row.asset, row.superseded_by or row.asset) for row in _ask(connection, _REPLACED, log, new)]
        new = {one for pair in pairs for one in pair} - families.keys()
        families |= {one: {one} for one in new}
        for earlier, later in pairs:
            together = families[earlier] | families[later]
            families |= dict.fromkeys(together, together)
    return families


def _ask(
    connection: Connection, statement: Select[Any], log: str, these: Collection[str]
) -> Sequence[Row[Any]]:
    """The rows about these things; nothing is asked about none."""
    return connection.execute(statement, {"of_log": log, "these": [*these]}).all() if these else ()
