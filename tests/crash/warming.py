"""What a forking process does once, so that its children need not: imports, compiled statements, certificates."""

from __future__ import annotations

import tempfile
from functools import cache, partial
from pathlib import Path

import httpx
import structlog
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

from generation import fetching
from tests.servers.building import build
from tests.servers.sandbox import Sandbox
from tests.servers.world import ALONE


def warm(provider: Sandbox) -> None:
    """Carry one generation to its end here, then let go of everything that must not be shared with children."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    httpx.create_ssl_context = cache(httpx.create_ssl_context)
    fetching.probe = partial(fetching.probe, decode=False)  # films are not what this is about
    _share_compiled_statements()
    with tempfile.TemporaryDirectory() as folder:
        world = build(Path(folder), provider.url)
        world.carry(world.ask(**ALONE))
        world.registry.close()


def _share_compiled_statements() -> None:
    """Every engine made from here on looks compiled statements up in one cache, whose keys hold the engine's dialect."""
    shared, make = LRUCache(1500), Engine.__init__
    SQLiteDialect.__hash__ = lambda _: 0  # type: ignore[method-assign,assignment]
    SQLiteDialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign,assignment]

    def made(engine: Engine, *rest: object, **more: object) -> None:
        make(engine, *rest, **more)  # type: ignore[arg-type]
        engine._compiled_cache = shared

    Engine.__init__ = made  # type: ignore[method-assign]
