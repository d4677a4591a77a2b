"""By what footage is recognised in another file: what its tracks hold, and what some of its frames look like."""

from __future__ import annotations

import hashlib
import io
from functools import cache

import pytest
from PIL import Image

from registry.blobs import prints
from registry.blobs.media import poster
from registry.blobs.prints import read_looks, read_streams
from registry.errors import BlobError, NotFootage
from tests.servers.copying import back, dubbed, encoded_anew, film, remuxed, shots


@cache
def clip() -> bytes:
    return film(shots())


def streams(content: bytes) -> prints.Streams:
    return read_streams(io.BytesIO(content))


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("matroska", {}),
        ("mov", {}),
        ("mp4", {"movflags": "faststart", "title": "Another"}),
        ("mp4", {"movflags": "frag_keyframe+empty_moov"}),
        ("mpegts", {}),
    ],
)
def test_another_container_holds_the_same(form: str, options: dict[str, str]) -> None:
    """Matroska, MOV, other tables and titles, fragments, and a transport stream with start codes and headers in its sound."""
    assert streams(remuxed(clip(), form, **options)) == streams(clip())


def test_without_its_sound_the_pictures_are_the_same() -> None:
    """Pictures and sound are told apart: without the one, the other is known."""
    silent = streams(remuxed(clip(), "matroska", sound=False))

    assert (silent.pictures, silent.sound) == (streams(clip()).pictures, None)


def test_other_sound_is_other_sound() -> None:
    """The same pictures under another tone are the same pictures."""
    other = streams(dubbed(clip(), film(shots(count=24), tone=500.0)))

    assert other.pictures == streams(clip()).pictures
    assert other.sound != streams(clip()).sound


def test_one_other_frame_is_another_film() -> None:
    """What is encoded anew, or one frame shorter, holds something else."""
    others = (encoded_anew(clip(), crf=30), film(shots(count=23)), film(shots(back)))

    assert streams(clip()).pictures not in {streams(other).pictures for other in others}


@pytest.mark.parametrize("codec", ["libx265", "mpeg4"])
def test_other_codings(codec: str) -> None:
    """HEVC keeps its digest in another container as H.264 does, and so does a coding whose packets are taken as they are."""
    made = film(shots(count=6), codec=codec, tone=None)

    assert streams(remuxed(made, "matroska")) == streams(made)


def test_the_frames_are_looked_at() -> None:
    """Five of them, from the first to the last; the poster is the one that is served."""
    found = read_looks(io.BytesIO(clip()))

    assert len(found.frames) == 5
    assert len({*found.frames}) > 2
    assert found.poster == hashlib.sha256(poster(io.BytesIO(clip()))).hexdigest()


def test_one_tone_is_not_looked_at() -> None:
    """A frame of a single tone says nothing of the film it is from."""
    plain = (Image.new("RGB", (320, 180), "navy") for _ in range(12))

    assert read_looks(io.BytesIO(film(plain, tone=None))).frames == (None,) * 5


def test_a_film_of_one_frame() -> None:
    """It is at once the first and the last."""
    frames = read_looks(io.BytesIO(film(shots(count=1), tone=None))).frames

    assert len({*frames}) == 1
    assert len(frames) == 5


@pytest.mark.parametrize("read", [read_streams, read_looks])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a text",
        b"\x1a\x45\xdf\xa3" + b"\xff" * 4_000,
        b"\x47" + b"\xff" * 187 + b"\x47" + b"\xff" * 4_000,
    ],
    ids=["empty", "text", "like Matroska", "like a transport stream"],
)
def test_what_is_no_footage_is_refused(read: object, content: bytes) -> None:
    """Whatever it begins like, it is refused and nothing falls over."""
    with pytest.raises(NotFootage):
        read(io.BytesIO(content))  # type: ignore[operator]


def test_footage_cut_short_is_refused() -> None:
    """An MP4 that lost its end is no film; a Matroska file that did is another one."""
    with pytest.raises(NotFootage):
        streams(clip()[: len(clip()) // 2])
    shorter = remuxed(clip(), "matroska")
    assert streams(shorter[: len(shorter) // 2]).pictures != streams(clip()).pictures


def test_without_a_decoder_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyAV is missing it says so; footage is never called unreadable for that."""
    monkeypatch.setattr(prints, "can_decode", lambda: False)

    for read in (read_streams, read_looks):
        with pytest.raises(BlobError, match="PyAV"):
            read(io.BytesIO(clip()))
