"""Each check of the doctor on what is well and on what is not."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from api.checks import (
    Finding,
    check_blobs,
    check_clock,
    check_folder,
    check_kling,
    check_own,
    check_room,
    check_worker,
)
from generation.outbound import Outbound, OutboundPolicy
from registry.blobs import store_for
from registry.views.vitals import Deadlines, Money, Progress, Slots, Vitals
from tests.servers.s3 import S3Server, asking
from tests.servers.sandbox import free_port, sandbox
from tests.servers.world import new_id

GIGA = 10**9
Disk = namedtuple("Disk", "total used free")
OPEN_TO_ALL = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},'
    '"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::%s/*"]}]}'
)


def told(findings: object) -> dict[str, str]:
    """Message -> status."""
    return {one.message: one.status for one in findings}  # type: ignore[attr-defined]


def test_a_folder(tmp_path: Path) -> None:
    """Ours alone is well, open to all is a warning, one that cannot be written fails; nothing is left in it."""
    own, public = tmp_path / "own", tmp_path / "public"
    own.mkdir(mode=0o700)
    public.mkdir()
    public.chmod(0o755)

    assert next(check_folder("data", own)).status == "ok"
    assert next(check_folder("data", public)).status == "warn"
    assert [one.status for one in check_folder("data", tmp_path / "absent")] == ["fail"]
    assert list(own.iterdir()) == []


@pytest.mark.parametrize(("mode", "status"), [(0o600, "ok"), (0o640, "fail"), (None, "warn")])
def test_a_file_of_keys(tmp_path: Path, mode: int | None, status: str) -> None:
    """Keys that anybody else may read are a failure."""
    file = tmp_path / "keys"
    if mode is not None:
        file.touch()
        file.chmod(mode)

    assert check_own("keys", file).status == status


@pytest.mark.parametrize(("free", "status"), [(90 * GIGA, "ok"), (4 * GIGA, "warn"), (GIGA // 10, "fail")])
def test_room_on_the_disk(monkeypatch: pytest.MonkeyPatch, free: int, status: str) -> None:
    """A disk that is nearly full warns, one that is full fails."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(100 * GIGA, 100 * GIGA - free, free))

    assert check_room("data", Path("/")).status == status


@pytest.mark.parametrize(("ahead", "status"), [(0.4, "ok"), (-2.0, "ok"), (4.0, "warn"), (-6.0, "fail")])
def test_a_clock(ahead: float, status: str) -> None:
    """A second either way is how headers count; beyond what the other side believes it fails."""
    assert check_clock("Kling", ahead, most=5.0).status == status


def test_kling_is_reached_without_a_key() -> None:
    """Any answer will do, and its clock is compared; nobody there fails, and so does a host off the allow-list."""
    outbound = Outbound(OutboundPolicy(frozenset({"klingai.com"}), allow_loopback=True))
    with sandbox() as provider:
        before = len(provider.ledger())
        found = list(check_kling(outbound, provider.url, seconds=20))
        assert [one.status for one in found] == ["ok", "ok"]
        assert [one.check for one in found] == ["kling", "clocks"]
        assert len(provider.ledger()) == before
    nobody = f"http://127.0.0.1:{free_port()}"
    assert [one.status for one in check_kling(outbound, nobody, seconds=5)] == ["fail"]
    assert [one.status for one in check_kling(outbound, "https://elsewhere.example", seconds=5)] == ["fail"]


def test_a_folder_of_blobs(tmp_path: Path) -> None:
    """An object is put, read and deleted, and nothing is left."""
    blobs = store_for(f"file://{tmp_path}/blobs")

    assert told(check_blobs(blobs, make_id=new_id)) == {"an object was put, read back and deleted": "ok"}
    assert list(blobs.list("")) == []


def test_a_bucket(s3: S3Server) -> None:
    """One that is not there is not made; a private one with versions is well; a public one fails, without versions it warns."""
    name = f"doctor-{new_id('x').replace('_', '-')}"
    endpoint = f"endpoint=http%3A%2F%2F{s3.endpoint}"
    blobs = store_for(f"s3://{name}?{endpoint}", access_key=s3.access_key, secret_key=s3.secret_key)
    with asking(s3) as client:
        assert told(check_blobs(blobs, make_id=new_id)) == {"the bucket is not there yet": "warn"}
        assert not client.bucket_exists(name)
        client.make_bucket(name)
        bare = told(check_blobs(blobs, make_id=new_id))
        assert bare["the bucket keeps no versions"] == "warn"
        assert bare["the bucket is not public"] == "ok"
        # As new buckets have it since 2023, a public policy is refused until this is taken away.
        client._execute("DELETE", bucket_name=name, query_params={"publicAccessBlock": ""})
        client.set_bucket_policy(name, OPEN_TO_ALL % name)
        public = [one for one in check_blobs(blobs, make_id=new_id) if one.status == "fail"]
        assert [one.message.split(",")[0] for one in public] == ["strangers may s3:GetObject"]
    assert list(blobs.list("")) == []
    blobs.close()


def test_keys_that_open_nothing(s3: S3Server) -> None:
    """A bucket that refuses us fails with what to look at, and its words hold no key."""
    endpoint = f"endpoint=http%3A%2F%2F{s3.endpoint}"
    blobs = store_for(f"s3://refused?{endpoint}", access_key="canary-access", secret_key="canary-secret")
    [found] = check_blobs(blobs, make_id=new_id)
    blobs.close()

    assert (found.status, bool(found.hint)) == ("fail", True)
    assert "canary" not in f"{found.message}{found.hint}"


def seen(**progress: int | None) -> Vitals:
    calm: dict[str, int | None] = dict.fromkeys(("kept", "expired", "vain", "attempts"), 0)
    calm |= {"due_since": None, "asked_since": None, "worked_at": None} | progress
    return Vitals.model_construct(
        money=Money.model_construct(),
        progress=Progress.model_construct(stages={}, waiting={}, studios={}, **calm),
        slots=Slots.model_construct(),
        deadlines=Deadlines.model_construct(),
    )


@pytest.mark.parametrize(
    ("progress", "status"),
    [
        ({"due_since": 10_000_000}, "fail"),
        ({"due_since": 990_000_000, "worked_at": 990_000_000}, "ok"),
        ({"kept": 1}, "ok"),
        ({"worked_at": 900_000_000}, "ok"),
        ({"worked_at": 1}, "warn"),
        ({}, "warn"),
    ],
)
def test_a_worker(progress: dict[str, int | None], status: str) -> None:
    """Due work that nobody takes up fails; who carries something, or did a while ago, is there; else nobody can tell."""
    found: Finding = check_worker(seen(**progress), now=1_000_000_000)

    assert found.status == status
