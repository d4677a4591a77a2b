"""No byte is sent without a durable intent (I3): who stands in for the provider looks into the database at the first byte."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
from pysqlite3 import dbapi2 as sqlite

from registry.events.submission import SubmissionIntended
from tests.servers.building import build
from tests.servers.world import ALONE, World

POSTS = 100
REFUSAL = b'{"code":1301,"message":"no","request_id":"r"}'


@dataclass(frozen=True)
class Seen:
    """The events on disk at a POST's first byte, by our id of the intent, and what then came in."""

    intents: dict[str, str]
    external_task_id: str
    wire_digest: str


class Listener:
    """Answers each POST with a final refusal, and has noted by then which intents (our id -> event id) the database held."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.seen: list[Seen] = []
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        first = connection.recv(1)
        intents = self._on_disk()
        head, body = self._read(connection, first)
        if head.startswith(b"POST"):
            external = orjson.loads(body)["external_task_id"]
            self.seen.append(Seen(intents, external, sha256(body).hexdigest()))
        answer = b"HTTP/1.1 400 Bad Request\r\ncontent-length: %d\r\n\r\n" % len(REFUSAL)
        connection.sendall(answer + REFUSAL)

    def _on_disk(self) -> dict[str, str]:
        """Read by a connection of its own, which sees nothing that is not committed."""
        reader = sqlite.connect(f"file:{self._database}?mode=ro", uri=True)
        rows = reader.execute(
            "SELECT body, event_id FROM events WHERE type = 'SubmissionIntended'"
        ).fetchall()
        reader.close()
        return {orjson.loads(body)["external_task_id"]: event for body, event in rows}

    @staticmethod
    def _read(connection: socket.socket, read: bytes) -> tuple[bytes, bytes]:
        while b"\r\n\r\n" not in read:
            read += connection.recv(65_536)
        head, _, body = read.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        while length and len(body) < int(length[1]):
            body += connection.recv(65_536)
        return head, body


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Listener]:
    listening = Listener(tmp_path / "log.sqlite")
    yield listening
    listening.close()


@pytest.fixture
def watched(listener: Listener, tmp_path: Path) -> Iterator[World]:
    """The small studio on an account whose host is the listener."""
    built = build(tmp_path, listener.url)
    yield built
    built.registry.close()


@pytest.mark.slow
def test_the_intent_is_on_disk_at_the_first_byte(watched: World, listener: Listener) -> None:
    """At the first byte of each of a hundred POSTs, another connection finds the intent of that very id and those very bytes."""
    pictured = {**ALONE, "opening": watched.cafe}
    asked = [watched.ask(**(pictured if number % 2 else ALONE)) for number in range(POSTS)]
    watched.carry(*asked, seconds=120)

    assert len(listener.seen) == POSTS
    assert len({seen.external_task_id for seen in listener.seen}) == POSTS
    intended = {
        event.event_id: event.event.wire_digest
        for event in watched.log()
        if isinstance(event.event, SubmissionIntended)
    }
    for seen in listener.seen:
        assert intended[seen.intents[seen.external_task_id]] == seen.wire_digest
