"""Checkpoints in a bucket of any S3 server. A retention that the bucket itself keeps (object lock) holds them as it does all
objects.
"""

from __future__ import annotations

from collections.abc import Sequence

from registry.blobs.bucket import BucketBlobs
from registry.errors import BlobError, BlobExists, CheckpointsUnusable

_PREFIX = "checkpoints"


class Bucket:
    """A bucket, or the part of the blobs' bucket that no studio's blobs are in."""

    def __init__(self, blobs: BucketBlobs, name: str = "the bucket") -> None:
        self._blobs = blobs
        self.name = name

    def keep(self, origin: str, name: str, content: bytes) -> bytes:
        key = _key(origin, name)
        try:
            self._blobs.put(key, [content], content_type="text/plain")
        except BlobExists:
            return self.read(origin, name)
        except BlobError as failure:
            raise _unusable(failure) from failure
        return content

    def names(self, origin: str, *, after: str = "") -> Sequence[str]:
        prefix = _key(origin, "")
        try:
            self._blobs.check()
            return self._blobs.asked(
                lambda client, bucket: [
                    one.object_name.removeprefix(prefix)
                    for one in client.list_objects(
                        bucket, prefix=prefix, recursive=True, start_after=prefix + after
                    )
                    if one.object_name
                ]
            )
        except BlobError as failure:
            raise _unusable(failure) from failure

    def read(self, origin: str, name: str) -> bytes:
        try:
            with self._blobs.open(_key(origin, name)) as chunks:
                return b"".join(chunks)
        except BlobError as failure:
            raise _unusable(failure) from failure


def _key(origin: str, name: str) -> str:
    return f"{_PREFIX}/{origin}/{name}"


def _unusable(failure: BlobError) -> CheckpointsUnusable:
    return CheckpointsUnusable(failure.message, hint=failure.hint)
