"""Blobs in a bucket of a live S3 server: the contract, and what only a server can get wrong."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

from registry.blobs.bucket import BucketBlobs
from registry.blobs.connection import BucketPlace
from registry.blobs.protocol import StoredBlob
from registry.errors import BlobCorrupt, BlobError, BlobExists, BlobMissing, BlobStoreDown
from tests.contracts.blobs import JPEG, BlobContract, read, sha256
from tests.servers.s3 import S3Server, asking

KEY = "studio_x/asset_y/original"
SECRET = "do-not-show-this-secret-anywhere"


def place(s3: S3Server, bucket: str) -> BucketPlace:
    return BucketPlace(s3.endpoint, s3.bucket(bucket), s3.access_key, s3.secret_key, secure=s3.secure)


@contextmanager
def opened(where: BucketPlace, **how: float) -> Iterator[BucketBlobs]:
    store = BucketBlobs(where, **how)  # type: ignore[arg-type]
    try:
        yield store
    finally:
        store.close()


class TestBucketBlobs(BlobContract):
    @pytest.fixture
    def store(self, s3: S3Server) -> Iterator[BucketBlobs]:
        with opened(place(s3, "contract")) as store:
            yield store


def test_all_versions_go(s3: S3Server) -> None:
    """In a bucket that keeps versions, deleting leaves no version and no marker of the blob."""
    bucket = s3.bucket("versions")
    with asking(s3) as client, opened(place(s3, "versions")) as store:
        store.check()
        client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))
        store.put(KEY, [b"face"], content_type=JPEG)
        client.remove_object(bucket, KEY)  # only adds a marker
        with pytest.raises(BlobMissing):
            store.stat(KEY)
        store.put(KEY, [b"other"], content_type=JPEG)
        store.put(KEY + "s", [b"neighbour"], content_type=JPEG)

        store.delete(KEY)

        left = client.list_objects(bucket, prefix="studio_x", recursive=True, include_version=True)
        assert [found.object_name for found in left] == [KEY + "s"]


def test_versions_do_not_switch_the_arbiter_off(s3: S3Server) -> None:
    """In a bucket that keeps versions the condition holds as in any other, or the bucket is refused at its first use."""
    with asking(s3) as client, opened(place(s3, "kept")) as store:
        client.make_bucket(s3.bucket("kept"))
        client.set_bucket_versioning(s3.bucket("kept"), VersioningConfig(ENABLED))
        offered = StoredBlob(KEY, 4, sha256(b"face"))
        try:
            store.check()
            said = [str(store._put_once(offered, io.BytesIO(b"face"), JPEG)) for _ in range(2)]
        except BlobStoreDown as refused:
            said = [refused.message, refused.hint]

    expected = [("200", "412"), ("ignores If-None-Match", "no versions")]
    assert any(words[0] in said[0] and words[1] in said[1] for words in expected), said


def test_bytes_changed_by_somebody_else(s3: S3Server) -> None:
    """An object overwritten behind our back is noticed on reading, even when it kept our digest."""
    with asking(s3) as foreign, opened(place(s3, "changed")) as store:
        store.put(KEY, [b"face"], content_type=JPEG)
        foreign.put_object(
            s3.bucket("changed"), KEY, io.BytesIO(b"mask"), 4, metadata={"x-amz-meta-sha256": sha256(b"face")}
        )

        with pytest.raises(BlobCorrupt, match=KEY):
            read(store, KEY)


def test_an_object_without_a_digest(s3: S3Server) -> None:
    """An object of another program is not taken for a blob, nor overwritten."""
    with asking(s3) as foreign, opened(place(s3, "foreign")) as store:
        store.check()
        foreign.put_object(s3.bucket("foreign"), KEY, io.BytesIO(b"mask"), 4)

        with pytest.raises(BlobCorrupt, match="no recorded digest"):
            read(store, KEY)
        with pytest.raises(BlobCorrupt, match="no recorded digest"):
            store.put(KEY, [b"face"], content_type=JPEG)


def test_the_server_is_the_arbiter(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer who saw a free key and came second is refused by the server's condition."""
    with opened(place(s3, "arbiter")) as store:
        store.put(KEY, [b"face"], content_type=JPEG)
        real, looks = store.stat, iter([True])

        def stat(key: str) -> object:
            if next(looks, False):
                raise BlobMissing("not there yet")
            return real(key)

        monkeypatch.setattr(store, "stat", stat)
        with pytest.raises(BlobExists):
            store.put(KEY, [b"mask"], content_type=JPEG)
        assert read(store, KEY) == b"face"


