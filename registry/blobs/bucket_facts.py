"""What can be found out about a bucket: who may read it, whether it keeps versions, and what time it thinks it is.

For `continuity doctor`; `Blobs.check` proves that the store can be used at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from minio import Minio
from minio.error import S3Error

from .bucket import BucketBlobs

_NO_POLICY: Final = frozenset({"NoSuchBucketPolicy", "NotImplemented", "NoSuchPolicy"})


@dataclass(frozen=True, slots=True)
class BucketFacts:
    """`public` names what strangers may do; `versioned` is None where the server does not say; `date` is its `Date` header."""

    public: tuple[str, ...]
    versioned: bool | None
    date: str


def is_there(blobs: BucketBlobs) -> bool:
    """Whether the bucket exists, without making it. Raises BlobStoreDown."""
    return blobs.asked(lambda client, bucket: bool(client.bucket_exists(bucket)))


def examine_bucket(blobs: BucketBlobs, key: str) -> BucketFacts:
    """Look at the bucket, and at the object under `key` as a stranger would. Raises BlobStoreDown."""
    public = [*blobs.asked(_policy), *(["read what is in it"] if blobs.open_to_strangers(key) else [])]
    date = blobs.asked(lambda client, bucket: _date(client, bucket, key))
    return BucketFacts(tuple(dict.fromkeys(public)), blobs.asked(_versioned), date)


def _policy(client: Minio, bucket: str) -> list[str]:
    """What the bucket's policy lets anybody do."""
    try:
        policy = json.loads(client.get_bucket_policy(bucket))
    except S3Error as error:
        if error.code in _NO_POLICY:
            return []
        raise
    return list(_open_actions(policy))


def _open_actions(policy: dict[str, Any]) -> Iterator[str]:
    statements = policy.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        named = principal.get("AWS") if isinstance(principal, dict) else principal
        anybody = named == "*" or (isinstance(named, list) and "*" in named)
        if statement.get("Effect") == "Allow" and anybody and not statement.get("Condition"):
            actions = statement.get("Action", [])
            yield from actions if isinstance(actions, list) else [actions]


def _versioned(client: Minio, bucket: str) -> bool | None:
    try:
        return str(client.get_bucket_versioning(bucket).status) == "Enabled"
    except S3Error:
        return None


def _date(client: Minio, bucket: str, key: str) -> str:
    headers = client.stat_object(bucket, key).metadata or {}
    return str(headers.get("Date") or headers.get("date") or "")
