"""compose.yaml: valid by the compose specification, confined, and in step with the settings, the command line and the image."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
import rich_click as click
import yaml
from compose_pydantic import ComposeSpecification

from api.cli.root import cli
from api.settings import Settings
from tests.architecture.sources import ROOT

SECRETS: Final = "/run/secrets/"
BESIDE_READERS: Final = 12
"""Connections to PostgreSQL a process may hold besides one per reading thread: its writers', and its two for notices."""
SECRET_WORDS: Final = re.compile(r"PASSWORD|SECRET|_KEY$|ACCESS_KEY|TOKEN|ROOT_USER")


def resolved(text: str) -> str:
    """The file as it is without any variable: each takes its default, and one without a default would be an error."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


COMPOSE: Final[dict[str, Any]] = yaml.safe_load(resolved((ROOT / "compose.yaml").read_text()))
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
OURS: Final = sorted(name for name, service in SERVICES.items() if service["image"].startswith("continuity:"))
RUNNING: Final = sorted(name for name, service in SERVICES.items() if service["restart"] == "unless-stopped")
DOCKERFILE: Final = (ROOT / "Dockerfile").read_text()
BAKED: Final = dict(re.findall(r"(\w+)=(\S+)", re.findall(r"^ENV (.+)$", DOCKERFILE, re.MULTILINE)[-1]))


def environment(name: str) -> dict[str, str]:
    return {
        key: "" if value is None else str(value)
        for key, value in SERVICES[name].get("environment", {}).items()
    }


def mounts(name: str) -> list[tuple[str, str]]:
    """(volume, folder) of a service."""
    return [tuple(mount.split(":")) for mount in SERVICES[name].get("volumes", [])]


def test_it_is_valid_by_the_specification() -> None:
    """The whole file is what the compose specification allows; extensions (x-…) are no part of it."""
    ComposeSpecification.model_validate({key: value for key, value in COMPOSE.items() if key[:2] != "x-"})


def test_it_has_what_an_installation_needs() -> None:
    """Database, store, migration, services and workers start by default; the sandbox only when it is asked for."""
    asked_for = {name for name, service in SERVICES.items() if "profiles" in service}

    assert {"api", "worker", "migrate", "database", "s3"} <= set(SERVICES) - asked_for
    assert asked_for == {"sandbox"}
    assert SERVICES["sandbox"]["profiles"] == ["sandbox"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined(name: str) -> None:
    """No root user, no writable root, no capability, no way to more rights, and program logs that cannot fill the disk."""
    service = SERVICES[name]

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "/tmp" in service["tmpfs"]
    assert service["logging"] == {"driver": "local"}
    assert {"privileged", "cap_add", "pid", "ipc", "devices"}.isdisjoint(service)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_how_it_is_well(name: str) -> None:
    """What runs has a health check of its own; what ends has none, and says so, as the image's would be wrong for it."""
    check = SERVICES[name]["healthcheck"]

    if name in RUNNING:
        assert check["test"][0] == "CMD"
        assert {"interval", "timeout", "start_period"} <= set(check)
    else:
        assert check == {"disable": True}


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned(name: str) -> None:
    """A digest, or a version down to its last number: what starts tomorrow is what was tried."""
    image = SERVICES[name]["image"]

    assert re.search(r"@sha256:[0-9a-f]{64}$|:\d+\.\d+\.\d+$|^postgres:\d+\.\d+-[a-z]+$", image), image


@pytest.mark.parametrize("name", SERVICES)
def test_every_secret_comes_by_file(name: str) -> None:
    """No variable holds a secret; each file that one names is a secret which this service is given, and none is given in vain."""
    service, told = SERVICES[name], environment(name)
    named = {value.removeprefix(SECRETS) for value in told.values() if value.startswith(SECRETS)}
    given = set(service.get("secrets", []))

    assert [key for key in told if SECRET_WORDS.search(key) and not key.endswith("_FILE")] == []
    assert not any(re.search(r"://[^/]*:[^/]*@", value) for value in told.values())
    by_script = {"database_owner_password", "database_password"} if name == "database" else set()
    assert given == named | by_script


def test_secrets_are_declared_once_and_all_used() -> None:
    """Every secret is a file in one folder that no commit and no image takes in."""
    given = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}

    assert given == set(COMPOSE["secrets"])
    assert all(told == {"file": f"./secrets/{name}"} for name, told in COMPOSE["secrets"].items())
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    assert (ROOT / ".dockerignore").read_text().splitlines()[0] == "*"


def test_the_owner_of_the_tables_is_known_where_it_must_be() -> None:
    """The password of the login that could drop a guard is with the migration and with the database, and nowhere else."""
    told = {
        name for name, service in SERVICES.items() if "database_owner_password" in service.get("secrets", [])
    }

    assert told == {"migrate", "database"}


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(tmp_path: Path, name: str) -> None:
    """The settings take what each of our services is told, files included: no unknown name, no contradiction."""
    for secret in COMPOSE["secrets"]:
        (tmp_path / secret).write_text("x" * 20)
    told = {key: value.replace(SECRETS, f"{tmp_path}/") for key, value in environment(name).items()}
    variables = {key for key in told if not key.startswith(("CONTINUITY_", "DATABASE_", "S3_", "KLING_"))}

    settings = Settings.from_environment({"CONTINUITY_DATA": BAKED["CONTINUITY_DATA"]} | told)

    assert variables == set()
    assert settings.database.startswith("sqlite:" if name in ("sandbox", "blobs-owner") else "postgresql://")


