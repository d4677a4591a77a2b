"""Secrets and addresses that stand in files: read like their variables, refused together, never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from api.addresses import with_password, without_credentials
from api.cli.config import ClientSettings
from api.client import LocalFailure
from api.from_files import MOST_BYTES
from api.settings import Settings, UnusableSettings, may_stand_in_a_file, variable_of

HUSH = "hush-hush-hush"
IN_FILES = [field for field in Settings.model_fields if may_stand_in_a_file(field)]


def written(folder: Path, text: str | bytes) -> str:
    """The path of a new file with this in it."""
    path = folder / f"told-{len(list(folder.iterdir()))}"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def refused(environment: dict[str, str]) -> list[str]:
    with pytest.raises(UnusableSettings) as caught:
        Settings.from_environment(environment)
    assert HUSH not in str(caught.value)
    return list(caught.value.problems)


def test_every_secret_and_every_address_may_stand_in_a_file() -> None:
    """A field that holds a secret or a URL is among those that a file may hold, so that a new one cannot be forgotten."""
    secrets = {
        name for name, field in Settings.model_fields.items() if field.annotation == (SecretStr | None)
    }
    addresses = {name for name in Settings.model_fields if name == "url" or name.endswith("_url")}

    assert secrets | addresses == set(IN_FILES)
    assert {"keys", "key", "s3_secret_key", "kling_webhook_secrets", "database_url"} <= set(IN_FILES)


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_file_is_read_like_its_variable(tmp_path: Path, ending: str) -> None:
    """What stands in the file is the value; the newline that editors leave is no part of a secret."""
    settings = Settings.from_environment(
        {
            "S3_ENDPOINT": "s3:9000",
            "S3_ACCESS_KEY": "ak",
            "S3_SECRET_KEY_FILE": written(tmp_path, f" {HUSH} {ending}"),
            "CONTINUITY_KEYS_FILE": written(tmp_path, f"/var/keys.sqlite{ending}"),
            "KLING_BASE_URL_FILE": written(tmp_path, f"https://api.klingai.com{ending}"),
        }
    )

    assert settings.s3_secret_key is not None
    assert settings.s3_secret_key.get_secret_value() == HUSH
    assert settings.key_store == "/var/keys.sqlite"
    assert settings.kling_base_url == "https://api.klingai.com"


@pytest.mark.parametrize("field", IN_FILES)
def test_a_variable_and_its_file_exclude_each_other(tmp_path: Path, field: str) -> None:
    """Two places for one value are an error for every such setting, and the unknown-name check knows the file's name."""
    name = variable_of(field)

    problems = refused({name: "said", f"{name}_FILE": written(tmp_path, HUSH)})

    assert f"{name} and {name}_FILE are both set: set one of them" in problems
    assert not any("no such setting" in problem for problem in problems)


def test_unusable_files_are_named_with_everything_else(tmp_path: Path) -> None:
    """Absent, empty, too large, of several lines, no text, a folder: each is named with its file beside all other problems."""
    wrong = {
        "S3_SECRET_KEY_FILE": str(tmp_path / "absent"),
        "S3_ACCESS_KEY_FILE": written(tmp_path, "\n"),
        "DATABASE_URL_FILE": written(tmp_path, HUSH * MOST_BYTES),
        "KLING_API_KEY_FILE": written(tmp_path, f"{HUSH}\n{HUSH}\n"),
        "CONTINUITY_KEY_FILE": written(tmp_path, b"\xff" + HUSH.encode()),
        "BLOBS_URL_FILE": str(tmp_path),
        "CONTINUITY_THREADS": "many",
        "CONTINUITY_THREADS_FILE": "/x",
    }

    problems = refused(wrong)

    assert all(any(problem.startswith(name) for problem in problems) for name in wrong)
    assert all(any(repr(path) in p for p in problems) for path in wrong.values() if str(tmp_path) in path)
    assert "CONTINUITY_THREADS_FILE: there is no such setting" in "\n".join(problems)


def test_an_empty_variable_is_one_that_is_not_set(tmp_path: Path) -> None:
    """Compose files hand empty variables on: an empty one beside a file is no contradiction, and an empty file name is none."""
    settings = Settings.from_environment(
        {"CONTINUITY_KEY": "", "CONTINUITY_KEY_FILE": written(tmp_path, HUSH), "KLING_API_KEY_FILE": ""}
    )

    assert (settings.key, settings.kling_api_key) == (SecretStr(HUSH), None)


