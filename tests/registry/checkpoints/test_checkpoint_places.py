"""What every place of checkpoints owes: a name is written once, listed in order, read as it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from minio.commonconfig import GOVERNANCE
from minio.error import S3Error
from minio.objectlockconfig import DAYS, ObjectLockConfig

from registry.blobs.bucket import BucketBlobs
from registry.blobs.connection import BucketPlace
from registry.checkpoints.bucket import Bucket
from registry.checkpoints.making import name_of
from registry.checkpoints.places import Folder, Place
from registry.errors import CheckpointsUnusable
from tests.servers.s3 import S3Server, asking
from tests.servers.world import new_id

ORIGIN = "films.example/studio_01jd0000000000000000000001"
Opens = Callable[[], Place]


def a_bucket(s3: S3Server, name: str, *, key: str | None = None) -> BucketBlobs:
    secret = s3.secret_key if key is None else key
    return BucketBlobs(BucketPlace(s3.endpoint, s3.bucket(name), s3.access_key, secret, secure=s3.secure))


@pytest.fixture(params=["folder", "bucket"])
def opens(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opens]:
    """Opens the same place once more."""
    if request.param == "folder":
        yield lambda: Folder(tmp_path / "kept")
        return
    s3, name = request.getfixturevalue("s3"), new_id("kept").replace("_", "-")
    with ExitStack() as opened:
        yield lambda: Bucket(opened.enter_context(closing(a_bucket(s3, name))))


def test_a_name_is_written_once(opens: Opens) -> None:
    """The first text stays, whoever comes with another one; the same again is as good."""
    first, second = opens(), opens()
    assert first.keep(ORIGIN, name_of(5), b"one") == b"one"
    assert second.keep(ORIGIN, name_of(5), b"one") == b"one"
    assert second.keep(ORIGIN, name_of(5), b"another") == b"one"
    assert first.read(ORIGIN, name_of(5)) == b"one"


def test_names_come_in_order(opens: Opens) -> None:
    """All of them, or those after one; an origin sees its own."""
    place = opens()
    assert list(place.names(ORIGIN)) == []
    for size in (100, 5, 20):
        place.keep(ORIGIN, name_of(size), b"x")
    place.keep(f"{ORIGIN}x", name_of(7), b"x")
    assert list(place.names(ORIGIN)) == [name_of(5), name_of(20), name_of(100)]
    assert list(place.names(ORIGIN, after=name_of(20))) == [name_of(100)]


def test_what_is_not_there_is_told(opens: Opens) -> None:
    """A checkpoint that nobody kept cannot be read."""
    with pytest.raises(CheckpointsUnusable):
        opens().read(ORIGIN, name_of(1))


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """A file in the folder's place."""
    (tmp_path / "kept").write_text("a file")
    place = Folder(tmp_path / "kept")
    with pytest.raises(CheckpointsUnusable, match="cannot be written"):
        place.keep(ORIGIN, name_of(1), b"x")
    with pytest.raises(CheckpointsUnusable, match="cannot be listed"):
        place.names(ORIGIN)


def test_a_bucket_that_cannot_be_used_is_told(s3: S3Server) -> None:
    """A wrong key of the bucket, for every call."""
    with closing(a_bucket(s3, new_id("kept").replace("_", "-"), key="wrong")) as blobs:
        place = Bucket(blobs)
        for call in (
            lambda: place.keep(ORIGIN, name_of(1), b"x"),
            lambda: place.names(ORIGIN),
            lambda: place.read(ORIGIN, name_of(1)),
        ):
            with pytest.raises(CheckpointsUnusable):
                call()


def test_a_bucket_with_a_retention_keeps_them(s3: S3Server) -> None:
    """In a bucket that holds what is put into it for a time, a checkpoint can be neither removed nor changed before that."""
    name = new_id("locked").replace("_", "-")
    with asking(s3) as client:
        client.make_bucket(s3.bucket(name), object_lock=True)
        client.set_object_lock_config(s3.bucket(name), ObjectLockConfig(GOVERNANCE, 1, DAYS))
        with closing(a_bucket(s3, name)) as blobs:
            Bucket(blobs).keep(ORIGIN, name_of(3), b"kept")
            [found] = client.list_objects(
                s3.bucket(name), recursive=True, include_version=True, prefix="checkpoints/"
            )
            with pytest.raises(S3Error):
                client.remove_object(s3.bucket(name), found.object_name, version_id=found.version_id)
            assert Bucket(blobs).read(ORIGIN, name_of(3)) == b"kept"
