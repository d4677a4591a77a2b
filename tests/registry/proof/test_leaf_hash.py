"""The leaf hash: what proofs commit to. The encoding is rebuilt here from its description, not from its code."""

from __future__ import annotations

import struct
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.log.tables import EVENTS
from registry.proof.leaf import COLUMNS, leaf_hash

ROW: dict[str, Any] = {
    "log": "studio_01jd0000000000000000000001",
    "position": 7,
    "event_id": "event_01jd0000000000000000000007",
    "stream": "scene_01jd0000000000000000000001",
    "version": 2,
    "type": "SceneDescribed",
    "schema_version": 1,
    "recorded_at": 1_795_370_400_000_000,
    "actor": "key_01jd0000000000000000000001",
    "request_id": "r-1",
    "causation_id": "",
    "correlation_id": "미나",
    "body": b'{"name":"Caf\xc3\xa9"}',
}
EMPTY: dict[str, Any] = {
    column: b"" if column == "body" else 0 if isinstance(ROW[column], int) else "" for column in ROW
}
EXTREME = ROW | {"position": 2**63 - 1, "recorded_at": -(2**63), "body": bytes(range(256))}


def described(row: dict[str, Any]) -> str:
    """SHA-256 over 0x00, then per column a big-endian 4-byte length and the bytes; integers as 8 signed bytes."""
    preimage = b"\x00"
    for value in row.values():
        piece = struct.pack(">q", value) if isinstance(value, int) else value
        piece = piece.encode() if isinstance(piece, str) else piece
        preimage += struct.pack(">I", len(piece)) + piece
    return sha256(preimage).hexdigest()


@pytest.mark.parametrize(
    ("row", "vector"),
    [
        (ROW, "3666d142ff91954208a2a4a03676ccc5a51ee4ca7ecc31dc020f2c6af2d52bac"),
        (EMPTY, "7000cc8b5f52f3b22790c080d3b466e4b386afcc20c0824dda553dd8f672b220"),
        (EXTREME, "d4e72032792fbd398b45e4be6174a10a8af916499d579849a75d53df7e6b245d"),
    ],
)
def test_leaf_hashes_match_their_vectors(row: dict[str, Any], vector: str) -> None:
    """Pinned vectors, and an independent encoder, agree with the code: verifiers elsewhere rely on both."""
    assert described(row) == vector
    assert leaf_hash(row).hex() == vector


def test_every_stored_column_is_inside() -> None:
    """Every column of an event row but the hash itself is hashed, in the table's order."""
    assert [column.name for column in EVENTS.columns] == [*COLUMNS, "leaf_hash"]


@pytest.mark.parametrize("column", COLUMNS)
@given(change=st.integers(1, 255))
def test_every_column_changes_the_hash(column: str, change: int) -> None:
    """A change in any one column, however small, gives another hash."""
    value = ROW[column]
    if isinstance(value, int):
        changed: Any = value + change
    else:
        changed = value + (bytes([change]) if isinstance(value, bytes) else chr(change))

    assert leaf_hash(ROW | {column: changed}) != leaf_hash(ROW)


@pytest.mark.parametrize(("left", "right"), [("stream", "type"), ("actor", "request_id")])
def test_bytes_cannot_move_between_columns(left: str, right: str) -> None:
    """Lengths stand before values, so "ab" and "c" never hash like "a" and "bc"."""
    moved = ROW | {left: ROW[left][:-1], right: ROW[left][-1] + ROW[right]}

    assert leaf_hash(moved) != leaf_hash(ROW)
