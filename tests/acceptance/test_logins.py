"""deploy/logins.sql on a real PostgreSQL: who may log in, what each may do, and that it fits the cluster compose.yaml makes."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator

import psycopg
import pytest
import yaml

from tests.architecture.sources import ROOT
from tests.servers import postgres
from tests.servers.cluster import FILES, PASSWORDS, Cluster, cluster
from tests.servers.postgres import BIN, PostgresServer


@pytest.fixture(scope="module", name="made")
def made_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("secrets")) as found:
        yield found


@pytest.fixture(scope="module")
def server(made: Cluster) -> PostgresServer:
    return made.server


def login(
    server: PostgresServer, user: str, password: str | None = None
) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host="127.0.0.1",
        port=server.port,
        dbname="continuity",
        user=user,
        password=password or PASSWORDS[user],
        autocommit=True,
    )


@pytest.mark.parametrize("user", FILES)
def test_each_login_has_the_password_of_its_file(server: PostgresServer, user: str) -> None:
    """The file's line is the password, sign by sign; another one opens nothing."""
    with login(server, user) as connection:
        assert connection.execute("SELECT session_user").fetchone() == (user,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        login(server, user, "wrong")


def test_the_services_own_nothing(server: PostgresServer) -> None:
    """A stolen password of the services makes no table and no role, and reaches no right of the owner."""
    with login(server, "continuity") as connection:
        connection.execute("SET ROLE continuity_app")
        connection.execute("RESET ROLE")
        for forbidden in (
            "CREATE TABLE mine (x int)",
            "CREATE TEMPORARY TABLE mine (x int)",
            "CREATE ROLE other",
            "SET ROLE continuity_owner",
            "SET session_replication_role = replica",
            "GRANT continuity_app TO postgres",
        ):
            with pytest.raises(psycopg.Error, match=r"permission denied|must have"):
                connection.execute(forbidden.encode())


def test_the_owner_makes_tables_and_grants_them(server: PostgresServer) -> None:
    """Migrations can do what they must (tables, rights for the services' role, acting as it), and nothing above it."""
    with login(server, "continuity_owner") as connection:
        connection.execute("CREATE TABLE facts (x int)")
        connection.execute("GRANT SELECT ON facts TO continuity_app")
        connection.execute("GRANT continuity_app TO continuity WITH INHERIT TRUE, SET TRUE")
        acts = connection.execute("SELECT pg_has_role('continuity_owner', 'continuity_app', 'SET')")
        assert acts.fetchone() == (True,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER ROLE continuity SUPERUSER")
    with login(server, "continuity") as connection:
        assert connection.execute("SELECT count(*) FROM facts").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DROP TABLE facts")
    with login(server, "continuity_owner") as connection:
        connection.execute("DROP TABLE facts")


def test_no_login_passes_by_row_level_security(server: PostgresServer) -> None:
    """Neither login nor the role they act as is a superuser or exempt from policies; the role cannot log in."""
    rows = server.run(
        "SELECT rolname, rolcanlogin, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles "
        "WHERE rolname LIKE 'continuity%' ORDER BY rolname"
    )

    assert rows == [
        ("continuity", True, False),
        ("continuity_app", False, False),
        ("continuity_owner", True, False),
    ]


def test_strangers_do_not_get_in(server: PostgresServer) -> None:
    """Another login of the same server may not even connect to this database."""
    server.run("CREATE ROLE stranger LOGIN PASSWORD 'x'")

    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        login(server, "stranger", "x")


def test_the_cluster_is_made_as_the_compose_file_says(server: PostgresServer) -> None:
    """The options are taken, and what comes of them sorts by code point, has checksums and trusts nobody without a password."""
    told = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["database"]["environment"]
    folder = server.folder / "as-composed"  # its user may write there
    line = [BIN / "initdb", "-D", folder, "-U", "postgres", "--no-sync"]
    made = subprocess.run(
        [*line, *shlex.split(told["POSTGRES_INITDB_ARGS"])],
        capture_output=True,
        text=True,
        check=False,
        **postgres._unprivileged(),
    )
    assert made.returncode == 0, made.stderr
    control = subprocess.run(
        [BIN / "pg_controldata", folder], capture_output=True, text=True, check=True
    ).stdout
    entrance = (folder / "pg_hba.conf").read_text()

    assert re.search(r"locale provider:\s+builtin\s+default collation:\s+C\.UTF-8", made.stdout)
    assert re.search(r"Data page checksum version:\s+1", control)
    assert "trust" not in re.sub(r"#.*", "", entrance)
