"""By what footage is recognised later: read when it is kept, keyed by the studio, and never a reason not to keep it."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from registry.blobs.media import can_decode
from registry.blobs.prints import read_looks, read_streams
from registry.errors import NotFootage
from registry.events.references import FootagePrint
from registry.registry import Registry


def print_footage(registry: Registry, studio: str, file: BinaryIO | Path) -> FootagePrint | None:
    """None where PyAV is missing or its tracks cannot be read; without frames where those alone cannot.

    Raises BlobStoreDown where there is no room for a temporary file.
    """
    if not can_decode():
        return None
    try:
        streams = read_streams(file)
    except NotFootage:
        return None
    try:
        looks = read_looks(file)
    except NotFootage:
        looks = None
    return FootagePrint(
        pictures=registry.fingerprint(studio, streams.pictures),
        sound=None if streams.sound is None else registry.fingerprint(studio, streams.sound),
        poster=None if looks is None else registry.fingerprint(studio, looks.poster),
        frames=() if looks is None else looks.frames,
    )
