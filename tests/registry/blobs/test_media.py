"""Footage intake: complete clips are described, everything else is refused by name."""

from __future__ import annotations

import io
import struct
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from registry.blobs.media import Footage, poster, probe
from registry.errors import BlobError, NotFootage


def filmed(path: Path, *, sound: bool = True, fast: bool = True, seconds: int = 1) -> bytes:
    """A small H.264 clip, red first and green later."""
    flags = {"movflags": "faststart"} if fast else {}
    with av.open(str(path), "w", options=flags) as out:
        video = out.add_stream("libx264", rate=Fraction(24000, 1001))
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"  # type: ignore[attr-defined]
        audio = out.add_stream("aac", rate=44100) if sound else None
        for number in range(24 * seconds):
            still = Image.new("RGB", (64, 48), "red" if number == 0 else "green")
            out.mux(video.encode(av.VideoFrame.from_image(still)))  # type: ignore[attr-defined]
        out.mux(video.encode())  # type: ignore[attr-defined]
        if audio is not None:
            for number in range(40 * seconds):
                quiet = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
                for plane in quiet.planes:
                    plane.update(bytes(plane.buffer_size))
                quiet.sample_rate, quiet.pts = 44100, number * 1024
                out.mux(audio.encode(quiet))  # type: ignore[attr-defined]
            out.mux(audio.encode())  # type: ignore[attr-defined]
    return path.read_bytes()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return filmed(tmp_path_factory.mktemp("clips") / "clip.mp4")


def described(checked: str, clip: Footage) -> bool:
    assert (clip.container, clip.width, clip.height, clip.fps) == ("isom", 64, 48, Fraction(24000, 1001))
    assert (clip.video_codec, clip.audio_codec) == ("h264", "aac")
    assert 990_000 < clip.duration_us < 1_100_000
    return clip.checked == checked


def test_both_checks_agree(clip: bytes) -> None:
    """With and without a decoder the same facts come out, and each says how they were found."""
    assert described("decoded", probe(io.BytesIO(clip), decode=True))
    assert described("structure", probe(io.BytesIO(clip), decode=False))
    assert described("decoded", probe(io.BytesIO(clip)))


@pytest.mark.parametrize("decode", [True, False])
def test_tables_at_the_end_and_no_sound(tmp_path: Path, decode: bool) -> None:
    """Clips as cameras write them, and silent ones, are clips."""
    filmed(tmp_path / "clip.mov", sound=False, fast=False)

    found = probe(tmp_path / "clip.mov", decode=decode)

    assert (found.container, found.audio_codec, found.width) == ("qt", None, 64)


@pytest.mark.parametrize("decode", [True, False])
@pytest.mark.parametrize("share", [0.001, 0.3, 0.9, 0.9999])
def test_cut_short(clip: bytes, decode: bool, share: float) -> None:
    """A clip that lost its end is refused even when its tables came first."""
    with pytest.raises(NotFootage, match="cut short"):
        probe(io.BytesIO(clip[: int(len(clip) * share)]), decode=decode)


@pytest.mark.parametrize("decode", [True, False])
@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "0 bytes"),
        (b"a text", "cut short"),
        (b"Dear Kling, a text", "Dear Kling"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "#EXTM3U"),
        (b"\xff\xd8\xff\xe0" + bytes(40), "ff"),
        (struct.pack(">I4s4s", 12, b"ftyp", b"isom"), "moov"),
        (struct.pack(">I4s4sI4sQ", 12, b"ftyp", b"isom", 1, b"mdat", 2**63), "needs"),
        (struct.pack(">I4s4sI4s", 12, b"ftyp", b"isom", 4, b"free"), "claims 4 bytes"),
        (struct.pack(">I4s4s", 12, b"ftyp", b"isom") + struct.pack(">I4s", 8, b"free") * 10_001, "boxes"),
    ],
)
def test_no_footage(data: bytes, named: str, decode: bool) -> None:
    """What is no complete MP4 or MOV is refused, saying what was found, before any decoder sees it."""
    with pytest.raises(NotFootage, match=named) as caught:
        probe(io.BytesIO(data), decode=decode)
    assert "MP4 or MOV" in caught.value.hint


def test_frames_that_are_no_frames(clip: bytes) -> None:
    """A clip whose boxes are in order but whose pictures are noise is found out by decoding."""
    at = clip.index(b"mdat") + 4
    broken = clip[:at] + b"\xff" * (len(clip) - at)

    with pytest.raises(NotFootage):
        probe(io.BytesIO(broken), decode=True)
    assert probe(io.BytesIO(broken), decode=False).checked == "structure"


@settings(max_examples=60, deadline=None)
@given(data=st.data(), decode=st.booleans())
def test_damage_never_crashes(clip: bytes, data: st.DataObject, decode: bool) -> None:
    """Whatever is done to the tables, the answer is facts or a refusal."""
    broken, tables = bytearray(clip), clip.index(b"mdat")
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, tables))] = data.draw(st.integers(0, 255))
    try:
        found = probe(io.BytesIO(bytes(broken)), decode=decode)
    except NotFootage as error:
        assert error.message  # noqa: PT017 - either answer is right
    else:
        assert found.duration_us > 0


def test_poster(clip: bytes) -> None:
    """The poster is the first frame, as a JPEG."""
    image = Image.open(io.BytesIO(poster(io.BytesIO(clip))))
    red, green, blue = image.getpixel((32, 24))  # type: ignore[misc]

    assert (image.format, image.size) == ("JPEG", (64, 48))
    assert red > 200
    assert max(green, blue) < 60


def test_no_poster_of_a_text() -> None:
    """What is no footage has no poster."""
    with pytest.raises(NotFootage, match="Dear Kling"):
        poster(io.BytesIO(b"Dear Kling, a text"))


def test_without_the_decoder(clip: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyAV is not installed, clips are checked by structure, and what needs it says so."""
    monkeypatch.setattr("registry.blobs.media.can_decode", lambda: False)

    assert probe(io.BytesIO(clip)).checked == "structure"
    for use in (lambda: probe(io.BytesIO(clip), decode=True), lambda: poster(io.BytesIO(clip))):
        with pytest.raises(BlobError, match="PyAV is not installed") as caught:
            use()
        assert "continuity[media]" in caught.value.hint


def test_the_position_stays(clip: bytes) -> None:
    """Looking at an open file does not move it."""
    file = io.BytesIO(clip)
    file.seek(5)

    probe(file, decode=False)

    assert file.tell() == 5
