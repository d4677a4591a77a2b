"""The service as a process: it opens the installation, answers until it is told to stop, and ends in order.

1. A signal comes: readiness says 503, waiting requests are answered with what there is, new ones are still taken (`drain`).
2. No more connections; what is being answered is finished, within a bound (`stop`).
3. The log's writer finishes what waits, traces are sent, the process leaves with 0. A second signal ends it at once.
"""

from __future__ import annotations

import asyncio
import math
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Final

import structlog
import uvicorn

from api.app import application
from api.bootstrap import Continuity, open_continuity
from api.console.gate import Gate
from api.ending import Ending, leave_at_once, leave_threads
from api.installation import Serving, served
from api.listening import Patience, listening
from api.logs import configure_logging, secrets_of
from api.manners import Mannered
from api.memory import give_back_freed_memory
from api.observing import Observed
from api.settings import Settings

THREADS: Final = "request"
"""What the names of the threads begin with that answer requests."""
_log = structlog.get_logger("service")


def run_server(
    settings: Settings, host: str = "127.0.0.1", port: int = 8000, *, port_file: Path | None = None
) -> None:
    """Serve until interrupted. Port 0 takes a free one; the chosen port is written to `port_file` once requests are answered."""
    give_back_freed_memory()
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        chosen = listener.getsockname()[1]
        configure_logging(secrets_of(settings), level=settings.log_level)
        continuity = open_continuity(settings)
        configure_logging(secrets_of(settings, continuity.credentials.values()), level=settings.log_level)
        try:

            def ready() -> None:
                if port_file is not None:
                    part = port_file.with_name(f"{port_file.name}.part")
                    part.write_text(str(chosen))
                    part.replace(port_file)

            make_server(continuity, ready).run(sockets=[listener])
        finally:
            continuity.close()
            leave_threads(THREADS)


def make_server(
    continuity: Continuity,
    ready: Callable[[], None] = lambda: None,
    *,
    patience: Patience = Patience(),  # noqa: B008 - frozen
) -> uvicorn.Server:
    """A server, not yet running; `ready` is called once it answers."""
    ending = Ending(continuity.settings.drain)
    installation = served(continuity, ending)
    app = Observed(
        Mannered(Gate(Serving(application(continuity.settings.body_most_bytes), installation))),
        make_id=continuity.registry.make_id,
        metrics=continuity.metrics,
        tracing=continuity.tracing,
    )
    config = uvicorn.Config(
        app,
        http=listening(continuity.registry.make_id, patience),
        ws="none",
        server_header=False,
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=math.ceil(continuity.settings.stop),
        lifespan="off",
    )
    return _Server(config, ready, ending, installation.streams.leave, threads=continuity.settings.threads)


class _Server(uvicorn.Server):
    """Says when it listens, which uvicorn has no hook for; and ends in our order: not ready, no new requests, gone."""

    def __init__(
        self,
        config: uvicorn.Config,
        ready: Callable[[], None],
        ending: Ending,
        leaving: Callable[[], None],
        *,
        threads: int,
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._ending = ending
        self._leaving = leaving
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=THREADS)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's own
        if self._ending.begun:
            leave_at_once(sig)
        self._ending.begin(hurried=sig == signal.SIGINT)

    async def on_tick(self, counter: int) -> bool:
        if self._ending.over and not self.should_exit:
            _log.info("service_stops")
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._leaving()  # or open streams would be waited for, and cut off
        try:
            await super().shutdown(sockets=sockets)
        finally:
            # Whoever is still at work was given its time; the event loop must not be held up by a thread.
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # As many as requests are served at once: the loop's own are six on two cores.
        asyncio.get_running_loop().set_default_executor(self._threads)
        await super().startup(sockets=sockets)
        if not self.should_exit:
            self._ready()
