"""What every blob store owes, written once; each adapter's test class inherits it and brings the `store`."""

from __future__ import annotations

import hashlib
import itertools
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from registry.blobs.protocol import Blobs, StoredBlob
from registry.errors import BlobCorrupt, BlobError, BlobExists, BlobMissing

JPEG = "image/jpeg"
HOUR = 3_600_000_000
_numbers = itertools.count(1)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read(store: Blobs, key: str, **how: object) -> bytes:
    with store.open(key, **how) as chunks:  # type: ignore[arg-type]
        return b"".join(chunks)


def now() -> int:
    return time.time_ns() // 1000


class BlobContract:
    """Given a `store` fixture, the behaviour of `registry.blobs.protocol.Blobs`."""

    @pytest.fixture
    def studio(self) -> str:
        """A studio of its own per test, as one bucket or folder serves them all."""
        return f"studio_{next(_numbers)}"

    @pytest.fixture
    def key(self, studio: str) -> str:
        return f"{studio}/asset_y/original"

    def test_bytes_come_back(self, store: Blobs, key: str) -> None:
        """What was put in pieces comes back whole, with size and digest."""
        stored = store.put(key, [b"one ", b"", b"two"], content_type=JPEG)

        assert stored == StoredBlob(key, 7, sha256(b"one two"))
        assert store.stat(key) == stored
        assert read(store, key) == b"one two"
        assert read(store, key, sha256=stored.sha256) == b"one two"

    def test_empty_blob(self, store: Blobs, key: str) -> None:
        """No bytes at all are bytes too."""
        store.put(key, [], content_type=JPEG)

        assert read(store, key) == b""
        assert read(store, key, start=0, length=5) == b""

    def test_large_blob_streams(self, store: Blobs, key: str) -> None:
        """A blob larger than any buffer comes back in more than one chunk, identical."""
        data = bytes(range(256)) * 4096 * 12

        store.put(key, (data[at : at + 100_000] for at in range(0, len(data), 100_000)), content_type=JPEG)

        with store.open(key) as chunks:
            pieces = list(chunks)
        assert len(pieces) > 1
        assert b"".join(pieces) == data

    def test_same_bytes_again_answer_the_same(self, store: Blobs, key: str) -> None:
        """Put is idempotent: a repeat after a lost answer is no error."""
        first = store.put(key, [b"face"], content_type=JPEG)

        assert store.put(key, [b"fa", b"ce"], content_type=JPEG) == first

    def test_other_bytes_are_refused(self, store: Blobs, key: str) -> None:
        """A key is never overwritten, and the refusal names it."""
        store.put(key, [b"face"], content_type=JPEG)

        with pytest.raises(BlobExists, match=key):
            store.put(key, [b"mask"], content_type=JPEG)
        assert read(store, key) == b"face"

    def test_wrong_digest_stores_nothing(self, store: Blobs, key: str) -> None:
        """Bytes that are not what the caller announced are not kept."""
        with pytest.raises(BlobCorrupt, match=sha256(b"face")):
            store.put(key, [b"fade"], content_type=JPEG, sha256=sha256(b"face"))
        with pytest.raises(BlobMissing):
            store.stat(key)

    def test_announced_digest_is_accepted(self, store: Blobs, key: str) -> None:
        """Bytes with the announced digest are stored."""
        assert store.put(key, [b"face"], content_type=JPEG, sha256=sha256(b"face")).size == 4

    def test_a_broken_source_stores_nothing(self, store: Blobs, key: str) -> None:
        """When the source fails half-way its own exception comes out, and no blob is seen."""

        def half() -> Iterator[bytes]:
            yield b"half"
            raise ConnectionResetError("the uploader went away")

        with pytest.raises(ConnectionResetError):
            store.put(key, half(), content_type=JPEG)
        with pytest.raises(BlobMissing):
            store.stat(key)

    def test_missing(self, store: Blobs, key: str) -> None:
        """A key nobody stored under is missing, by name."""
        with pytest.raises(BlobMissing, match=key):
            store.stat(key)
        with pytest.raises(BlobMissing, match=key):
            read(store, key)
        with pytest.raises(BlobMissing, match=key):
            read(store, key, start=1)

    def test_unexpected_digest_on_read(self, store: Blobs, key: str) -> None:
        """A reader who expects other bytes gets `BlobCorrupt` and never the last chunk."""
        store.put(key, [b"face"], content_type=JPEG)
        seen: list[bytes] = []

        with pytest.raises(BlobCorrupt), store.open(key, sha256=sha256(b"mask")) as chunks:
            seen.extend(chunks)
        with pytest.raises(BlobCorrupt):
            read(store, key, sha256=sha256(b"mask"), start=1, length=2)
        assert seen == []

    def test_ranges(self, store: Blobs, key: str) -> None:
        """Every range inside the blob gives what slicing gives, clipped at the end."""
        data = b"abcdefgh"
        store.put(key, [data], content_type=JPEG)

        for start, length in itertools.product(range(9), [None, 0, 1, 4, 8, 99]):
            part = read(store, key, start=start, length=length)

            assert part == data[start : None if length is None else start + length]

    @pytest.mark.parametrize(("start", "length"), [(-1, None), (5, None), (0, -1)])
    def test_ranges_outside(self, store: Blobs, key: str, start: int, length: int | None) -> None:
        """A range that begins outside the blob is refused, with its numbers."""
        store.put(key, [b"face"], content_type=JPEG)

        with pytest.raises(BlobError, match=str(start if start else length)):
            read(store, key, start=start, length=length)

    def test_list_is_sorted(self, store: Blobs, studio: str) -> None:
        """Listing gives the keys under a prefix in byte order, also where a key is a folder of others."""
        names = ["a", "a/b", "a-b", "a.b", "a/b/c", "b", "aB", "a0"]
        for name in names:
            store.put(f"{studio}/{name}", [name.encode()], content_type=JPEG)
        store.put(f"{studio}0/a", [b"neighbour"], content_type=JPEG)

        assert list(store.list(f"{studio}/")) == sorted(f"{studio}/{name}" for name in names)
        assert list(store.list(f"{studio}/a/")) == [f"{studio}/a/b", f"{studio}/a/b/c"]
        assert list(store.list(f"{studio}/a-")) == [f"{studio}/a-b"]
        assert list(store.list("studio_none/")) == []

    def test_delete(self, store: Blobs, studio: str) -> None:
        """A deleted blob is gone, its neighbours stay, deleting again is no error, the key may be used again."""
        for name in ("a", "a/b", "ab"):
            store.put(f"{studio}/{name}", [b"1"], content_type=JPEG)

        store.delete(f"{studio}/a")
        store.delete(f"{studio}/a")

        assert list(store.list(f"{studio}/")) == [f"{studio}/a/b", f"{studio}/ab"]
        store.put(f"{studio}/a", [b"2"], content_type=JPEG)
        assert read(store, f"{studio}/a") == b"2"

    def test_sweep(self, store: Blobs, studio: str) -> None:
        """A sweep removes old blobs that nobody keeps, under its prefix alone, and says which."""
        for name in (f"{studio}/kept", f"{studio}/orphan", f"{studio}x/other"):
            store.put(name, [b"1"], content_type=JPEG)

        def keep(key: str) -> bool:
            return key.endswith("kept")

        assert store.sweep(f"{studio}/", keep=keep, older_than=HOUR, now=now()) == ()
        assert store.sweep(f"{studio}/", keep=keep, older_than=HOUR, now=now() + 2 * HOUR) == (
            f"{studio}/orphan",
        )
        assert list(store.list(studio)) == [f"{studio}/kept", f"{studio}x/other"]

    def test_two_racing_writers(self, store: Blobs, studio: str) -> None:
        """Of writers with different bytes exactly one wins, and readers see its bytes only."""
        for attempt in range(8):
            key, gate = f"{studio}/race_{attempt}", threading.Barrier(4)

            def write(data: bytes, key: str = key, gate: threading.Barrier = gate) -> bytes | None:
                def chunks() -> Iterator[bytes]:
                    yield data
                    gate.wait()

                try:
                    store.put(key, chunks(), content_type=JPEG)
                except BlobExists:
                    return None
                return data

            with ThreadPoolExecutor(4) as pool:
                won = [data for data in pool.map(write, [b"a", b"b", b"c", b"d"]) if data]
            assert won == [read(store, key)]

    def test_two_racing_writers_of_the_same(self, store: Blobs, key: str) -> None:
        """Writers with the same bytes all succeed."""
        gate = threading.Barrier(4)

        def chunks() -> Iterator[bytes]:
            yield b"face"
            gate.wait()

        with ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(store.put, key, chunks(), content_type=JPEG) for _ in range(4)]
        assert {job.result() for job in jobs} == {StoredBlob(key, 4, sha256(b"face"))}

    @pytest.mark.parametrize(
        "bad", ["", "/a", "a/", "a//b", "../a", "a/..", "a/.b", "a..b", "a b", "a\n", "a\0", "é", "a/b="]
    )
    def test_bad_keys(self, store: Blobs, bad: str) -> None:
        """A key outside the grammar is refused before the store is touched, by every method."""
        for use in (
            lambda: store.put(bad, [b""], content_type=JPEG),
            lambda: read(store, bad),
            lambda: store.stat(bad),
            lambda: store.delete(bad),
            lambda: store.presign(bad, seconds=60),
        ):
            with pytest.raises(BlobError, match="is no blob key"):
                use()

    @pytest.mark.parametrize("bad", ["", "image", "image/jpeg\r\nx: y", "image/jpeg; a=b"])
    def test_bad_content_types(self, store: Blobs, key: str, bad: str) -> None:
        """A content type that could add a header is refused."""
        with pytest.raises(BlobError, match="content type"):
            store.put(key, [b""], content_type=bad)

    def test_check(self, store: Blobs) -> None:
        """A store that can be used says so by staying quiet."""
        assert store.check() is None