@pytest.mark.parametrize("name", [name for name in OURS if "command" in SERVICES[name]])
def test_every_command_is_one(name: str) -> None:
    """What a container runs is a command of the command line, with flags that it has."""
    said, *flags = SERVICES[name]["command"]
    _, command, _ = cli.resolve_command(click.Context(cli), [said])
    assert command is not None

    assert command.make_context(said, list(flags), parent=None).command is command


@pytest.mark.parametrize("name", [name for name in OURS if name in RUNNING])
def test_our_health_checks_are_the_cheap_one(name: str) -> None:
    """Ours are asked by the check that loads nothing; a worker's beat is the file that it was told to write."""
    line = SERVICES[name]["healthcheck"]["test"]

    assert line[:4] == ["CMD", "python", "-m", "api.alive"]
    if "--beat" in line:
        assert line[line.index("--beat") + 1] == environment(name)["CONTINUITY_BEAT"]
        assert environment(name)["CONTINUITY_BEAT"].startswith("/tmp/")
    assert ("--url" in line) == (SERVICES[name]["command"][0] == "serve")


def test_volumes_are_named_and_nothing_else_is_mounted() -> None:
    """No folder of the host is mounted, every volume is declared, and where ours are mounted the image has a folder for it."""
    used = {volume for name in SERVICES for volume, _ in mounts(name)}
    folders = {folder for name in OURS for _, folder in mounts(name)}
    owned = re.search(r"install -d -o continuity -g continuity -m 0700 (.+)$", DOCKERFILE, re.MULTILINE)

    assert used == set(COMPOSE["volumes"])
    assert owned is not None
    assert folders <= set(owned[1].split())


def test_data_keys_stay_apart() -> None:
    """Keys have a volume of their own, which no backup of database or blobs takes along; marks are in the bucket."""
    for name in ("api", "worker"):
        settings, folders = environment(name), {folder: volume for volume, folder in mounts(name)}
        assert folders[str(Path(settings["CONTINUITY_KEYS"]).parent)] == "keys"
        assert settings["CONTINUITY_MARKS"] == "bucket"
    assert not any(volume == "keys" for name in ("database", "s3") for volume, _ in mounts(name))


def test_only_the_api_is_reached_and_only_from_this_host() -> None:
    """Ports are open on the loopback, as many as there are services behind them; stores are on a network that leads nowhere."""
    open_ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert set(open_ports) == {"api", "sandbox"}
    assert all(port.startswith("127.0.0.1:") for ports in open_ports.values() for port in ports)
    first, last = map(int, open_ports["api"][0].split(":")[1].split("-"))
    assert last - first + 1 == SERVICES["api"]["deploy"]["replicas"]
    assert COMPOSE["networks"]["stores"] == {"internal": True}
    assert {name: SERVICES[name]["networks"] for name in ("database", "s3", "migrate")} == {
        name: ["stores"] for name in ("database", "s3", "migrate")
    }


def test_everybody_starts_after_what_it_needs() -> None:
    """Nobody serves before the schema is there, and the schema is not made before the database answers."""
    for name in ("api", "worker"):
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "s3": {"condition": "service_healthy"},
        }
    assert SERVICES["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}


def test_the_database_takes_every_connection() -> None:
    """All processes at their fullest, and those that PostgreSQL keeps for its superuser, fit into its limit."""
    most = int(re.findall(r"max_connections=(\d+)", " ".join(SERVICES["database"]["command"]))[0])
    needed = sum(
        SERVICES[name]["deploy"]["replicas"] * (int(environment(name)["CONTINUITY_THREADS"]) + BESIDE_READERS)
        for name in ("api", "worker")
    )

    assert needed + 10 <= most


def test_the_image_runs_as_nobody_in_particular() -> None:
    """The image is built in two stages, runs as a numbered user, compiles what a read-only root could not, and checks itself."""
    last = DOCKERFILE.rpartition("\nFROM ")[2]

    assert DOCKERFILE.count("\nFROM ") == 2
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.MULTILINE)
    assert DOCKERFILE.count("--compile-bytecode") == 2
    assert re.search(r'CMD \["python", "-m", "api\.alive", "--url"', last)
    assert {"CONTINUITY_DATA", "TMPDIR"} <= set(BAKED)


def test_the_image_speaks_postgresql() -> None:
    """The locked set that the image installs has the driver with a libpq of its own: the base image has none."""
    locked = (ROOT / "requirements" / "run.txt").read_text()

    assert re.search(r"^psycopg-binary==", locked, re.MULTILINE)
    assert "requirements/run.txt" in DOCKERFILE
