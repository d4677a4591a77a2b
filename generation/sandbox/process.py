"""The sandbox as a process: uvicorn on a loopback port, with a protocol that can cut a connection."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from generation.sandbox.app import create_app
from generation.sandbox.replies import CUT_EXTENSION, HANG_UP_EXTENSION
from generation.sandbox.settings import SandboxSettings

_log = logging.getLogger("generation.sandbox")


# Untyped on purpose: which class it is depends on whether httptools is installed.
_Protocol: Any = AutoHTTPProtocol


class CuttableProtocol(_Protocol):  # type: ignore[misc]
    """uvicorn's HTTP protocol that lends each request the closing of its own socket, whole or half.

    The server has no such door: an application that returns without answering gets a 500 sent in its name.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inner: Any = self.__dict__["app"]

        async def lend(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                lent = {CUT_EXTENSION: self.transport.close, HANG_UP_EXTENSION: self.transport.write_eof}
                scope.setdefault("extensions", {}).update(lent)
            await inner(scope, receive, send)

        self.__dict__["app"] = lend


class _Announcing(uvicorn.Server):
    """A server that says when it listens; uvicorn has no hook for that moment."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if not self.should_exit:
            self._ready()


def make_server(settings: SandboxSettings, ready: Callable[[], None] = lambda: None) -> uvicorn.Server:
    """A server, not yet running; for tests that run it in a thread of theirs."""
    config = uvicorn.Config(
        create_app(settings),
        http=CuttableProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    return _Announcing(config, ready)


def bind(host: str, port: int) -> socket.socket:
    """A listening address; port 0 takes a free one. Raises OSError when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def run(
    settings: SandboxSettings, host: str = "127.0.0.1", port: int = 0, *, port_file: Path | None = None
) -> None:
    """Serve until interrupted. The chosen port is written to `port_file` once requests are answered."""
    listener = bind(host, port)
    chosen = listener.getsockname()[1]
    if not settings.media:
        _log.warning("the sandbox runs without films: result URLs answer 404")

    def ready() -> None:
        if port_file:
            _write_whole(port_file, str(chosen))

    with listener:
        make_server(settings, ready).run(sockets=[listener])


def _write_whole(path: Path, text: str) -> None:
    """Write so that a reader sees nothing or everything."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text)
    os.replace(unfinished, path)
