"""Blobs in a folder: the contract, and what only a folder can get wrong."""

from __future__ import annotations

import errno
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from registry.blobs.digest import CHUNK
from registry.blobs.disk import DiskBlobs
from registry.errors import BlobCorrupt, BlobMissing, BlobStoreDown
from tests.contracts.blobs import HOUR, JPEG, BlobContract, now, read

KEY = "studio_x/asset_y/original"


@pytest.fixture
def store(tmp_path: Path) -> DiskBlobs:
    return DiskBlobs(tmp_path / "blobs")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


def folder_of(root: Path) -> Path:
    return root / "studio_x/asset_y/original="


def leftovers(root: Path) -> list[str]:
    return os.listdir(root / ".incoming")


class TestDiskBlobs(BlobContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> DiskBlobs:
        return DiskBlobs(tmp_path / "blobs")


def test_only_the_owner_may_look(store: DiskBlobs, root: Path) -> None:
    """Everything below the root, and the root, is closed to other users."""
    store.put(KEY, [b"face"], content_type=JPEG)

    for path in [root, *root.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_nothing_is_left_behind(store: DiskBlobs, root: Path) -> None:
    """After stored, repeated, refused and deleted blobs the incoming folder is empty."""
    store.put(KEY, [b"face"], content_type=JPEG)
    store.put(KEY, [b"face"], content_type=JPEG)
    with pytest.raises(BlobCorrupt):
        store.put(KEY, [b"face"], content_type=JPEG, sha256="0" * 64)
    store.delete(KEY)

    assert leftovers(root) == []


def test_an_emptied_folder_goes(store: DiskBlobs, root: Path) -> None:
    """With its last blob and not before; the studio's own folder stays."""
    for part in ("original", "rendition"):
        store.put(f"studio_x/asset_y/{part}", [b"face"], content_type=JPEG)
    store.delete(KEY)
    assert os.listdir(root / "studio_x/asset_y") == ["rendition="]
    store.delete("studio_x/asset_y/rendition")
    assert os.listdir(root / "studio_x") == []


def test_a_failure_says_of_what(store: DiskBlobs, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blob, the prefix or that a new one was written; where the folder lies is for our own log."""

    def broken(*_: object, **__: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    store.put(KEY, [b"face"], content_type=JPEG)
    for call, use, told in (
        ("os.write", lambda: store.put(f"{KEY}x", [b"face"], content_type=JPEG), "a new blob"),
        ("os.fsync", lambda: store.put(f"{KEY}y", [], content_type=JPEG), "a new blob"),
        ("os.rename", lambda: store.put(f"{KEY}z", [], content_type=JPEG), f"{KEY}z"),
        ("os.pread", lambda: read(store, KEY), KEY),
        ("os.open", lambda: list(store.list("studio_x/")), "studio_x/"),
        ("os.open", lambda: store.delete(KEY), KEY),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(call, broken)
            with pytest.raises(BlobStoreDown, match=f"failed on {told}: Input/output error") as down:
                use()
        assert str(root) not in down.value.message
        assert down.value.__notes__ == [f"the blob folder is {root}"]
        assert down.value.hint


def test_a_sweep_that_fails_says_of_which(store: DiskBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that the disk does not give is named by its blob's key."""
    look = os.stat

    def broken(path: Any, **how: Any) -> os.stat_result:
        if path == "about.json":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return look(path, **how)

    store.put(KEY, [b"face"], content_type=JPEG)
    monkeypatch.setattr("os.stat", broken)
    with pytest.raises(BlobStoreDown, match=f"failed on {KEY}: Input/output error"):
        store.sweep("", keep=lambda _: True, older_than=HOUR, now=now())


@pytest.mark.parametrize("name", ["studio_x", "studio_x/asset_y", "studio_x/asset_y/original="])
def test_links_are_not_followed(store: DiskBlobs, root: Path, tmp_path: Path, name: str) -> None:
    """A symbolic link anywhere below the root ends every use of it, so no link leads outside."""
    outside = tmp_path / "outside"
    DiskBlobs(outside).put(KEY, [b"secret"], content_type=JPEG)
    (root / name).parent.mkdir(parents=True)
    (root / name).symlink_to(outside / name)

    with pytest.raises(BlobStoreDown, match="blob folder") as caught:
        read(store, KEY)
    assert str(tmp_path) not in caught.value.message + caught.value.hint
    assert str(root) in caught.value.__notes__[0]
    with pytest.raises(BlobStoreDown, match="blob folder"):
        store.put(KEY, [b"secret"], content_type=JPEG)
    assert list(store.list("")) == []
    assert read(DiskBlobs(outside), KEY) == b"secret"


def test_linked_bytes_are_not_read(store: DiskBlobs, root: Path, tmp_path: Path) -> None:
    """Bytes replaced by a link to another file are not served."""
    store.put(KEY, [b"face"], content_type=JPEG)
    (tmp_path / "else").write_bytes(b"else")
    (folder_of(root) / "bytes").unlink()
    (folder_of(root) / "bytes").symlink_to(tmp_path / "else")

    with pytest.raises(BlobStoreDown, match="symbolic"):
        read(store, KEY)


def test_a_full_disk(store: DiskBlobs, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ENOSPC says what to do and leaves neither blob nor leftovers."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("os.write", full)
        with pytest.raises(BlobStoreDown, match="No space left") as caught:
            store.put(KEY, [b"face"], content_type=JPEG)
    assert "free space" in caught.value.hint
    assert leftovers(root) == []
    with pytest.raises(BlobMissing):
        store.stat(KEY)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_real_limit_in_mid_write(store: DiskBlobs, root: Path) -> None:
    """When the system itself stops a write half-way, nothing of it stays."""
    with largest_file(100_000), pytest.raises(BlobStoreDown, match="too large"):
        store.put(KEY, [b"x" * 60_000] * 3, content_type=JPEG)

    assert leftovers(root) == []
    assert list(store.list("")) == []


def test_a_flipped_bit(store: DiskBlobs, root: Path) -> None:
    """Bytes that changed on disk are noticed, and their last chunk is never handed out."""
    store.put(KEY, [bytes(3 << 20)], content_type=JPEG)
    with (folder_of(root) / "bytes").open("r+b") as file:
        file.seek(2 << 20)
        file.write(b"\1")
    seen: list[bytes] = []

    with pytest.raises(BlobCorrupt, match=KEY), store.open(KEY) as chunks:
        seen.extend(chunks)
    assert sum(map(len, seen)) == 2 << 20


def test_a_shortened_file(store: DiskBlobs, root: Path) -> None:
    """Bytes that are missing are noticed by everybody who asks, also for a part."""
    store.put(KEY, [b"face"], content_type=JPEG)
    os.truncate(folder_of(root) / "bytes", 3)

    with pytest.raises(BlobCorrupt, match="4 bytes were stored, 3 are there"):
        store.stat(KEY)
    with pytest.raises(BlobCorrupt):
        read(store, KEY, start=1, length=1)


def test_a_file_that_is_shortened_while_it_is_read(store: DiskBlobs, root: Path) -> None:
    """The reader is told of which blob no more is there, and what to do."""
    store.put(KEY, [bytes(2 * CHUNK)], content_type=JPEG)

    with store.open(KEY, length=2 * CHUNK) as chunks:
        next(chunks)
        os.truncate(folder_of(root) / "bytes", CHUNK)
        with pytest.raises(BlobCorrupt, match=f"{KEY} ends at byte {CHUNK}") as told:
            next(chunks)
    assert told.value.detail["key"] == KEY
    assert told.value.hint


def test_a_damaged_record(store: DiskBlobs, root: Path) -> None:
    """A record that cannot be read is corruption, not a crash."""
    store.put(KEY, [b"face"], content_type=JPEG)
    (folder_of(root) / "about.json").write_text("{}")

    with pytest.raises(BlobCorrupt, match=r"about\.json"):
        store.stat(KEY)


WRITER = """
import sys, time
from pathlib import Path
from registry.blobs.disk import DiskBlobs
def chunks():
    yield b"half of a face"
    print("writing", flush=True)
    time.sleep(60)
DiskBlobs(Path(sys.argv[1])).put(sys.argv[2], chunks(), content_type="image/jpeg")
"""


def test_a_killed_writer(store: DiskBlobs, root: Path) -> None:
    """Killed in mid-write: no blob is seen, the key stays free, and only a later sweep removes the rest."""
    with subprocess.Popen([sys.executable, "-c", WRITER, root, KEY], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        writer.kill()

    assert list(store.list("")) == []
    assert store.sweep("", keep=lambda _: True, older_than=HOUR, now=now()) == ()
    assert len(leftovers(root)) == 1
    store.sweep("", keep=lambda _: True, older_than=HOUR, now=now() + 2 * HOUR)
    assert leftovers(root) == []
    assert store.put(KEY, [b"a face"], content_type=JPEG).size == 6


def test_a_writer_gone_before_its_first_byte(store: DiskBlobs, root: Path) -> None:
    """An empty folder that it left is swept like any other rest, once it is old enough."""
    (root / ".incoming" / "left").mkdir(parents=True)

    store.sweep("", keep=lambda _: True, older_than=HOUR, now=now())
    assert leftovers(root) == ["left"]
    store.sweep("", keep=lambda _: True, older_than=HOUR, now=now() + 2 * HOUR)
    assert leftovers(root) == []


def test_a_slow_upload_is_not_swept(store: DiskBlobs, root: Path) -> None:
    """An upload that began long ago and still grows is nobody's leftover."""

    def slowly() -> Iterator[bytes]:
        yield b"half of a face"
        (upload,) = (root / ".incoming").iterdir()
        os.utime(upload, (1, 1))
        store.sweep("", keep=lambda _: True, older_than=HOUR, now=now())
        yield b", and the rest"

    assert store.put(KEY, slowly(), content_type=JPEG).size == 28


def test_no_link_to_hand_out(store: DiskBlobs) -> None:
    """A folder has no address for others."""
    assert store.presign(KEY, seconds=60) is None


def test_a_root_that_cannot_be_made(tmp_path: Path) -> None:
    """A root under a file is named in the error."""
    (tmp_path / "file").touch()

    with pytest.raises(BlobStoreDown, match=str(tmp_path / "file/blobs")):
        DiskBlobs(tmp_path / "file/blobs").check()
