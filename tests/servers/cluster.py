"""A PostgreSQL cluster as compose.yaml's first start leaves it: the logins of deploy/logins.sql, their passwords in files."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from tests.architecture.sources import ROOT
from tests.servers.postgres import BIN, PostgresServer, postgres_server

PASSWORDS: Final = {"continuity": 'app\'s "pass:word"/@', "continuity_owner": "owner'; DROP ROLE x; --"}
FILES: Final = {"continuity": "database_password", "continuity_owner": "database_owner_password"}


@dataclass(frozen=True)
class Cluster:
    """The server, and the folder of files that compose mounts at /run/secrets."""

    server: PostgresServer
    secrets: Path

    def address(self, login: str) -> str:
        """The database for a login, its password within."""
        return self.server.url("continuity", user=login, password=quote(PASSWORDS[login], safe=""))

    def tools(self) -> dict[str, str]:
        """What PostgreSQL's own programs are to find in their environment: themselves, and this server."""
        return {"PATH": f"{BIN}:/usr/bin:/bin", "PGHOST": "127.0.0.1", "PGPORT": str(self.server.port)}


@contextmanager
def cluster(secrets: Path) -> Iterator[Cluster]:
    """Started; the files are written into `secrets`. Passwords are asked of everybody but the superuser."""
    for login, file in FILES.items():
        (secrets / file).write_text(PASSWORDS[login] + "\n")
    script = (ROOT / "deploy" / "logins.sql").read_text().replace("/run/secrets", str(secrets))
    with postgres_server() as running:
        entrance = running.folder / "data" / "pg_hba.conf"
        entrance.write_text("host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        running.run("SELECT pg_reload_conf()")
        # As the image runs it: the superuser, its own database, no transaction around it all.
        psql = [BIN / "psql", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", running.url()]
        done = subprocess.run(psql, input=script, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        yield Cluster(running, secrets)
