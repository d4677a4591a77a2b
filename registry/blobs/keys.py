"""What a blob key, a prefix, a content type and a digest may look like, checked before any store sees them."""

from __future__ import annotations

import re

from registry.errors import BlobError

MAX_SEGMENT = 128
MAX_KEY = 512

_SEGMENT = r"(?!\.)(?![A-Za-z0-9_.-]*\.\.)[A-Za-z0-9_.-]{1,128}"
_KEY = re.compile(rf"{_SEGMENT}(/{_SEGMENT})*")
_PREFIX = re.compile(rf"({_SEGMENT}(/{_SEGMENT})*/?)?")
_CONTENT_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")

_HINT = (
    "use segments of A-Z a-z 0-9 _ . - joined by '/', none empty, none starting with '.' or holding '..', "
    f"at most {MAX_SEGMENT} characters each and {MAX_KEY} together, such as studio_x/asset_y/original"
)


def check_key(key: str) -> str:
    """The key itself, or `BlobError`: nothing may leave the store's root or collide with its own files."""
    if len(key) > MAX_KEY or not _KEY.fullmatch(key):
        raise BlobError(f"{key[: MAX_KEY + 1]!r} is no blob key", hint=_HINT)
    return key


def check_prefix(prefix: str) -> str:
    """A prefix is the beginning of a key, also in mid-segment; empty means everything."""
    if len(prefix) > MAX_KEY or not _PREFIX.fullmatch(prefix):
        raise BlobError(f"{prefix[: MAX_KEY + 1]!r} is no beginning of a blob key", hint=_HINT)
    return prefix


def check_content_type(content_type: str) -> str:
    """Parameters are refused: the value travels as a header and nothing here reads a charset."""
    if not _CONTENT_TYPE.fullmatch(content_type):
        raise BlobError(f"{content_type[:120]!r} is no content type", hint="write it like image/jpeg")
    return content_type


def check_sha256(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise BlobError(f"{sha256[:80]!r} is no SHA-256", hint="give 64 lower-case hexadecimal digits")
    return sha256
