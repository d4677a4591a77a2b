"""A way to a TCP server on which connections break where a test says: before, within or after a request or its answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_PIECE = 65_536


@dataclass(frozen=True)
class Cut:
    """How much of what comes is let through before the connection breaks; None lets all of it through.

    With `answer` 0 the server has done its work: the connection breaks when its answer begins.
    """

    request: int | None = None
    answer: int | None = None


WHOLE = Cut()


@dataclass
class Cutter:
    """`heads` holds the first bytes of every connection's requests, as they went on to the server."""

    url: str
    listener: socket.socket
    behind: tuple[str, int]
    cuts: list[Cut] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    _open: list[socket.socket] = field(default_factory=list)

    def will(self, *cuts: Cut) -> None:
        """Break the next connections so; whatever is open is closed, so that the next request opens a new one."""
        self.cuts[:] = cuts
        self.heads.clear()
        for one in self._open:
            _close(one)
        self._open.clear()

    def serve(self) -> None:
        while True:
            try:
                outer, _ = self.listener.accept()
            except OSError:
                return
            cut = self.cuts.pop(0) if self.cuts else WHOLE
            threading.Thread(target=self._pass, args=(outer, cut), daemon=True).start()

    def _pass(self, outer: socket.socket, cut: Cut) -> None:
        number = len(self.heads)
        self.heads.append(b"")
        if cut.request == 0:
            _close(outer)
            return
        inner = socket.create_connection(self.behind)
        self._open += [outer, inner]

        def up() -> None:
            for piece in _through(outer, cut.request):
                self.heads[number] = (self.heads[number] + piece)[:4096]
                inner.sendall(piece)
            if cut.request is not None:
                _close(outer)
            _close(inner)

        threading.Thread(target=_quietly, args=(up,), daemon=True).start()

        def down() -> None:
            for piece in _through(inner, cut.answer):
                outer.sendall(piece)

        _quietly(down)
        _close(outer)
        _close(inner)


def _through(source: socket.socket, most: int | None) -> Iterator[bytes]:
    """What comes, until it ends or so much of it has come."""
    left = most
    while piece := source.recv(_PIECE):
        kept = piece if left is None else piece[:left]
        if kept:
            yield kept
        if left is not None:
            left -= len(kept)
            if left <= 0:
                return


def _quietly(act: object) -> None:
    with suppress(OSError):
        act()  # type: ignore[operator]


def _close(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def cutting(url: str) -> Iterator[Cutter]:
    """A cutter before the server at `url`."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        cutter = Cutter(f"http://127.0.0.1:{listener.getsockname()[1]}", listener, behind=(host, int(port)))
        thread = threading.Thread(target=cutter.serve, daemon=True)
        thread.start()
        yield cutter
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()