def test_a_password_goes_into_its_address(tmp_path: Path) -> None:
    """An address without a password takes it from a file, with every sign that an address could misread, and nothing shows it."""
    secret = f"{HUSH}:/@?#%é"
    settings = Settings.from_environment(
        {
            "DATABASE_URL": "postgresql://app@db:5432/film?sslmode=verify-full",
            "DATABASE_PASSWORD_FILE": written(tmp_path, secret),
            "DATABASE_OWNER_URL": f"postgresql://owner:{HUSH}@db/film",
        }
    )

    quoted = f"{HUSH}%3A%2F%40%3F%23%25%C3%A9"
    assert settings.database == f"postgresql://app:{quoted}@db:5432/film?sslmode=verify-full"
    assert settings.database_owner == f"postgresql://owner:{HUSH}@db/film"
    assert HUSH not in repr(settings) + str(settings.model_dump())


def test_who_owns_the_tables_is_the_same_login_unless_said() -> None:
    """Without an owner's address, migrations use the service's own."""
    plain, url = Settings.from_environment({}), "postgresql://app@db/film"

    assert plain.database_owner == plain.database
    assert Settings.from_environment({"DATABASE_URL": url}).database_owner == url


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"DATABASE_PASSWORD": HUSH}, "DATABASE_PASSWORD, DATABASE_URL: a password is for an address"),
        ({"DATABASE_URL": "postgresql://db/x", "DATABASE_PASSWORD": HUSH}, "names no user"),
        (
            {"DATABASE_URL": f"postgresql://a:{HUSH}@db/x", "DATABASE_PASSWORD": HUSH},
            "holds a password already",
        ),
        ({"DATABASE_OWNER_URL": f"postgresql://a:{HUSH}@db/x"}, "DATABASE_OWNER_URL is for a DATABASE_URL"),
        ({"DATABASE_OWNER_PASSWORD": HUSH}, "DATABASE_OWNER_PASSWORD, DATABASE_OWNER_URL"),
    ],
)
def test_passwords_without_a_place_stop_the_start(given: dict[str, str], words: str) -> None:
    """A password that belongs to no address, or that is given twice, is said by the names of the variables alone."""
    assert words in "\n".join(refused(given))


@pytest.mark.parametrize("name", ["KLING_BASE_URL", "CONTINUITY_PUBLIC_URL"])
def test_a_password_in_an_address_is_not_repeated(name: str) -> None:
    """A refused address is shown, so that it can be found, without the credentials it should not have had."""
    (problem,) = refused({name: f"https://ana:{HUSH}@elsewhere.example"})

    assert name in problem
    assert "…@elsewhere.example" in problem


def test_whoever_finds_a_problem_cannot_leak_an_address() -> None:
    """Problems that are found later (the engine, the store) lose the credentials of what they quote as well."""
    refusal = UnusableSettings([f"DATABASE_URL: 'postgresql://a:{HUSH}/@{HUSH}@db/x' is no address"])

    assert refusal.problems == ("DATABASE_URL: 'postgresql://…@db/x' is no address",)
    assert HUSH not in str(refusal)
    assert without_credentials("https://host/path and ana@example.org") == "https://…@example.org"


def test_a_key_store_may_be_a_database() -> None:
    """CONTINUITY_KEYS is a path or a PostgreSQL, whose password is not shown."""
    settings = Settings.from_environment({"CONTINUITY_KEYS": f"postgresql://keys:{HUSH}@vault/keys"})

    assert settings.key_store == f"postgresql://keys:{HUSH}@vault/keys"
    assert Settings.from_environment({"CONTINUITY_KEYS": "k.sqlite"}).key_store == "k.sqlite"
    assert HUSH not in repr(settings)


def test_an_address_keeps_all_else() -> None:
    """Several hosts, a socket's folder and parameters stay as they were when a password is put in."""
    assert with_password("postgresql://u@a:1,b:2/d?target_session_attrs=read-write", "p") == (
        "postgresql://u:p@a:1,b:2/d?target_session_attrs=read-write"
    )
    assert with_password("postgresql://u@/d?host=/run/pg", "p") == "postgresql://u:p@/d?host=/run/pg"


def test_the_command_line_reads_files_too(tmp_path: Path) -> None:
    """CONTINUITY_KEY_FILE is enough to be let in; one that cannot be read is an error, not an anonymous try."""
    home = {"HOME": str(tmp_path)}

    found = ClientSettings.found({}, home | {"CONTINUITY_KEY_FILE": written(tmp_path, f"{HUSH}\n")})

    assert found.key == HUSH
    with pytest.raises(LocalFailure, match="CONTINUITY_KEY_FILE"):
        ClientSettings.found({}, home | {"CONTINUITY_KEY_FILE": str(tmp_path / "absent")})
