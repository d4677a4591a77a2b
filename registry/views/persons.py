"""Whom do these bytes show? The real people that an asset or a clip is known to show or to concern.

Wider than what may be sent: a reference that was withdrawn still shows who it showed, and a character counts once it depicts a
real person or has a likeness.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import Connection, Select, select, text

from registry.views.assets import ASSETS
from registry.views.characters import CHARACTERS
from registry.views.likenesses import EVIDENCE
from registry.views.uses import USES

_INTO: Final = text(
    "WITH RECURSIVE inside(node) AS ("
    "SELECT node FROM view_nodes WHERE log = :log AND id = :thing UNION "
    "SELECT e.source FROM inside i CROSS JOIN view_edges e WHERE e.log = :log AND e.made = i.node AND e.kind IN "
    "('continues', 'grounded-on', 'frame-of', 'shows', 'carries', 'depicts')) "
    "SELECT n.id FROM inside i CROSS JOIN view_nodes n WHERE n.log = :log AND n.node = i.node"
)
"""What went into it, whoever is seen there: `CROSS JOIN` keeps SQLite from walking all edges (`lineage`)."""


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


def _with_replaced(connection: Connection, log: str, assets: Iterable[str]) -> set[str]:
    """The assets with those they took the place of, and those that took theirs: they show the same person."""
    known: set[str] = set()
    new = set(assets)
    while new:
        known |= new
        both = ASSETS.c.superseded_by.in_(new) | ASSETS.c.asset.in_(new)
        rows = connection.execute(
            select(ASSETS.c.asset, ASSETS.c.superseded_by).where(ASSETS.c.log == log, both)
        )
        new = {one for row in rows for one in row if one is not None} - known
    return known


def _standing_for(connection: Connection, log: str, assets: Collection[str]) -> set[str]:
    """Whom they ever were a reference of, or were made into an element or a voice of."""
    query = select(USES.c.character).where(
        USES.c.log == log, USES.c.thing.in_(assets), USES.c.how.in_(_STANDS), USES.c.character.is_not(None)
    )
    return set(connection.execute(query).scalars())


def _proving(connection: Connection, log: str, assets: Collection[str]) -> set[str]:
    """Whose consents they are the evidence of."""
    query = select(EVIDENCE.c.likeness).where(EVIDENCE.c.log == log, EVIDENCE.c.asset.in_(assets))
    return set(connection.execute(query).scalars())


def _real(log: str, characters: Collection[str]) -> Select[Any]:
    is_real = (CHARACTERS.c.depicts == "real_person") | CHARACTERS.c.likeness.is_not(None)
    return select(CHARACTERS.c.character, CHARACTERS.c.likeness).where(
        CHARACTERS.c.log == log, CHARACTERS.c.character.in_(characters), is_real
    )