def test_twins_make_the_bucket_together(s3: S3Server) -> None:
    """Several processes that start at once on an empty server all find their bucket."""
    stores = [BucketBlobs(place(s3, "twins")) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(BucketBlobs.check, stores))
    for store in stores:
        store.close()


def test_a_link_reads_for_a_while(s3: S3Server) -> None:
    """A presigned link serves bytes and content type to somebody without keys."""
    with opened(place(s3, "links")) as store:
        store.put(KEY, [b"face"], content_type=JPEG)
        url = store.presign(KEY, seconds=60)
        assert url is not None

        answer = httpx.get(url, trust_env=False)

    assert (answer.content, answer.headers["content-type"]) == (b"face", JPEG)


@pytest.mark.parametrize("seconds", [0, 604_801])
def test_a_link_has_a_lifetime(s3: S3Server, seconds: int) -> None:
    """S3 signs links for one second to seven days, so others are refused here."""
    with opened(place(s3, "links")) as store, pytest.raises(BlobError, match=str(seconds)):
        store.presign(KEY, seconds=seconds)


def test_a_wrong_secret(s3: S3Server) -> None:
    """A refused key is named as that; the secret shows neither in the error nor in the place."""
    where = replace(place(s3, "contract"), secret_key=SECRET)

    with opened(where) as store, pytest.raises(BlobStoreDown) as caught:
        store.check()

    assert s3.endpoint in caught.value.__notes__[0]
    assert "access key" in caught.value.hint
    assert SECRET not in f"{caught.value} {caught.value.detail} {where!r}"


def test_a_server_that_is_away() -> None:
    """A closed port answers at once; the endpoint is named to our log and not to callers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        endpoint = f"127.0.0.1:{taken.getsockname()[1]}"
        began = time.monotonic()

        with (
            opened(BucketPlace(endpoint, "film", "key", SECRET, secure=False)) as store,
            pytest.raises(BlobStoreDown) as caught,
        ):
            store.put(KEY, [b"face"], content_type=JPEG)

    assert time.monotonic() - began < 2
    assert endpoint in caught.value.__notes__[0]
    assert endpoint not in caught.value.message + caught.value.hint
    assert SECRET not in f"{caught.value} {caught.value.__cause__}"


def test_a_silent_server() -> None:
    """A server that accepts and never answers is given up after the read time, once."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        where = BucketPlace(f"127.0.0.1:{silent.getsockname()[1]}", "film", "key", SECRET, secure=False)
        began = time.monotonic()

        with opened(where, read_seconds=0.3) as store, pytest.raises(BlobStoreDown, match="Timeout"):
            store.stat(KEY)

    assert time.monotonic() - began < 1


class Careless(BaseHTTPRequestHandler):
    """An S3 server of old: takes every write, whatever its conditions."""

    timeout = 2

    def answer(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_PUT = answer  # noqa: N815 - the base class looks for these names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Hurried(Careless):
    """A server on which a twin makes the bucket between our look and our attempt."""

    made = False

    def do_HEAD(self) -> None:
        self.send_response(200 if self.made else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_PUT(self) -> None:
        code = "PreconditionFailed" if self.made else "BucketAlreadyOwnedByYou"
        body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
        self.send_response(412 if self.made else 409)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        type(self).made = True


@contextmanager
def served(by: type[Careless]) -> Iterator[BucketBlobs]:
    """A store on a server that is not what it should be."""
    with ThreadingHTTPServer(("127.0.0.1", 0), by) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        try:
            with opened(
                BucketPlace(f"127.0.0.1:{server.server_port}", "film", "key", SECRET, secure=False)
            ) as store:
                yield store
        finally:
            server.shutdown()


def test_a_server_without_conditions() -> None:
    """A server that ignores If-None-Match would overwrite, so it is not used at all."""
    with served(Careless) as store, pytest.raises(BlobStoreDown, match="ignores If-None-Match"):
        store.put(KEY, [b"face"], content_type=JPEG)


def test_a_bucket_made_by_a_twin() -> None:
    """A bucket that exists by the time we make it is the bucket we wanted."""
    with served(Hurried) as store:
        assert store.check() is None


@pytest.mark.parametrize("endpoint", ["", "host:port", "http://host", "host/path"])
def test_a_bad_endpoint(endpoint: str) -> None:
    """An endpoint that is no host and port is refused when the store is made."""
    with pytest.raises(BlobError, match="endpoint"):
        BucketBlobs(BucketPlace(endpoint, "film", "key", SECRET))
