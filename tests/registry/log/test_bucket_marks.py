"""Marks in a bucket: the contract; nothing else in the bucket meets them; what is unreadable or unreachable is said to be so."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig
from structlog.testing import capture_logs

from registry.blobs.bucket import BucketBlobs
from registry.blobs.connection import BucketPlace
from registry.errors import BlobError, BlobStoreDown, MarkUnusable
from registry.log.bucket_marks import MOST_NAMES, BucketMarks, Notes
from tests.contracts.marks import LOG, MarksContract, Opens, Place, mark
from tests.registry.events.golden import an_id
from tests.servers.gate import Gate
from tests.servers.s3 import S3Server, asking
from tests.servers.world import new_id

HOUR = 3_600_000_000
Store = Callable[..., BucketBlobs]


@pytest.fixture
def bucket() -> str:
    return new_id("marks").replace("_", "-")


@pytest.fixture
def store(s3: S3Server, bucket: str) -> Iterator[Store]:
    """Opens the test's bucket once more, at the server's own address or another."""
    with ExitStack() as opened:

        def again(endpoint: str = s3.endpoint) -> BucketBlobs:
            place = BucketPlace(endpoint, s3.bucket(bucket), s3.access_key, s3.secret_key, secure=s3.secure)
            return opened.enter_context(closing(BucketBlobs(place)))

        yield again


class TestBucketMarks(MarksContract):
    @pytest.fixture
    def opens(self, store: Store) -> Opens:
        return lambda: BucketMarks(store())

    @pytest.fixture
    def place(self, s3: S3Server, bucket: str) -> Place:
        return {"url": s3.url(bucket), "access_key": s3.access_key, "secret_key": s3.secret_key}


def names(s3: S3Server, bucket: str) -> list[str]:
    """Everything in the bucket, whatever it is, all versions."""
    with asking(s3) as client:
        held = client.list_objects(s3.bucket(bucket), recursive=True, include_version=True)
        return [str(one.object_name) for one in held]


def test_a_bucket_takes_notes(store: Store) -> None:
    """A store in a bucket is where marks can be."""
    assert isinstance(store(), Notes)


def test_no_blob_meets_a_mark(s3: S3Server, bucket: str, store: Store) -> None:
    """Listings, sweeps and deletions of blobs see no mark, whatever they are asked for, and no blob key can name one."""
    blobs = store()
    marks = BucketMarks(blobs)
    marks.advance(LOG, mark(7))
    blobs.put(f"{LOG}/asset_y/original", [b"face"], content_type="image/jpeg")
    blobs.put(f"marks/{LOG}", [b"a blob"], content_type="image/jpeg")
    [kept] = [name for name in names(s3, bucket) if name.startswith(".marks/")]

    assert list(blobs.list("")) == [f"marks/{LOG}", f"{LOG}/asset_y/original"]
    blobs.delete(f"marks/{LOG}")
    later = mark(7).recorded_at + 10**18
    assert blobs.sweep("", keep=lambda _: False, older_than=HOUR, now=later) == (f"{LOG}/asset_y/original",)
    with pytest.raises(BlobError, match="is no blob key"):
        blobs.delete(kept)
    assert marks.read(LOG) == mark(7)


@pytest.mark.parametrize("versions", [False, True])
def test_few_names_are_left(s3: S3Server, bucket: str, store: Store, *, versions: bool) -> None:
    """What counts no more goes, all versions of it, through restores too; other logs' marks stay."""
    marks, other = BucketMarks(store()), an_id("studio", 2)
    marks.advance(other, mark(1))
    if versions:
        with asking(s3) as client:
            client.set_bucket_versioning(s3.bucket(bucket), VersioningConfig(ENABLED))
    for position in range(100, 180):
        marks.advance(LOG, mark(position))
    marks.advance(LOG, mark(50), over=mark(179))
    for position in range(51, 100):
        marks.advance(LOG, mark(position))

    ours = [name for name in names(s3, bucket) if LOG in name]
    assert len(ours) <= MOST_NAMES + 1
    assert (marks.read(LOG), marks.read(other)) == (mark(99), mark(1))


def test_a_crash_on_the_way_of_removing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever part of what counts no more was removed, the same mark counts: what overrules outlives what it overrules."""
    blobs = store()
    marks, forget = BucketMarks(blobs), blobs.forget
    monkeypatch.setattr(blobs, "forget", lambda names: forget([max(names)]))
    for position in range(80, 100):
        marks.advance(LOG, mark(position))
    for before, position in ((99, 60), (61, 40), (41, 20)):
        marks.advance(LOG, mark(position), over=mark(before))
        marks.advance(LOG, mark(position + 1))

    for position in range(22, 60):
        marks.advance(LOG, mark(position))
        assert marks.read(LOG) == mark(position)
    histories = {name.removeprefix(f"marks/{LOG}/")[:6] for name in blobs.noted(f"marks/{LOG}/")}
    assert histories == {"000003"}


@pytest.mark.parametrize("told", ["x", "000000.7", f"000000.{7:019}.{7:016}.event_x.{0:019}"])
def test_a_name_that_is_no_mark(s3: S3Server, bucket: str, store: Store, told: str) -> None:
    """What nobody can read is neither skipped nor written over: the refusal names it, and nothing is marked until it is gone."""
    marks = BucketMarks(store())
    marks.advance(LOG, mark(7))
    with asking(s3) as client:
        client.put_object(s3.bucket(bucket), f".marks/{LOG}/{told}", io.BytesIO(b""), 0)
        for attempt in (lambda: marks.read(LOG), lambda: marks.advance(LOG, mark(9))):
            with pytest.raises(MarkUnusable, match=LOG) as refused:
                attempt()
            assert repr(told) in refused.value.message
        client.remove_object(s3.bucket(bucket), f".marks/{LOG}/{told}")

    assert marks.read(LOG) == mark(7)


@pytest.mark.parametrize("how", [Gate.shut, Gate.swallow])
def test_a_bucket_that_is_away(s3: S3Server, store: Store, how: Callable[[Gate], None]) -> None:
    """A bucket that cannot be asked, or that answers no more, is said to be that; what it took in silence does no harm."""
    gate = Gate(s3.endpoint)
    away, here = BucketMarks(store(gate.endpoint)), BucketMarks(store())
    away.advance(LOG, mark(7))
    how(gate)

    for attempt in (lambda: away.read(LOG), lambda: away.advance(LOG, mark(8))):
        with pytest.raises(MarkUnusable, match=LOG) as refused:
            attempt()
        assert refused.value.hint
        assert s3.endpoint not in refused.value.message + refused.value.hint
    gate.shut()
    here.advance(LOG, mark(9))
    assert here.read(LOG) == mark(9)


def test_a_bucket_that_removes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks are durable where nothing may be removed: it is a warning, and the names that gather change nothing."""
    blobs = store()
    marks = BucketMarks(blobs)

    def refused(*_: object) -> None:
        raise BlobStoreDown("the bucket failed: AccessDenied on notes", hint="look at the rights")

    monkeypatch.setattr(blobs, "forget", refused)
    with capture_logs() as said:
        for position in range(1, MOST_NAMES + 5):
            marks.advance(LOG, mark(position))

    assert {one["event"] for one in said} == {"marks_not_removed"}
    assert marks.read(LOG) == mark(MOST_NAMES + 4)
    assert len(blobs.noted(f"marks/{LOG}/")) == MOST_NAMES + 4
