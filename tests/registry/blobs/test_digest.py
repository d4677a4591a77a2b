"""Bytes on their way, without a store: counted, hashed, held back until they are known to be right."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.blobs.digest import agree, check_arrived, clip, pour, verified
from registry.blobs.protocol import StoredBlob
from registry.errors import BlobCorrupt, BlobError, BlobExists

KEY = "studio_x/asset_y/original"


def digest_of(*chunks: bytes) -> str:
    return sha256(b"".join(chunks)).hexdigest()


@given(st.lists(st.binary(max_size=9), max_size=5))
def test_what_is_poured_is_counted_and_hashed(chunks: list[bytes]) -> None:
    """Every chunk is written, in order; the answer is size and digest of all of them."""
    written: list[bytes] = []

    assert pour(chunks, written.append) == (sum(map(len, chunks)), digest_of(*chunks))
    assert written == chunks


@given(st.lists(st.binary(max_size=9), max_size=5))
def test_right_bytes_come_through(chunks: list[bytes]) -> None:
    """All of them, none empty."""
    passed = list(verified(chunks, key=KEY, sha256=digest_of(*chunks)))

    assert passed == [chunk for chunk in chunks if chunk]


def test_the_last_chunk_waits_for_the_digest() -> None:
    """Of wrong bytes it is never handed out; what was expected and what came are told, with the key."""
    seen: list[bytes] = []
    with pytest.raises(
        BlobCorrupt, match=f"{KEY}: expected SHA-256 {'0' * 64}, found {digest_of(b'abc')}"
    ) as wrong:
        seen.extend(verified([b"a", b"b", b"c"], key=KEY, sha256="0" * 64))

    assert seen == [b"a", b"b"]
    assert wrong.value.detail == {"key": KEY}
    assert wrong.value.hint


def test_nothing_expected_is_nothing_to_compare() -> None:
    """And what is expected and found is right."""
    check_arrived(KEY, expected=None, found="a")
    check_arrived(KEY, expected="a", found="a")


def test_a_key_that_is_taken_answers_for_the_same_bytes_alone() -> None:
    """Size or digest differ: it is refused with both, and the key."""
    first = StoredBlob(KEY, 4, "a" * 64)
    assert agree(first, StoredBlob(KEY, 4, "a" * 64)) is first
    for other in (StoredBlob(KEY, 5, "a" * 64), StoredBlob(KEY, 4, "b" * 64)):
        words = f"{KEY} already holds 4 bytes with SHA-256 {'a' * 64}, not the {other.size} bytes with {other.sha256}"
        with pytest.raises(BlobExists, match=words) as refused:
            agree(first, other)
        assert refused.value.detail == {"key": KEY}
        assert refused.value.hint


@given(st.integers(0, 9), st.integers(0, 9), st.none() | st.integers(0, 12))
def test_a_range_is_what_slicing_gives(size: int, start: int, length: int | None) -> None:
    """Clipped at the end; one that begins behind the end is refused."""
    whole = bytes(range(size))
    if start > size:
        with pytest.raises(BlobError, match=f"lie outside a blob of {size} bytes"):
            clip(size, start, length)
        return
    at, many = clip(size, start, length)

    assert (at, whole[at : at + many]) == (start, whole[start : None if length is None else start + length])
    assert many <= size - start


@pytest.mark.parametrize(
    ("start", "length", "told"), [(-1, None, "-1\\+rest"), (0, -1, "0\\+-1"), (5, 1, "5\\+1")]
)
def test_a_range_outside_is_told_with_its_numbers(start: int, length: int | None, told: str) -> None:
    """And with what would be a range."""
    with pytest.raises(BlobError, match=f"bytes {told} lie outside a blob of 4 bytes") as refused:
        clip(4, start, length)

    assert refused.value.hint == "start may be 0 to 4, length 0 or more"
