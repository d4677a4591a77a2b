"""In which production is it? Scenes, generations and clips belong to one; pictures, characters and voices are the studio's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select

from registry.views.clips import CLIPS
from registry.views.generations import GENERATIONS
from registry.views.productions import PRODUCTIONS
from registry.views.scenes import SCENES

_CLIPS: Final = CLIPS.join(SCENES, (SCENES.c.log == CLIPS.c.log) & (SCENES.c.scene == CLIPS.c.scene))


def _of(
    row: ColumnElement[str], thing: ColumnElement[str], source: Any, log: ColumnElement[str]
) -> Select[Any]:
    return select(row).select_from(source).where(log == bindparam("of_log"), thing == bindparam("thing"))


_WHERE: Final[Mapping[str, Select[Any]]] = {
    "production": _of(PRODUCTIONS.c.production, PRODUCTIONS.c.production, PRODUCTIONS, PRODUCTIONS.c.log),
    "scene": _of(SCENES.c.production, SCENES.c.scene, SCENES, SCENES.c.log),
    "generation": _of(GENERATIONS.c.production, GENERATIONS.c.generation, GENERATIONS, GENERATIONS.c.log),
    "clip": _of(SCENES.c.production, CLIPS.c.clip, _CLIPS, CLIPS.c.log),
}
KINDS: Final = frozenset(_WHERE)
"""The kinds of things that belong to a production, itself among them."""


def production_of(connection: Connection, log: str, thing: str) -> str | None:
    """The production that a production, scene, generation or clip belongs to; None for whatever is not there."""
    query = _WHERE.get(thing.partition("_")[0])
    if query is None:
        return None
    found: str | None = connection.execute(query, {"of_log": log, "thing": thing}).scalar()
    return found
