"""A gate before a TCP server: what is behind it goes away and comes back at the same address, or is heard no more."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

_PIECE = 65_536


class Gate:
    """Passes bytes on between its own port and `behind` (host:port) while it is open."""

    def __init__(self, behind: str) -> None:
        host, _, port = behind.rpartition(":")
        self._behind = host, int(port)
        self._port, self._deaf = 0, False
        self._pairs: list[socket.socket] = []
        self.open()

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self._port}"

    def open(self) -> None:
        """Let everybody in, at the address of before."""
        self._deaf = False
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        threading.Thread(target=self._admit, args=(self._listener,), daemon=True).start()

    def shut(self) -> None:
        """Cut every connection and refuse new ones."""
        for end in (self._listener, *self._pairs):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._pairs.clear()

    def swallow(self) -> None:
        """From here on requests are passed on, and the connection is cut in place of each answer."""
        self._deaf = True

    def _admit(self, listener: socket.socket) -> None:
        while True:
            try:
                outer, _ = listener.accept()
                inner = socket.create_connection(self._behind)
            except OSError:
                return
            self._pairs += [outer, inner]
            for source, sink, answers in ((outer, inner, False), (inner, outer, True)):
                threading.Thread(target=self._pass_on, args=(source, sink, answers), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while (piece := source.recv(_PIECE)) and not (answers and self._deaf):
                sink.sendall(piece)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()
