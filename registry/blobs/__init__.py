"""Bytes under opaque keys: stores (disk, any S3 bucket), and the intake of pictures and footage.

`store_for(url)` is how a store is chosen; callers depend on `protocol.Blobs` alone.
"""

from __future__ import annotations

from .address import store_for
from .protocol import Blobs, StoredBlob

__all__ = ["Blobs", "StoredBlob", "store_for"]
