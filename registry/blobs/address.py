"""From a URL in the settings to a blob store."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from registry.errors import BlobError

from .disk import DiskBlobs
from .protocol import Blobs

_HINT = "write file:///path/to/folder or s3://bucket?endpoint=http://host:port&region=us-east-1"


def store_for(url: str, *, access_key: str | None = None, secret_key: str | None = None) -> Blobs:
    """The store a URL names. Nothing is contacted yet: `check()` does that.

    `file:///path` is a folder. `s3://bucket?endpoint=https://host:port` (and `&region=`) is a bucket, made when
    it is absent; its keys come as arguments, because URLs end up in logs. A malformed URL raises `BlobError`.
    """
    try:
        parts = urlsplit(url)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        endpoint = urlsplit(asked.get("endpoint", ""))
        _ = parts.port, endpoint.port  # a port that is no number shows only when it is read
    except ValueError as error:
        raise BlobError(f"the blob store URL cannot be read: {error}", hint=_HINT) from error
    if "@" in parts.netloc + endpoint.netloc:
        raise BlobError("the blob store URL holds a user or password", hint="pass the keys as settings")
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and len(parts.path) > 1 and not asked:
        return DiskBlobs(Path(unquote(parts.path)))
    if parts.scheme == "s3":
        return _bucket(url, parts, asked, access_key=access_key, secret_key=secret_key)
    raise BlobError(f"{url!r} names no blob store", hint=_HINT)


def _bucket(
    url: str, parts: SplitResult, asked: dict[str, str], *, access_key: str | None, secret_key: str | None
) -> Blobs:
    from .bucket import BucketBlobs  # the client takes 0.3 s to import; folders need none of it
    from .connection import BucketPlace

    endpoint = urlsplit(asked.get("endpoint", ""))
    if unknown := sorted(asked.keys() - {"endpoint", "region"}):
        raise BlobError(f"{url!r} asks for {', '.join(unknown)}, which nobody knows", hint=_HINT)
    if not parts.netloc or parts.path.strip("/"):
        raise BlobError(f"{url!r} names no bucket", hint=_HINT)
    if endpoint.scheme not in ("http", "https") or not endpoint.hostname or endpoint.path.strip("/"):
        raise BlobError(f"{url!r} has no usable endpoint", hint=_HINT)
    if not access_key or not secret_key:
        raise BlobError(f"{url!r} needs an access key and a secret key", hint="set both keys of the bucket")
    place = BucketPlace(
        endpoint=endpoint.netloc,
        bucket=parts.netloc,
        access_key=access_key,
        secret_key=secret_key,
        secure=endpoint.scheme == "https",
        region=asked.get("region") or "us-east-1",
    )
    return BucketBlobs(place)
