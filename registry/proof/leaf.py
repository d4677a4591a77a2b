"""The leaf hash: SHA-256 over 0x00 (RFC 6962 leaf prefix) and a fixed, length-prefixed encoding of *all* columns of an event.

Payload-only hashing missed a third of all single-bit changes of a log file when it was tried; so position, time, actor and the
rest are inside. The encoding is written down here once and pinned by test vectors: for each column in the order of `COLUMNS`, a
four-byte big-endian length and the bytes; integers are eight bytes, big-endian, signed; text is UTF-8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
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
_MOST_SHAPES: Final = 4_096


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
        log, position, event, stream, version, name, schema, at, actor, request, cause, chain, body, *_ = row
        texts = (
            len(log),
            len(event),
            len(stream),
            len(name),
            len(actor),
            len(request),
            len(cause),
            len(chain),
        )
        head = _packing(texts)(
            *(texts[0], log, 8, position, texts[1], event, texts[2], stream, 8, version),
            *(texts[3], name, 8, schema, 8, at, texts[4], actor, texts[5], request),
            *(texts[6], cause, texts[7], chain, len(body)),
        )
        return sha256(head + body).digest()
    except (not_packed, TypeError, ValueError):
        raise NotALeaf("a column holds another kind of value than an event has") from None


@lru_cache(_MOST_SHAPES)
def _packing(texts: tuple[int, ...]) -> Callable[..., bytes]:
    """What writes the leaf prefix, twelve columns and the body's length in one go, by the lengths of the eight texts."""
    form = ">xI{}sIqI{}sI{}sIqI{}sIqIqI{}sI{}sI{}sI{}sI"
    return Struct(form.format(*texts)).pack
