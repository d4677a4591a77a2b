"""The bare peer of the API: Litestar handlers that run the same query on the raw driver and answer its rows, and
nothing else.

No key is looked at, no card is parsed, no error told. `/threads/…` is served in threads as ours is, each with a
connection of its own; `/loop/…` blocks the event loop on one connection, as nobody would with a database that can be
slow.

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

from benchmarks.driver import Driver, driver
from registry.views.clips import CLIPS

_COLUMNS: Final = [column.name for column in CLIPS.columns]
_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM view_clips"
_ONE: Final = f"{_SELECT} WHERE log = ? AND clip = ?"
_PAGE: Final = f"{_SELECT} WHERE log = ? AND position > ? ORDER BY position LIMIT ?"
Row = dict[str, Any]


def application(url: str, studio: str) -> Litestar:
    """The four handlers over a database."""
    drivers = threading.local()

    def mine() -> Driver:
        if not hasattr(drivers, "one"):
            drivers.one = driver(url)
        one: Driver = drivers.one
        return one

    def clip(name: str) -> Row:
        return _row(mine().rows(_ONE, (studio, name))[0])

    def page() -> list[Row]:
        return [_row(row) for row in mine().rows(_PAGE, (studio, 0, 101))[:100]]

    @get("/threads/clips", sync_to_thread=True)
    def list_in_threads() -> list[Row]:
        return page()

    @get("/threads/clips/{name:str}", sync_to_thread=True)
    def show_in_threads(name: FromPath[str]) -> Row:
        return clip(name)

    @get("/loop/clips", sync_to_thread=False)
    def list_in_loop() -> list[Row]:
        return page()

    @get("/loop/clips/{name:str}", sync_to_thread=False)
    def show_in_loop(name: FromPath[str]) -> Row:
        return clip(name)

    return Litestar(
        [list_in_threads, show_in_threads, list_in_loop, show_in_loop],
        openapi_config=None,
        logging_config=None,
    )


def _row(row: tuple[Any, ...]) -> Row:
    return {
        name: value.decode() if isinstance(value, bytes) else value
        for name, value in zip(_COLUMNS, row, strict=True)
    }


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
