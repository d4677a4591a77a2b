"""Opening an installation: once per folder, from any number of processes, with every problem named at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from api.auth import authenticate, issue_key
from api.bootstrap import open_continuity
from api.refusals import Unauthenticated
from api.settings import Settings, UnusableSettings
from api.stores import make_id
from generation.errors import KlingUnreachable
from registry.deciders.account import Account
from registry.log.marks import Mark
from registry.views import access
from tests.servers.homes import SERVED, equip
from tests.servers.s3 import S3Server

_OPEN = """
import os, sys, time
from pathlib import Path
from api import bootstrap
from api.settings import Settings

seen = bootstrap.access.studios

def slowly(connection):
    found = seen(connection)
    time.sleep(0.3)
    return found

bootstrap.access.studios = slowly
gate = Path(sys.argv[1])
(gate / f"ready-{os.getpid()}").touch()
while len(list(gate.glob("ready-*"))) < 3:
    time.sleep(0.005)
continuity = bootstrap.open_continuity(Settings.from_environment({"CONTINUITY_DATA": str(gate / "data")}))
print(continuity.studio)
continuity.close()
"""


def test_racing_first_starts_open_one_studio(tmp_path: Path) -> None:
    """Three processes that start on an empty folder at the same moment agree on one studio."""
    command = [sys.executable, "-c", _OPEN, str(tmp_path)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = {process.communicate(timeout=60)[0].strip() for process in started}
    assert [process.returncode for process in started] == [0] * 3
    continuity = open_continuity(Settings.from_environment({"CONTINUITY_DATA": str(tmp_path / "data")}))
    with continuity.registry.reading() as connection:
        studios = access.studios(connection)
    continuity.close()
    assert said == {continuity.studio} == {studio.id for studio in studios}


def test_credentials_are_found_by_fingerprint(tmp_path: Path) -> None:
    """Keys of the environment and of the file are told apart by fingerprint; an unknown one is named, not guessed."""
    file = tmp_path / "keys.json"
    file.write_text(json.dumps([{"access_key": "ak-2", "secret_key": "s" * 32}, {"api_key": "key-3"}]))
    file.chmod(0o600)
    given = {
        "CONTINUITY_DATA": str(equip(tmp_path, SERVED)),
        "KLING_ACCESS_KEY": "ak-1",
        "KLING_SECRET_KEY": "s" * 32,
        "KLING_KEYS_FILE": str(file),
    }
    continuity = open_continuity(Settings.from_environment(given))
    try:
        assert len(continuity.credentials) == 3
        host = "https://api-singapore.klingai.com"
        for fingerprint in continuity.credentials:
            with continuity.kling_for(Account(True, "main", "sg", host, fingerprint)):
                pass
        stranger = Account(True, "main", "sg", host, "f" * 16)
        with pytest.raises(KlingUnreachable, match="f" * 16), continuity.kling_for(stranger):
            pass
    finally:
        continuity.close()


def test_everything_that_cannot_work_is_named_at_once(tmp_path: Path) -> None:
    """A readable key file, a bad entry, an unknown engine and an impossible store are one refusal, without secrets."""
    file = tmp_path / "keys.json"
    file.write_text('[{"api_key": "hush"}]')
    given = {
        "CONTINUITY_DATA": str(tmp_path),
        "KLING_API_KEY": "with space",
        "KLING_KEYS_FILE": str(file),
        "DATABASE_URL": "postgresql://x",
        "BLOBS_URL": "ftp://x",
    }
    with pytest.raises(UnusableSettings) as caught:
        open_continuity(Settings.from_environment(given))
    text = "\n".join(caught.value.problems)
    assert all(word in text for word in ("KLING_API_KEY", "chmod 600", "DATABASE_URL", "BLOBS_URL"))
    assert "hush" not in text
    assert "with space" not in text


def test_marks_are_where_the_settings_say(tmp_path: Path, s3: S3Server) -> None:
    """A mark of one opening is read by another whose data folder is elsewhere when marks are in the bucket, and only then."""
    mark = Mark(position=7, event_id=make_id("event"), recorded_at=7)
    kept = {
        "S3_ENDPOINT": s3.endpoint,
        "S3_BUCKET": s3.bucket("opened"),
        "S3_ACCESS_KEY": s3.access_key,
        "S3_SECRET_KEY": s3.secret_key,
        "S3_SECURE": str(s3.secure).lower(),
    }
    for given, found in (({"CONTINUITY_MARKS": "bucket"}, mark), ({}, None)):
        here, there = (
            open_continuity(
                Settings.from_environment(
                    {**kept, **given, "CONTINUITY_DATA": str(equip(tmp_path / name, SERVED))}
                )
            )
            for name in ("here", "there")
        )
        here.marks.advance(here.studio, mark)
        assert here.marks.read(here.studio) == mark
        assert there.marks.read(here.studio) == found
        here.close()
        there.close()


def test_a_key_is_stored_as_a_digest_and_opens_its_studio(tmp_path: Path) -> None:
    """The secret is nowhere in the data folder, and the key leads to its holder and studio."""
    continuity = open_continuity(Settings.from_environment({"CONTINUITY_DATA": str(tmp_path)}))
    key = issue_key(continuity.registry, continuity.studio, "Ada")
    caller = authenticate(continuity.registry, f"Bearer {key}").caller
    other = issue_key(continuity.registry, continuity.studio, "Ada")
    with pytest.raises(Unauthenticated):
        authenticate(continuity.registry, f"Bearer {key[:38]}{other[38:]}")
    continuity.close()
    assert (caller.holder, caller.studio) == ("Ada", continuity.studio)
    secret = key.split("_")[2][:40].encode()
    assert not any(secret in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
