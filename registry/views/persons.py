"""Whom do these bytes show? The real people that an asset or a clip is known to show or to concern.

Wider than what may be sent: a reference that was withdrawn still shows who it showed, and a character counts once it depicts a
real person or has a likeness.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import Connection, Select, column, select, table, text

from registry.views.assets import ASSETS
from registry.views.characters import CHARACTERS
from registry.views.uses import USES

INTO: Final = (
    "e.kind IN ('continues', 'edits', 'grounded-on', 'frames', 'frame-of', 'shows', 'carries', 'depicts')"
)
"""The edges by which somebody who is seen in one thing is seen in another."""
_INTO: Final = text(
    "WITH RECURSIVE inside(node) AS ("  # noqa: S608 - kinds of edges from above; nothing that anybody says
    "SELECT node FROM view_nodes WHERE log = :log AND id = :thing UNION "
    f"SELECT e.source FROM inside i CROSS JOIN view_edges e WHERE e.log = :log AND e.made = i.node AND {INTO}) "
    "SELECT n.id FROM inside i CROSS JOIN view_nodes n WHERE n.log = :log AND n.node = i.node"
)
"""What went into it, whoever is seen there: `CROSS JOIN` keeps SQLite from walking all edges (`lineage`)."""

_EVIDENCE: Final = table("view_evidence", column("log"), column("asset"), column("likeness"))
"""Likenesses know the clips that are left to decide, and cards of clips say whom they depict: theirs is the module above."""
_STANDS: Final = ("reference", "made-into")


def persons_in(connection: Connection, log: str, thing: str) -> tuple[str, ...]:
    """The characters that depict real people and the likenesses that `thing` is known to show or concern, sorted."""
    inside = {thing, *connection.execute(_INTO, {"log": log, "thing": thing}).scalars()}
    assets = _with_replaced(connection, log, [one for one in inside if one.startswith("asset_")])
    characters = {one for one in inside if one.startswith("character_")}
    characters |= _standing_for(connection, log, assets)
    likenesses = {one for one in inside if one.startswith("likeness_")} | _proving(connection, log, assets)
    for row in connection.execute(_real(log, characters)) if characters else ():
        likenesses |= {row.character, row.likeness} - {None}
    return tuple(sorted(likenesses))


def known_persons(connection: Connection, log: str, things: Collection[str]) -> dict[str, bool]:
    """Of each of some things (by itself, not by what went into it) whether somebody real is known to be seen by it.

    Where nobody is known to be seen, the thing is left out.
    """
    families = _families(connection, log, [one for one in things if one.startswith("asset_")])
    pictures = {one for family in families.values() for one in family}
    evidence = set(connection.execute(_proofs(log, pictures)).scalars()) if pictures else set()
    standing = {one: {one} for one in things if one.startswith("character_")}
    for row in connection.execute(_stands(log, pictures)) if pictures else ():
        for asset in families[row.thing]:
            standing.setdefault(asset, set()).add(row.character)
    everybody = {one for several in standing.values() for one in several}
    real = {row.character for row in connection.execute(_real(log, everybody))} if everybody else set()
    found = {one: not standing[one].isdisjoint(real) for one in things if one in standing}
    proving = {one: True for one in families if families[one] & evidence}
    return found | proving | {one: True for one in things if one.startswith("likeness_")}


def _with_replaced(connection: Connection, log: str, assets: Iterable[str]) -> set[str]:
    """The assets with those they took the place of, and those that took theirs: they show the same person."""
    return {one for family in _families(connection, log, assets).values() for one in family}


def _families(connection: Connection, log: str, assets: Iterable[str]) -> dict[str, set[str]]:
    """Each asset, and each that is reached from them, with all that show the same person."""
    families = {one: {one} for one in assets}
    new = set(families)
    while new:
        both = ASSETS.c.superseded_by.in_(new) | ASSETS.c.asset.in_(new)
        query = select(ASSETS.c.asset, ASSETS.c.superseded_by).where(ASSETS.c.log == log, both)
        pairs = [(row.asset, row.superseded_by or row.asset) for row in connection.execute(query)]
        new = {one for pair in pairs for one in pair} - families.keys()
        families |= {one: {one} for one in new}
        for earlier, later in pairs:
            together = families[earlier] | families[later]
            families |= dict.fromkeys(together, together)
    return families


def _standing_for(connection: Connection, log: str, assets: Collection[str]) -> set[str]:
    """Whom they ever were a reference of, or were made into an element or a voice of."""
    return {row.character for row in connection.execute(_stands(log, assets))}


def _stands(log: str, assets: Collection[str]) -> Select[Any]:
    return select(USES.c.thing, USES.c.character).where(
        USES.c.log == log, USES.c.thing.in_(assets), USES.c.how.in_(_STANDS), USES.c.character.is_not(None)
    )


def _proving(connection: Connection, log: str, assets: Collection[str]) -> set[str]:
    """Whose consents they are the evidence of."""
    query = select(_EVIDENCE.c.likeness).where(_EVIDENCE.c.log == log, _EVIDENCE.c.asset.in_(assets))
    return set(connection.execute(query).scalars())


def _proofs(log: str, assets: Collection[str]) -> Select[Any]:
    return select(_EVIDENCE.c.asset).where(_EVIDENCE.c.log == log, _EVIDENCE.c.asset.in_(assets))


def _real(log: str, characters: Collection[str]) -> Select[Any]:
    is_real = (CHARACTERS.c.depicts == "real_person") | CHARACTERS.c.likeness.is_not(None)
    return select(CHARACTERS.c.character, CHARACTERS.c.likeness).where(
        CHARACTERS.c.log == log, CHARACTERS.c.character.in_(characters), is_real
    )
