"""Blobs in a bucket of any S3 server (MinIO's dialect first), through the `minio` client.

What is guaranteed, and by whom: a blob is sent in one PUT whose body the server checks against the signed SHA-256,
so it appears whole or not at all; `If-None-Match: *` makes the server the arbiter between racing writers. The
digest travels as object metadata. Before the first use the server is asked to prove that it honours the
condition: one that ignores it would overwrite, and is refused. Bytes of unknown length are spooled first (memory
up to 8 MiB, then an unnamed file), because digest and length stand in the request's head: memory stays flat, and
no unfinished multipart upload can be left behind.
"""

from __future__ import annotations

import hashlib
import tempfile
import threading
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from os.path import commonpath
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.credentials.credentials import Credentials
from minio.deleteobjects import DeleteObject
from minio.error import MinioException, S3Error
from minio.signer import sign_v4_s3
from minio.time import to_amz_date, utcnow

from registry.errors import BlobCorrupt, BlobError, BlobMissing, BlobStoreDown

from .connection import BucketPlace, pool
from .digest import CHUNK, agree, check_arrived, clip, pour, verified
from .keys import check_content_type, check_key, check_prefix, check_sha256
from .protocol import StoredBlob

T = TypeVar("T")
# S3's limit for one PUT.
MAX_BLOB = 5 * 1024**3
SPOOL_IN_MEMORY = 8 * 1024**2
MAX_PRESIGN_SECONDS = 7 * 24 * 3600

_DIGEST = "x-amz-meta-sha256"
_GONE = {"NoSuchKey", "NoSuchVersion", "NoSuchObject", "ResourceNotFound"}
_THERE = 412
_REFUSED = {409, _THERE}
_OURS = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}
# Not a blob key (leading dot), so it shows in no listing; nor do notes.
_PROBE_KEY = ".continuity-conditional-put"
_EMPTY_SHA256 = hashlib.sha256().hexdigest()
_LOOK = "look at the server, its address and the network between"
_RIGHTS = "look at the access key, its secret and the rights it has on the bucket"
_HINTS = dict.fromkeys(("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"), _RIGHTS)


