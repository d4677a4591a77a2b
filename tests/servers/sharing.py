"""What a process makes once for all that tests open in it: compiled statements, and the authorities that clients trust.

Tests open thousands of databases and ask each the same. SQLAlchemy gives every engine a cache of its own, in which it looks
under the dialect and the shape of the statement. A shape holds this process's own tables and columns, so only the same statement
is found. The dialects of one kind are made with the same options (`registry.log.engine`) and meet servers of one version, so what
one compiles is what the others would; `Quick` relies on that too.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import httpx
from httpx._transports import default
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


@cache
def share_trust() -> None:
    """Reading the authorities takes six times as long as the rest of a small studio. Who names a context keeps it."""
    httpx.create_ssl_context = default.create_ssl_context = cache(httpx.create_ssl_context)
