"""The bare peer of the API: Litestar handlers that run the same queries on the raw driver and answer their rows, and
nothing else.

No key is looked at, no card is parsed, no error told. It is served in threads as ours is, each with a connection of
its own: what blocks the event loop would stop everybody with a database that can be slow.

    python -m benchmarks.bare DATABASE_URL STUDIO PORT_FILE
"""

from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path
from typing import Any, Final

import uvicorn
from litestar import Litestar, get
from litestar.params import FromPath
from sqlalchemy import Table

from benchmarks.driver import Driver, driver
from registry.log.tables import EVENTS
from registry.views.assets import ASSETS
from registry.views.characters import CHARACTERS, REFERENCES
from registry.views.clips import CLIPS
from registry.views.generations import GENERATIONS
from registry.views.looks import LOOKS
from registry.views.scenes import CAST, SCENES, SHOTS
from registry.views.work import WORK

Rows = list[dict[str, Any]]
Query = tuple[Table, str]
"""A table, and what follows its columns; the first `?` is the studio, the second the thing."""


def _one(table: Table, key: str) -> Query:
    return table, f"WHERE log = ? AND {key} = ?"


def _page(table: Table) -> Query:
    return table, "WHERE log = ? AND position > 0 ORDER BY position LIMIT 101"


ONE: Final[dict[str, tuple[Query, ...]]] = {
    "clips": (_one(CLIPS, "clip"),),
    "generations": (_one(GENERATIONS, "generation"), _one(WORK, "work")),
    "characters": (
        _one(CHARACTERS, "character"),
        _one(REFERENCES, "character"),
        _one(LOOKS, "character"),
    ),
    "assets": (_one(ASSETS, "asset"),),
    "scenes": (_one(SCENES, "scene"), _one(CAST, "scene"), _one(SHOTS, "scene")),
}
PAGES: Final[dict[str, tuple[Query, ...]]] = {
    "clips": (_page(CLIPS),),
    "generations": (_page(GENERATIONS),),
    "characters": (_page(CHARACTERS), (REFERENCES, "WHERE log = ?"), (LOOKS, "WHERE log = ?")),
    "assets": (_page(ASSETS),),
    "events": ((EVENTS, "WHERE log = ? AND position > 0 AND position <= 100 ORDER BY position"),),
}
"""The ten: by the name of the resource, the queries of one thing and of a page of a hundred."""


def application(url: str, studio: str) -> Litestar:
    """The handlers over a database."""
    drivers = threading.local()

    def mine() -> Driver:
        if not hasattr(drivers, "one"):
            drivers.one = driver(url)
        one: Driver = drivers.one
        return one

    @get("/{kind:str}", sync_to_thread=True)
    def page(kind: FromPath[str]) -> list[Rows]:
        return [_rows(mine(), query, (studio,)) for query in PAGES[kind]]

    @get("/{kind:str}/{name:str}", sync_to_thread=True)
    def one(kind: FromPath[str], name: FromPath[str]) -> list[Rows]:
        return [_rows(mine(), query, (studio, name)) for query in ONE[kind]]

    return Litestar([page, one], openapi_config=None, logging_config=None)


def _rows(reader: Driver, query: Query, values: tuple[str, ...]) -> Rows:
    table, rest = query
    columns = [column.name for column in table.columns]
    quoted = ", ".join(f'"{name}"' for name in columns)
    found = reader.rows(f"SELECT {quoted} FROM {table.name} {rest}", values)
    return [{name: _text(value) for name, value in zip(columns, row, strict=True)} for row in found[:100]]


def _text(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def main() -> None:
    url, studio, port_file = sys.argv[1:]
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application(url, studio), ws="none", server_header=False, log_level="warning", access_log=False
    )
    part = Path(f"{port_file}.part")
    part.write_text(str(listener.getsockname()[1]))
    part.replace(port_file)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