class BucketBlobs:
    """A `Blobs` in one bucket. Threads may share it; after a fork make a new one."""

    def __init__(
        self,
        place: BucketPlace,
        *,
        connections: int = 16,
        connect_seconds: float = 3.0,
        read_seconds: float = 15.0,
    ) -> None:
        self._place = place
        self._pool = pool(connections, connect_seconds=connect_seconds, read_seconds=read_seconds)
        try:
            if not place.endpoint:
                raise ValueError("it is empty")
            self._client = Minio(
                place.endpoint,
                access_key=place.access_key,
                secret_key=place.secret_key,
                secure=place.secure,
                region=place.region,
                http_client=self._pool,
            )
        except ValueError as error:
            raise BlobError(
                f"{place.endpoint!r} is no S3 endpoint: {error}", hint="give host:port"
            ) from error
        self._credentials = Credentials(place.access_key, place.secret_key)
        self._ready = False
        self._getting_ready = threading.Lock()

    def put(
        self, key: str, chunks: Iterable[bytes], *, content_type: str, sha256: str | None = None
    ) -> StoredBlob:
        check_key(key)
        check_content_type(content_type)
        if sha256 is not None:
            check_sha256(sha256)
        self._prepare()
        with tempfile.SpooledTemporaryFile(SPOOL_IN_MEMORY) as spool:
            size, found = pour(chunks, spool.write)
            check_arrived(key, expected=sha256, found=found)
            if size > MAX_BLOB:
                raise BlobError(
                    f"{size} bytes are more than one blob may have", hint=f"at most {MAX_BLOB} bytes"
                )
            return self._settle(StoredBlob(key, size, found), spool, content_type)

    @contextmanager
    def open(
        self, key: str, *, sha256: str | None = None, start: int = 0, length: int | None = None
    ) -> Iterator[Iterator[bytes]]:
        check_key(key)
        if sha256 is not None:
            check_sha256(sha256)
        if start == 0 and length is None:
            with self._get(key) as response:
                expected = sha256 or _recorded(key, response.headers)
                yield verified(self._stream(key, response), key=key, sha256=expected)
            return
        stored = self.stat(key)
        check_arrived(key, expected=sha256, found=stored.sha256)
        start, length = clip(stored.size, start, length)
        if length == 0:
            yield iter(())
            return
        with self._get(key, offset=start, length=length) as response:
            yield self._stream(key, response)

    def stat(self, key: str) -> StoredBlob:
        check_key(key)
        self._prepare()
        with self._talking(key):
            found = self._client.stat_object(self._place.bucket, key)
        return StoredBlob(key, found.size or 0, _recorded(key, found.metadata), found.content_type or "")

    def list(self, prefix: str) -> Iterator[str]:
        check_prefix(prefix)
        self._prepare()
        with self._talking(prefix):
            for found in self._client.list_objects(self._place.bucket, prefix=prefix, recursive=True):
                if found.object_name and not found.object_name.startswith("."):
                    yield found.object_name

    def delete(self, key: str) -> None:
        check_key(key)
        self._prepare()
        with self._talking(key):
            versions = self._client.list_objects(
                self._place.bucket, prefix=key, recursive=True, include_version=True
            )
            # The prefix also finds neighbours (key + "s"), and delete markers are listed apart from versions.
            for found in versions:
                if found.object_name == key:
                    self._client.remove_object(self._place.bucket, key, version_id=found.version_id)

    def presign(self, key: str, *, seconds: int) -> str | None:
        check_key(key)
        if not 1 <= seconds <= MAX_PRESIGN_SECONDS:
            raise BlobError(
                f"a link cannot live {seconds} seconds", hint=f"choose 1 to {MAX_PRESIGN_SECONDS} seconds"
            )
        with self._talking(key):
            url: str = self._client.presigned_get_object(
                self._place.bucket, key, expires=timedelta(seconds=seconds)
            )
            return url

    def sweep(
        self, prefix: str, *, keep: Callable[[str], bool], older_than: int, now: int
    ) -> tuple[str, ...]:
        check_prefix(prefix)
        self._prepare()
        limit, old = (now - older_than) / 1_000_000, []
        with self._talking(prefix):
            for found in self._client.list_objects(self._place.bucket, prefix=prefix, recursive=True):
                if found.last_modified.timestamp() < limit and not found.object_name.startswith("."):
                    old.append(found.object_name)
        removed = [key for key in old if not keep(key)]
        for key in removed:
            self.delete(key)
        return tuple(removed)

    # -- notes (registry.log.bucket_marks): names without bytes, below a leading dot, where no blob key can be

    def note(self, name: str) -> None:
        check_key(name)
        self._prepare()
        status = self._put_once(StoredBlob(f".{name}", 0, _EMPTY_SHA256), None, "text/plain")
        if status not in (200, _THERE):
            raise self._answered(status, name)

    def noted(self, prefix: str) -> tuple[str, ...]:
        check_prefix(prefix)
        self._prepare()
        with self._talking(prefix):
            found = self._client.list_objects(self._place.bucket, prefix=f".{prefix}", recursive=True)
            return tuple(one.object_name.removeprefix(".") for one in found)

    def forget(self, names: Collection[str]) -> None:
        doomed = {f".{check_key(name)}" for name in names}
        if not doomed:
            return
        self._prepare()
        with self._talking("notes"):
            held = self._client.list_objects(
                self._place.bucket, prefix=commonpath(doomed), recursive=True, include_version=True
            )
            told = [
                DeleteObject(one.object_name, one.version_id) for one in held if one.object_name in doomed
            ]
            for failed in self._client.remove_objects(self._place.bucket, told):
                raise self._down(f"{failed.code} on {failed.name}", _HINTS.get(failed.code, _LOOK))

    def check(self) -> None:
        self._prepare()
        with self._talking(self._place.bucket):
            if not self._client.bucket_exists(self._place.bucket):
                self._ready = False
                raise self._down("the bucket is gone", "create it again, or look at who removed it")

    def asked(self, ask: Callable[[Minio, str], T]) -> T:
        """What the server says to something no store is asked for (`bucket_facts`), with its errors as ours. Makes no bucket."""
        with self._talking(self._place.bucket):
            return ask(self._client, self._place.bucket)

    def open_to_strangers(self, key: str) -> bool:
        """Whether an object can be read without any key."""
        with self._talking(key):
            signed = self._client.presigned_get_object(self._place.bucket, check_key(key))
            address = urlsplit(signed)._replace(query="").geturl()
            return int(self._pool.request("GET", address, redirect=False).status) == 200

    def close(self) -> None:
        self._pool.clear()

    # -- getting ready

    def _prepare(self) -> None:
        """Once per process: the bucket exists and the server honours conditional writes."""
        if self._ready:
            return
        with self._getting_ready:
            if not self._ready:
                with self._talking(self._place.bucket):
                    self._make_bucket()
                    self._prove_conditions()
                self._ready = True

    def _make_bucket(self) -> None:
        """Existing already is 200 on some servers and 409 on others, and a twin may be just as quick."""
        if self._client.bucket_exists(self._place.bucket):
            return
        try:
            self._client.make_bucket(self._place.bucket)
        except S3Error as error:
            if error.code not in _OURS:
                raise

    def _prove_conditions(self) -> None:
        """The second of two equal conditional writes must be refused."""
        empty = StoredBlob(_PROBE_KEY, 0, _EMPTY_SHA256)
        for _ in range(2):
            status = self._put_once(empty, None, "text/plain")
            if status in _REFUSED:
                return
            if status != 200:
                raise self._answered(status, _PROBE_KEY)
        raise self._down(
            "the server ignores If-None-Match, so two writers could overwrite each other",
            "use an S3 server with conditional writes; Ceph has them only in buckets that keep no versions",
        )

    # -- writing

    def _settle(self, offered: StoredBlob, spool: IO[bytes], content_type: str) -> StoredBlob:
        """Write if absent; when somebody is there, now or by then, compare with theirs."""
        for _ in range(3):
            try:
                return agree(self.stat(offered.key), offered)
            except BlobMissing:
                status = self._put_once(offered, spool, content_type)
            if status == 200:
                return offered
            if status not in _REFUSED:
                raise self._answered(status, offered.key)
        raise self._down(f"{offered.key} is taken and missing at once", "look for another writer or a proxy")

    def _put_once(self, blob: StoredBlob, body: IO[bytes] | None, content_type: str) -> int:
        """One conditional PUT, signed over its digest, so that the server refuses bytes changed on the way."""
        with self._talking(blob.key):
            presigned = self._client.get_presigned_url("PUT", self._place.bucket, blob.key)
            url, date = urlsplit(presigned)._replace(query=""), utcnow()
            headers: Any = sign_v4_s3(
                method="PUT",
                url=url,
                region=self._place.region,
                headers={
                    "Host": url.netloc,
                    "Content-Type": content_type,
                    "Content-Length": str(blob.size),
                    "If-None-Match": "*",
                    "x-amz-content-sha256": blob.sha256,
                    "x-amz-date": to_amz_date(date),
                    # A bucket with a retention takes nothing without a checksum (S3, object lock).
                    "x-amz-checksum-sha256": b64encode(bytes.fromhex(blob.sha256)).decode(),
                    _DIGEST: blob.sha256,
                },
                credentials=self._credentials,
                content_sha256=blob.sha256,
                date=date,
            )
            if body is not None:
                body.seek(0)
            response = self._pool.request("PUT", url.geturl(), body=body, headers=headers, redirect=False)
            return int(response.status)

    # -- reading

    @contextmanager
    def _get(self, key: str, *, offset: int = 0, length: int = 0) -> Iterator[Any]:
        """An answer to read from; length 0 means everything from the offset."""
        self._prepare()
        with self._talking(key):
            response = self._client.get_object(self._place.bucket, key, offset=offset, length=length)
        try:
            yield response
        finally:
            response.close()
            response.release_conn()

    def _stream(self, key: str, response: Any) -> Iterator[bytes]:
        with self._talking(key):
            yield from response.stream(CHUNK)

    # -- errors

    @contextmanager
    def _talking(self, what: str) -> Iterator[None]:
        """The client's and the connection's errors as ours, naming endpoint and bucket, never a key of ours."""
        try:
            yield
        except S3Error as error:
            if error.code in _GONE:
                raise BlobMissing(
                    f"no blob under {what}", hint="it was never stored, or it was erased", key=what
                ) from error
            raise self._down(f"{error.code} on {what}", _HINTS.get(error.code or "", _LOOK)) from error
        except (MinioException, urllib3.exceptions.HTTPError, ValueError) as error:
            raise self._down(f"{type(error).__name__} on {what}", _LOOK) from error

    def _down(self, why: str, hint: str) -> BlobStoreDown:
        """Callers see what failed; the note, for our log, says where."""
        down = BlobStoreDown(f"the bucket failed: {why}", hint=hint, endpoint=self._place.endpoint)
        down.add_note(f"the bucket is {self._place.bucket} at {self._place.endpoint}")
        return down

    def _answered(self, status: int, key: str) -> BlobStoreDown:
        return self._down(f"HTTP {status} on {key}", _RIGHTS if status == 403 else _LOOK)


def _recorded(key: str, headers: Mapping[str, Any] | None) -> str:
    """The digest beside the bytes. An object without one was put there by somebody else."""
    if not headers or _DIGEST not in headers:
        raise BlobCorrupt(
            f"{key} has no recorded digest", hint="another program wrote this object: remove it", key=key
        )
    return str(headers[_DIGEST])
