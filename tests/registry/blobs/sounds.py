"""Recordings, clips and documents for tests, made here: a tone as WAV or MP3, a small clip, a one-page PDF."""

from __future__ import annotations

import io
import math
import struct
import wave

import av

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n43\n%%EOF\n"


def wav(seconds: float = 1.0, *, pitch: int = 5) -> bytes:
    """A tone, 8,000 samples a second, one channel; another pitch is another recording."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        count = int(8000 * seconds)
        file.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(n / pitch))) for n in range(count)))
    return out.getvalue()


def mp3(frames: int = 60) -> bytes:
    """Silence in stereo at 44,100 Hz, as an encoder writes it: a tag, an index, frames."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp3") as file:
        stream = file.add_stream("mp3", rate=44100)
        for number in range(frames):
            quiet = av.AudioFrame(format="s16p", layout="stereo", samples=1152)
            for plane in quiet.planes:
                plane.update(bytes(plane.buffer_size))
            quiet.sample_rate, quiet.pts = 44100, number * 1152
            file.mux(stream.encode(quiet))  # type: ignore[attr-defined]
        file.mux(stream.encode())  # type: ignore[attr-defined]
    return out.getvalue()
