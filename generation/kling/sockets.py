"""A connection once it is made: an early answer is noticed, and a deadline ends everything."""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import httpcore

CHUNK_BYTES: Final = 64 * 1024


class CutOff:
    """A hard deadline for one exchange: a timer that shuts the socket down, whatever is being waited for.

    Pass `trace` as the request's `trace` extension. It works through TLS and inside a handshake, because it
    holds a duplicate of the descriptor. `expired` tells a deadline from a fault of the peer.
    """

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(max(seconds, 0.0), self._cut)
        self._timer.daemon = True

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket").dup()
            if self.expired:
                self._cut()

    def _cut(self) -> None:
        with self._lock:
            self.expired = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> CutOff:
        self._timer.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._timer.cancel()
        with self._lock:
            if self._socket is not None:
                self._socket.close()
                self._socket = None


class PatientStream(httpcore.NetworkStream):
    """A socket that looks for an early answer while a write is stuck (httpcore's own stream does not).

    A server that refuses in mid-body (401, 413, 429) may stop reading; waiting for it to read on would turn a
    clear refusal into an unknown outcome. What arrived is kept for `read`; a WriteError makes httpcore go and
    read it.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._early: bytes | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._early:
            taken, self._early = self._early[:max_bytes], self._early[max_bytes:]
            return taken
        with _as_httpcore(httpcore.ReadTimeout, httpcore.ReadError):
            self._sock.settimeout(timeout)
            return self._sock.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        ends = None if timeout is None else time.monotonic() + timeout
        view = memoryview(buffer)
        with _as_httpcore(httpcore.WriteTimeout, httpcore.WriteError):
            self._sock.settimeout(0)
            while view:
                try:
                    view = view[self._sock.send(view) :]
                except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                    self._wait_for_room(ends)

    def _wait_for_room(self, ends: float | None) -> None:
        left = None if ends is None else max(ends - time.monotonic(), 0.0)
        poll = select.poll()
        poll.register(self._sock, select.POLLIN | select.POLLOUT)
        ready = poll.poll(None if left is None else left * 1000)
        if not ready:
            raise TimeoutError("the peer does not read")
        if ready[0][1] & select.POLLOUT:
            return
        try:
            self._early = self._sock.recv(CHUNK_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError):  # TLS talk without content, such as session tickets
            return
        raise httpcore.WriteError("the peer answered, or left, before the body ended")

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            with _as_httpcore(httpcore.ConnectTimeout, httpcore.ConnectError):
                self._sock.settimeout(timeout)
                return PatientStream(ssl_context.wrap_socket(self._sock, server_hostname=server_hostname))
        except BaseException:
            self.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        return self._sock if info == "socket" else None


@contextmanager
def _as_httpcore(slow: type[Exception], broken: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as wrong:
        raise slow(str(wrong)) from wrong
    except OSError as wrong:
        raise broken(str(wrong)) from wrong
