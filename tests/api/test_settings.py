"""Settings: read once, all problems at once, documented as they are."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from api.settings import Settings, UnusableSettings
from api.settings_page import settings_reference
from generation.durations import Durations

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


def test_an_empty_environment_is_enough() -> None:
    """Without a single variable everything has its place in the data folder."""
    settings = Settings.from_environment({})
    assert settings.database.endswith("/data/continuity.sqlite")
    assert settings.blobs == f"file://{Path('data').absolute()}/blobs"
    assert settings.key_store == "data/keys.sqlite"
    assert settings.durations() == Durations()


def test_every_problem_is_named_at_once() -> None:
    """Wrong values, misspelt names and settings that contradict each other come in one message."""
    with pytest.raises(UnusableSettings) as caught:
        Settings.from_environment(
            {
                "CONTINUITY_LEASE_SECONDS": "-1",
                "CONTINUITY_LEESE_SECONDS": "60",
                "CONTINUITY_THREADS": "many",
                "KLING_ACCESS_KEY": "alone",
                "S3_ENDPOINT": "127.0.0.1:9000",
                "BLOBS_URL": "file:///x",
            }
        )
    text = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 6
    assert "did you mean CONTINUITY_LEASE_SECONDS" in text
    assert "(it is 'many')" in text


def test_secrets_are_never_repeated() -> None:
    """Neither the settings' own text nor a complaint about one shows a secret."""
    secret = "hush-hush-hush"
    settings = Settings.from_environment(
        {"KLING_ACCESS_KEY": "ak", "KLING_SECRET_KEY": secret, "CONTINUITY_KEY": secret}
    )
    assert secret not in repr(settings)
    assert secret not in str(settings.model_dump())


def test_a_bucket_is_named_without_its_keys() -> None:
    """The S3 settings become a store URL, and the keys stay out of it."""
    given = {
        "S3_ENDPOINT": "s3.local:9000",
        "S3_ACCESS_KEY": "ak",
        "S3_SECRET_KEY": "sk",
        "S3_SECURE": "false",
    }
    url = Settings.from_environment(given).blobs
    assert url == "s3://continuity?endpoint=http%3A%2F%2Fs3.local%3A9000&region=us-east-1"


BUCKET = {"S3_ENDPOINT": "s3.local:9000", "S3_ACCESS_KEY": "ak", "S3_SECRET_KEY": "sk"}
POSTGRESQL = {"DATABASE_URL": "postgresql://continuity@db.local/continuity"}


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ({}, "data/marks"),
        (BUCKET, "data/marks"),
        (POSTGRESQL, "data/marks"),
        (POSTGRESQL | BUCKET, None),
        (BUCKET | {"CONTINUITY_MARKS": "bucket"}, None),
        (BUCKET | {"CONTINUITY_MARKS": "./bucket"}, "bucket"),
        (POSTGRESQL | BUCKET | {"CONTINUITY_MARKS": "/mnt/marks"}, "/mnt/marks"),
    ],
)
def test_where_marks_are(given: dict[str, str], folder: str | None) -> None:
    """Where machines may share database and bucket they share the marks in it; else, or when named, they are in a folder."""
    found = Settings.from_environment(given).marks_folder

    assert found == (None if folder is None else Path(folder))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"CONTINUITY_MARKS": "bucket"}, "CONTINUITY_MARKS names the bucket"),
        ({"KLING_BASE_URL": "http://127.0.0.1:1"}, "KLING_BASE_URL"),
        ({"KLING_BASE_URL": "https://elsewhere.example"}, "allow-list"),
        ({"KLING_RESULT_HOSTS": "Not A Host"}, "KLING_RESULT_HOSTS"),
        ({"S3_ENDPOINT": "h:1"}, "S3_ACCESS_KEY"),
        ({"CONTINUITY_PUBLIC_URL": "http://film.example"}, "must be https"),
        ({"CONTINUITY_PUBLIC_URL": "http://127.0.0.1:1"}, "must be https"),
        ({"CONTINUITY_PUBLIC_URL": "https://film.example/"}, "without a slash"),
        ({"CONTINUITY_PUBLIC_URL": "https://ana:x@film.example"}, "must read"),
        ({"CONTINUITY_PUBLIC_URL": "https://film.example?x=1"}, "must read"),
    ],
)
def test_addresses_we_may_not_reach_stop_the_start(given: dict[str, str], words: str) -> None:
    """An API address outside the allow-list, a suffix that is none, a bucket without keys and an unfit public URL are refused."""
    with pytest.raises(UnusableSettings, match=words):
        Settings.from_environment(given)


def test_webhook_secrets_are_read_and_never_shown() -> None:
    """Several secrets live side by side; one that is none is named by its number alone."""
    good, other = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=", "whsec_b3RoZXI="
    settings = Settings.from_environment({"KLING_WEBHOOK_SECRETS": f"{good}, {other}"})
    assert settings.signatures()
    assert not Settings.from_environment({}).signatures()
    assert "dGVzd" not in repr(settings)
    with pytest.raises(UnusableSettings, match="webhook secret 2") as refused:
        Settings.from_environment({"KLING_WEBHOOK_SECRETS": f"{good},whsec_"})
    assert "dGVzd" not in str(refused.value)


def test_every_duration_of_the_worker_can_be_set() -> None:
    """No duration of a generation's life is out of an operator's reach."""
    assert {field.name for field in fields(Durations)} <= set(Settings.model_fields)
    assert (
        Settings.from_environment({"CONTINUITY_LOOK_INTERVAL_SECONDS": "0.05"}).durations().look_interval
        == 0.05
    )


def test_the_reference_page_is_current() -> None:
    """docs/reference/settings.md is what the fields say; write it anew with `python -m api.settings_page`."""
    assert PAGE.read_text() == settings_reference()


@pytest.mark.parametrize(
    ("text", "omni", "plain"),
    [
        ("", "never", "never"),
        ("never", "never", "never"),
        ("same_id_after_disproof", "same_id_after_disproof", "same_id_after_disproof"),
        ("omni-video = same_id_after_disproof, text2video=never", "same_id_after_disproof", "never"),
        ("omni-video=same_id_after_disproof", "same_id_after_disproof", None),
    ],
)
def test_what_follows_a_disproof(text: str, omni: str, plain: str | None) -> None:
    """One policy for all routes, or one per route; a route that is not named has none of its own."""
    policies = Settings.from_environment({"CONTINUITY_RESEND_POLICY": text}).resend()

    assert (policies["omni-video"], policies.get("text2video")) == (omni, plain)


@pytest.mark.parametrize(
    "text", ["always", "omni-video=always", "omni=never", "text2video=never,text2video=never"]
)
def test_unknown_policies_stop_the_start(text: str) -> None:
    """A policy or route nobody knows, or a route named twice, is refused by name: money hangs on it."""
    with pytest.raises(UnusableSettings, match=r"CONTINUITY_RESEND_POLICY: .*(known|twice)"):
        Settings.from_environment({"CONTINUITY_RESEND_POLICY": text})
