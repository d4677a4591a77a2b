"""One cache of compiled statements for all engines of a process: tests open thousands of databases and ask each the same.

SQLAlchemy gives every engine a cache of its own, in which it looks under the dialect and the shape of the statement. A shape
holds this process's own tables and columns, so only the same statement is found. The dialects of one kind are made with the same
options (`registry.log.engine`) and meet servers of one version, so what one compiles is what the others would; `Quick` relies on
that too.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

_MOST: Final = 3_000


@cache
def share_compiled_statements() -> None:
    """From here on, for engines that are made in this process and in those it forks."""
    shared, make = LRUCache(_MOST), Engine.__init__
    for kind in (SQLiteDialect, PGDialect_psycopg):
        kind.__hash__ = lambda one: hash(type(one))  # type: ignore[assignment,method-assign]
        kind.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[assignment,method-assign]

    def made(engine: Engine, *rest: object, **more: object) -> None:
        make(engine, *rest, **more)  # type: ignore[arg-type]
        engine._compiled_cache = shared

    Engine.__init__ = made  # type: ignore[method-assign]
