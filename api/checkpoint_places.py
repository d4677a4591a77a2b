"""Where the checkpoints of an installation lie, by its settings: folders, the bucket of the blobs, other buckets."""

from __future__ import annotations

from pathlib import Path

from api.keeping import BUCKET, IN_BUCKET
from api.settings import Settings, UnusableSettings
from api.stores import plain
from registry.blobs import Blobs, store_for
from registry.checkpoints.keys import KeyFile
from registry.checkpoints.making import Checkpoints
from registry.checkpoints.places import Folder, Place
from registry.errors import BlobError
from registry.registry import Registry


def checkpoints_in(settings: Settings, registry: Registry, blobs: Blobs) -> Checkpoints:
    """Whoever makes and reads checkpoints here. Raises UnusableSettings."""
    places = [_place(settings, blobs, named) for named in settings.checkpoint_places]
    return Checkpoints(registry, places, KeyFile(settings.signing_keys), origin=settings.log_origin)


def _place(settings: Settings, blobs: Blobs, named: str) -> Place:
    if named != IN_BUCKET and not named.startswith(BUCKET):
        return Folder(Path(named))
    from registry.blobs.bucket import BucketBlobs  # it takes long to import, and folders need none of it
    from registry.checkpoints.bucket import Bucket

    try:
        store = blobs if named == IN_BUCKET else _bucket(settings, named)
    except BlobError as refused:
        raise UnusableSettings([f"CONTINUITY_CHECKPOINTS: {refused.message}; {refused.hint}"]) from None
    if not isinstance(store, BucketBlobs):
        raise UnusableSettings(["CONTINUITY_CHECKPOINTS: the blob store is no bucket; name a folder"])
    return Bucket(store)


def _bucket(settings: Settings, address: str) -> Blobs:
    return store_for(
        address, access_key=plain(settings.s3_access_key), secret_key=plain(settings.s3_secret_key)
    )
