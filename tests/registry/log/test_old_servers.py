"""A server that is too old is refused at once, by name and what is needed. It is a live one that is made to say it is older."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.root import cli
from registry.log.engine import postgres
from registry.log.engine.database import UnusableDatabase, open_database
from tests.servers.postgres import PostgresServer

REFUSAL = r"PostgreSQL {} is too old: 17 or newer is needed"


@contextmanager
def saying(server: PostgresServer, version: str) -> Iterator[int]:
    """A port at which the server is reached, and tells that it is of another version; as many letters as its own has."""
    [(own,)] = server.run("SHOW server_version")
    told, untrue = (b"server_version\0%s\0" % said.encode() for said in (own, version))
    assert len(told) == len(untrue)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, server.port, told, untrue))
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve(listener: socket.socket, port: int, told: bytes, untrue: bytes) -> None:
    """One connection after the other."""
    with suppress(OSError):
        while True:
            outer, _ = listener.accept()
            with outer, socket.create_connection(("127.0.0.1", port)) as inner:
                up = threading.Thread(target=_pass, args=(outer, inner))
                up.start()
                _pass(inner, outer, told, untrue)
                up.join()


def _pass(source: socket.socket, target: socket.socket, told: bytes = b"", untrue: bytes = b"") -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            target.sendall(piece.replace(told, untrue))
        target.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("version", ["16.9", "9.66"])
def test_an_older_server_is_refused(postgres_process: PostgresServer, version: str) -> None:
    """By its own number and the oldest that will do; nothing is made in it, and the address with its password is not repeated."""
    url = postgres_process.database()
    with saying(postgres_process, version) as port:
        address = f"postgresql://postgres:hunter2@127.0.0.1:{port}/{url.rpartition('/')[2]}"
        with pytest.raises(UnusableDatabase, match=REFUSAL.format(version.partition(".")[0])) as refused:
            open_database(address)
    assert "hunter2" not in str(refused.value)
    assert (
        postgres_process.run("SELECT relname FROM pg_class WHERE relname = 'events'", url.rpartition("/")[2])
        == []
    )
    postgres_process.drop(url)


def test_the_oldest_that_will_do_is_taken(postgres_process: PostgresServer) -> None:
    """The first release of 17 is not refused: the number is a bound, not a taste."""
    url = postgres_process.database()
    with saying(postgres_process, "17.0") as port:
        open_database(f"postgresql://postgres@127.0.0.1:{port}/{url.rpartition('/')[2]}").close()
    postgres_process.drop(url)
    assert postgres.OLDEST == 170_000


def test_the_command_line_says_so(postgres_process: PostgresServer, tmp_path: Path) -> None:
    """`continuity migrate` ends with 1 and the same words, without a traceback."""
    with saying(postgres_process, "16.9") as port:
        known = {"HOME": str(tmp_path), "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{port}/postgres"}
        done = CliRunner().invoke(cli, ["migrate"], obj=known)

    assert (done.exit_code, isinstance(done.exception, SystemExit)) == (1, True)
    assert "PostgreSQL 16 is too old: 17 or newer is needed" in " ".join(done.stderr.split())
