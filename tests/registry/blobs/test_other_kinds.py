"""Intake of what is no picture: told by the bytes, read to the end, refused by name when something is wrong."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.blobs import kinds
from registry.blobs.examining import LONGEST_US, examine
from registry.blobs.kinds import recognise
from registry.blobs.sound import read_sound
from registry.errors import (
    AssetTooLarge,
    BlobError,
    NotADocument,
    NotAnAsset,
    NotFootage,
    NotSound,
)
from tests.registry.blobs.sounds import PDF, mp3, wav
from tests.registry.blobs.test_media import filmed

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def test_a_wav_says_how_long_it_lasts() -> None:
    """The samples and their rate give the length to the microsecond, with and without a decoder."""
    found = read_sound(io.BytesIO(wav(2.5)), "wav")
    assert (found.duration_us, found.channels, found.sample_rate) == (2_500_000, 1, 8000)
    assert found.checked == "decoded"
    assert read_sound(io.BytesIO(wav(2.5)), "wav", decode=False).checked == "structure"


@pytest.mark.parametrize("tail", [b"", b"TAG" + bytes(125), bytes(400)], ids=["bare", "tagged", "padded"])
def test_an_mp3_is_as_long_as_its_frames(tail: bytes) -> None:
    """Frames are counted, the index frame is none of them, and tags or zeros may follow."""
    found = examine(io.BytesIO(mp3() + tail))
    assert found.media_type == "audio/mpeg"
    assert 60 * 1152 / 44.1 <= found.sound["duration_us"] / 1000 <= 62 * 1152 / 44.1


def test_footage_and_documents_are_told_by_their_bytes(tmp_path: Path) -> None:
    """A clip, a PDF and a text have their own kind and media type, whatever they are called."""
    clip = examine(io.BytesIO(filmed(tmp_path / "clip.mov", sound=False)))
    assert (clip.kind, clip.media_type) == ("video", "video/quicktime")
    assert (clip.footage["width"], clip.footage["has_audio"]) == (64, False)
    assert clip.footage["duration_us"] > 900_000
    assert examine(io.BytesIO(PDF)).media_type == "application/pdf"
    assert examine(io.BytesIO("동의합니다\n".encode())).media_type == "text/plain"
    assert recognise(io.BytesIO(b"\xff\xd8\xff\xe0")).kind == "picture"


def test_a_text_may_be_cut_by_the_first_look() -> None:
    """A letter of several bytes on the edge of the first 64 bytes does not make a text something else."""
    for start in range(4):
        assert recognise(io.BytesIO(b"x" * (61 + start) + "한국".encode())).form == "text"


@pytest.mark.parametrize(
    ("data", "refusal", "named"),
    [
        (b"", NotAnAsset, "0 bytes"),
        (b"GIF89a" + bytes(20), NotAnAsset, "GIF89a"),
        (b"PK\x03\x04" + bytes(60), NotAnAsset, "PK"),
        (b"\x7fELF" + bytes(60), NotAnAsset, "ELF"),
        (HTML, NotADocument, "markup"),
        (b"\xef\xbb\xbf \n" + HTML, NotADocument, "markup"),
        (b"<svg xmlns='x'/>", NotADocument, "markup"),
        (b"a text" + bytes(200), NotAnAsset, "a text"),
        (b"x" * 100 + b"\x1b\x00", NotADocument, "control"),
        (b"x" * 100 + b"\xff\xfe", NotADocument, "byte 100"),
        (b"x" * 100 + b"\xea\xb0", NotADocument, "cut short"),
        (PDF[:-10], NotADocument, "cut short"),
        (b"%PDF-1.7\n" + HTML, NotADocument, "cut short"),
        (wav()[:-1], NotSound, "cut short"),
        (wav()[:30], NotSound, "cut short"),
        (wav(0), NotSound, "no sound"),
        (b"RIFF" + struct.pack("<I", 4) + b"WAVE", NotSound, "no samples"),
        (b"RIFF" + struct.pack("<I", 12) + b"WAVE" + b"data" + bytes(4), NotSound, "before"),
        (mp3()[:-1], NotSound, "cut short"),
        (b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + bytes(40), NotSound, "no frame"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x00" + HTML, NotSound, "byte 10 begins no frame"),
        (mp3() + HTML, NotSound, "begins no frame"),
        (b"\xff\xfb\x90\x00" + bytes(500), NotSound, "not a recording"),
        (b"\0\0\0\x18ftypM4A " + bytes(40), NotFootage, "not footage"),
    ],
)
def test_what_is_damaged_or_foreign_is_refused_by_name(
    data: bytes, refusal: type[BlobError], named: str
) -> None:
    """Empty, foreign, cut, disguised: each is refused for what it is, with what would be taken."""
    with pytest.raises(refusal, match=named) as caught:
        examine(io.BytesIO(data))
    assert caught.value.hint


def test_each_kind_has_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beyond the bytes of its kind is refused before it is read."""
    monkeypatch.setitem(kinds.MOST_BYTES, "audio", 1000)
    with pytest.raises(AssetTooLarge, match="kind audio has at most 1000"):
        examine(io.BytesIO(wav()))
    assert examine(io.BytesIO(PDF)).kind == "document"


def test_nothing_lasts_for_ever() -> None:
    """A recording whose header claims more than a day is refused rather than kept with an absurd length."""
    slow = bytearray(wav())
    slow[24:32] = struct.pack("<II", 8000, 1)  # one byte a second
    slow += bytes(LONGEST_US // 1_000_000 + 1 - len(slow) % 2)
    size = len(slow) - 44
    slow[4:8], slow[40:44] = struct.pack("<I", size + 36), struct.pack("<I", size)
    with pytest.raises(NotSound, match="claims to last"):
        examine(io.BytesIO(bytes(slow)))


@settings(max_examples=80, deadline=None)
@given(data=st.data(), whole=st.sampled_from([wav(0.2), mp3(8), PDF]))
def test_damage_is_a_refusal_or_facts(data: st.DataObject, whole: bytes) -> None:
    """Whatever is done to the bytes, the answer is facts or a refusal, never another error."""
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, min(len(broken) - 1, 200)))] = data.draw(st.integers(0, 255))
    cut = broken[: data.draw(st.integers(0, len(broken)))]
    try:
        found = examine(io.BytesIO(bytes(cut)))
    except BlobError:
        return
    assert found.media_type
