"""The leaf hash: SHA-256 over 0x00 (RFC 6962 leaf prefix) and a fixed, length-prefixed encoding of *all* columns of an event.

Payload-only hashing missed a third of all single-bit changes of a log file when it was tried; so position, time, actor and the
rest are inside. The encoding is written down here once and pinned by test vectors: for each column in the order of `COLUMNS`, a
four-byte big-endian length and the bytes; integers are eight bytes, big-endian, signed; text is UTF-8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from struct import Struct
from struct import error as not_packed
from typing import Any, Final

COLUMNS: Final = (
    "log",
    "position",
    "event_id",
    "stream",
    "version",
    "type",
    "schema_version",
    "recorded_at",
    "actor",
    "request_id",
    "causation_id",
    "correlation_id",
    "body",
)
INTEGERS: Final = frozenset({"position", "version", "schema_version", "recorded_at"})

_LEAF: Final = b"\x00"
_length: Final = Struct(">I").pack
_integer: Final = Struct(">q").pack
_whole: Final = Struct(">Iq").pack
_LENGTHS: Final = tuple(_length(length) for length in range(4_096))
"""The prefixes of most columns, ready."""


class NotALeaf(ValueError):
    """A column holds what no event's column holds."""


def leaf_hash(row: Mapping[str, Any]) -> bytes:
    """The 32-byte hash of one event row, given its columns by name."""
    pieces = [_LEAF]
    for column in COLUMNS:
        value: str | int | bytes = row[column]
        if isinstance(value, str):
            piece = value.encode()
        elif isinstance(value, int):
            piece = _integer(value)
        else:
            piece = bytes(value)
        pieces += (_length(len(piece)), piece)
    return sha256(b"".join(pieces)).digest()


def leaf_of(row: Sequence[Any]) -> bytes:
    """The same for a row as a verifier reads it, ten times as fast: the columns in order, text as its UTF-8 bytes.

    Raises NotALeaf when a column has another kind, as in a file that somebody wrote to.
    """
    try:
        return sha256(_encoded(row)).digest()
    except (not_packed, TypeError, ValueError):
        raise NotALeaf("a column holds another kind of value than an event has") from None


def _encoded(row: Sequence[Any]) -> bytes:
    """The thirteen columns one after the other; written out because a loop costs as much as the hash."""
    log, position, event_id, stream, version, name, schema, at, actor, request, cause, chain, body, *_ = row
    return b"".join(
        (
            _LEAF,
            *(_prefix(len(log)), log, _whole(8, position)),
            *(_prefix(len(event_id)), event_id, _prefix(len(stream)), stream, _whole(8, version)),
            *(_prefix(len(name)), name, _whole(8, schema), _whole(8, at)),
            *(_prefix(len(actor)), actor, _prefix(len(request)), request),
            *(_prefix(len(cause)), cause, _prefix(len(chain)), chain, _prefix(len(body)), body),
        )
    )


def _prefix(length: int) -> bytes:
    return _LENGTHS[length] if length < 4_096 else _length(length)
