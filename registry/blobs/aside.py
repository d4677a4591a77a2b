"""Stored bytes as a temporary file, for decoders, which seek."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import BinaryIO

from registry.blobs.protocol import Blobs
from registry.events.references import StoredBytes


@contextmanager
def on_disk(blobs: Blobs, stored: StoredBytes) -> Iterator[BinaryIO]:
    """The bytes, checked against their digest; gone afterwards. Raises BlobError."""
    with TemporaryFile() as file, blobs.open(stored.key, sha256=stored.sha256) as chunks:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        yield file
