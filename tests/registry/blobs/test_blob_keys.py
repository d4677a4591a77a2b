"""The grammar of keys, ranges, and choosing a store by URL."""

from __future__ import annotations

import os.path
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.blobs import store_for
from registry.blobs.bucket import BucketBlobs
from registry.blobs.digest import clip, verified
from registry.blobs.disk import DiskBlobs
from registry.blobs.keys import MAX_KEY, check_key, check_prefix, check_sha256
from registry.errors import BlobCorrupt, BlobError
from tests.contracts.blobs import sha256

LETTERS = string.ascii_letters + string.digits + "_-"
segments = st.builds(
    lambda first, rest: first + rest,
    st.sampled_from(LETTERS),
    st.text(LETTERS + ".", max_size=40).filter(lambda text: ".." not in text),
)
keys = st.lists(segments, min_size=1, max_size=6).map("/".join)


@given(keys)
def test_keys_of_the_grammar_pass(key: str) -> None:
    """Every key built from the grammar is a key, and every beginning of it a prefix."""
    assert check_key(key) == key
    for end in range(len(key)):
        if not key[:end].endswith("."):
            check_prefix(key[:end])


@given(st.text() | st.text("a./\\\0 ~=", max_size=12))
def test_no_key_leads_outside(key: str) -> None:
    """Whatever passes for a key names a path strictly below the root, in one spelling only."""
    try:
        check_key(key)
    except BlobError:
        return
    assert os.path.normpath(f"/root/{key}") == f"/root/{key}"
    assert key.isascii()
    assert len(key) <= MAX_KEY


@pytest.mark.parametrize("key", ["a" * 129, "/".join(["a" * 100] * 6)])
def test_long_keys(key: str) -> None:
    """A segment longer than a file name or a key longer than the limit is refused."""
    with pytest.raises(BlobError, match="is no blob key"):
        check_key(key)


@pytest.mark.parametrize("digest", ["", "0" * 63, "A" * 64, "0" * 64 + "\n"])
def test_digests(digest: str) -> None:
    """A digest has one spelling."""
    with pytest.raises(BlobError, match="no SHA-256"):
        check_sha256(digest)


@given(st.binary(max_size=50), st.integers(-5, 60), st.none() | st.integers(-5, 60))
def test_clip_is_slicing(data: bytes, start: int, length: int | None) -> None:
    """A range inside gives what slicing gives; a range outside is refused."""
    try:
        begin, count = clip(len(data), start, length)
    except BlobError:
        assert start < 0 or start > len(data) or (length is not None and length < 0)
        return
    assert data[begin : begin + count] == data[start : None if length is None else start + length]


@given(st.lists(st.binary(min_size=1, max_size=5)), st.booleans())
def test_the_last_chunk_waits(chunks: list[bytes], honest: bool) -> None:
    """All chunks come out when the digest matches; otherwise all but the last, and an error."""
    digest = sha256(b"".join(chunks)) if honest else sha256(b"something longer than all of them")
    seen: list[bytes] = []

    try:
        seen.extend(verified(chunks, key="a", sha256=digest))
    except BlobCorrupt:
        assert not honest
        assert seen == chunks[:-1]
    else:
        assert seen == chunks


def test_a_folder_by_url(tmp_path: Path) -> None:
    """A file URL is a folder, its escapes undone."""
    store = store_for(f"file://{tmp_path}/my%20blobs")

    store.put("a", [b"1"], content_type="text/plain")

    assert isinstance(store, DiskBlobs)
    assert (tmp_path / "my blobs/a=/bytes").read_bytes() == b"1"


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:9000", "https://s3.example.org", "http://[::1]:9000"])
def test_a_bucket_by_url(endpoint: str) -> None:
    """An s3 URL with an endpoint is a bucket; nothing is contacted yet."""
    store = store_for(f"s3://film?endpoint={endpoint}&region=eu-west-1", access_key="a", secret_key="b")

    assert isinstance(store, BucketBlobs)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "film",
            "file://",
            "file:///",
            "file://host/path",
            "file:///a?x=1",
            "ftp://a/b",
            "http://[",
            "s3://",
        ),
        *(
            "s3://film",
            "s3://film?endpoint=host:9000",
            "s3://film/sub?endpoint=http://h",
            "s3://?endpoint=http://h",
        ),
        *("s3://film?endpoint=http://h&colour=red", "s3://film?endpoint=http://h:port", "s3://film?endpoint"),
        *(
            "s3://film?endpoint=http://h/path",
            "s3://a:b@film?endpoint=http://h",
            "s3://film?endpoint=http://a:b@h",
        ),
    ],
)
def test_urls_that_name_no_store(url: str) -> None:
    """A URL that is not understood is refused whole, with the two forms that are."""
    with pytest.raises(BlobError) as caught:
        store_for(url, access_key="a", secret_key="b")
    assert caught.value.hint


def test_a_bucket_needs_keys() -> None:
    """Without keys the refusal says so before anything is sent."""
    with pytest.raises(BlobError, match="access key"):
        store_for("s3://film?endpoint=http://127.0.0.1:9000")
