"""What a confined child does with sound: decode the beginning of it.

PyAV is imported on use, as it is the optional extra `media`.
"""

from __future__ import annotations

from typing import Any

from registry.errors import NotSound

from .confinement import Job, reading

_HEARD = 16
"""Frames that are decoded: enough to know that somebody can, however long the recording is."""


def probe(source: int, *, form: str) -> dict[str, Any]:
    """Raises NotSound when the beginning cannot be decoded."""
    import av

    # Only the one demuxer, told by the first bytes: others would follow names of further files written inside.
    container = av.open(reading(source), "r", format=form, metadata_errors="replace")
    if not container.streams.audio or container.streams.audio[0].codec_context is None:
        raise NotSound("nobody here can decode it")
    heard = 0
    for frame in container.decode(audio=0):
        heard += bool(frame.samples)
        if heard >= _HEARD:
            break
    if not heard:
        raise NotSound("no sound of it can be decoded")
    return {"frames": heard}


JOBS: dict[str, Job] = {"sound.probe": probe}
