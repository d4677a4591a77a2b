"""A peer on a real socket that behaves exactly as badly as a test says, and remembers what it was sent."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import orjson

EXTERNAL = "s-01jc0000000000000000000000"


@dataclass
class Talk:
    """One connection as the script sees it: `head` and `body` as far as they were read."""

    sock: socket.socket
    over: threading.Event
    head: bytes = b""
    body: bytes = b""
    closed: bool = False

    def read_head(self) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.sock.recv(65536)
            if not more:
                break
            data += more
        self.head, _, self.body = data.partition(b"\r\n\r\n")

    def read_all(self) -> None:
        self.read_head()
        wanted = int(self.header("content-length") or 0)
        while len(self.body) < wanted:
            more = self.sock.recv(1 << 20)
            if not more:
                break
            self.body += more

    def header(self, name: str) -> str:
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.strip().lower() == name:
                return value.strip()
        return ""

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}", "connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


Script = Callable[[Talk], None]


@dataclass
class ScriptedServer:
    """Listens on a free port of 127.0.0.1; every connection runs `script`. `talks` is what was seen."""

    script: Script
    tls: ssl.SSLContext | None = None
    talks: list[Talk] = field(default_factory=list)

    def __enter__(self) -> ScriptedServer:
        self.over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._run(self._accept)
        return self

    def __exit__(self, *exc: object) -> None:
        self.over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for talk in self.talks:
            with suppress(OSError):
                talk.sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def settle(self, seconds: float = 3.0) -> None:
        """Waits until a connection came and every script is through, so that what was sent has been read."""
        until = time.monotonic() + seconds
        while not (self.talks and all(talk.closed for talk in self.talks)) and time.monotonic() < until:
            time.sleep(0.005)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{'localhost' if self.tls else '127.0.0.1'}:{self.port}"

    def _run(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:  # shut down by __exit__
                return
            sock.settimeout(5)
            self._run(lambda sock=sock: self._serve(sock))

    def _serve(self, sock: socket.socket) -> None:
        talk = Talk(sock, self.over)
        self.talks.append(talk)
        with suppress(OSError):
            if self.tls is not None:
                talk.sock = self.tls.wrap_socket(sock, server_side=True)
            self.script(talk)
        talk.closed = True
        talk.sock.close()


def envelope(code: int = 0, message: str = "SUCCEED", data: object = None) -> bytes:
    return orjson.dumps({"code": code, "message": message, "request_id": "r-1", "data": data})


def created(external: str | None = EXTERNAL, task_id: str = "830000000000000001") -> bytes:
    info = {} if external is None else {"external_task_id": external}
    return envelope(data={"task_id": task_id, "task_status": "submitted", "task_info": info, "created_at": 1})


def seconds_of(act: Callable[[], None], *, at_most: float, tries: int = 3) -> float:
    """How long `act` takes; measured again when the machine was too busy, so that only a real delay fails."""
    took = 0.0
    for _ in range(tries):
        began = time.monotonic()
        act()
        took = time.monotonic() - began
        if took <= at_most:
            break
    return took


def answering(status: int, body: bytes = b"", **headers: str) -> Script:
    def script(talk: Talk) -> None:
        talk.read_all()
        talk.send(status, body, **headers)

    return script


def raw(answer: bytes) -> Script:
    def script(talk: Talk) -> None:
        talk.read_all()
        talk.sock.sendall(answer)

    return script


def early(status: int, body: bytes, *, then: str) -> Script:
    """Answers after the head, without reading on; then "close" or "stay" with the rest unread."""

    def script(talk: Talk) -> None:
        talk.read_head()
        talk.send(status, body)
        if then == "stay":
            talk.over.wait(5)

    return script


def slow(talk: Talk) -> None:
    """Lets the sender's buffers fill before it reads on, then accepts."""
    talk.over.wait(0.3)
    talk.read_all()
    talk.send(200, created())


def stalling(talk: Talk) -> None:
    talk.read_all()
    talk.over.wait(5)


def deaf(talk: Talk) -> None:
    """Reads the head and then nothing, and says nothing."""
    talk.read_head()
    talk.over.wait(5)


def dripping(talk: Talk) -> None:
    """Sends one byte at a time for five seconds: no single read times out."""
    talk.read_all()
    talk.sock.sendall(b"HTTP/1.1 200 X\r\ncontent-length: 100000\r\n\r\n")
    for _ in range(100):
        if talk.over.wait(0.05):
            return
        talk.sock.sendall(b" ")


def reset_at_once(talk: Talk) -> None:
    """At the first byte; any earlier and the client may truthfully see a failed connect."""
    talk.sock.recv(1)
    talk.reset()


def reset_in_body(talk: Talk) -> None:
    talk.read_head()
    talk.reset()


def reset_after_body(talk: Talk) -> None:
    talk.read_all()
    talk.reset()
