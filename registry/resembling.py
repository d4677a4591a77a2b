"""Recognising a picture or footage whose bytes are others: by what its tracks hold, or by what it looks like.

The first is a fact, the second never: two pictures may look alike and show two people. Bytes come from strangers, so all of it is
read in confined children; what cannot be read is told and found nowhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import BinaryIO, Final

from registry.alike import Hit, Question, films_like, is_open
from registry.blobs.media import can_decode
from registry.blobs.pictures import render
from registry.blobs.prints import Streams, read_streams
from registry.errors import BlobError, BlobStoreDown
from registry.views.found import Evidence, WayTried
from registry.views.near import BITS, PICTURE, copies
from registry.views.recognised import Kept, KnownBytes, known_bytes, unprinted

COPY: Final = 12
"""Bits of 288 that a copy of a picture may differ in (measured: docs/reference/lookup.md)."""
_COUNTED: Final = 1_000
_NO_DECODER: Final = "PyAV is not installed here (continuity[media])"


Gone = tuple[list[Hit], list[WayTried]]
"""What was found, and what was tried."""


def known(question: Question, sha256: str, *kept: Kept) -> tuple[KnownBytes, ...]:
    """What of ours has this digest, keyed or, of clips, in clear."""
    keyed = question.registry.fingerprint(question.studio, sha256)
    with question.registry.reading(question.studio) as connection:
        found = known_bytes(connection, question.studio, (sha256, keyed), kept)
        return tuple(one for one in found if is_open(question, connection, one.thing))


def not_tried(why: str) -> list[WayTried]:
    """Neither way was gone."""
    return [WayTried(way="stream", done=False, says=why), WayTried(way="looks", done=False, says=why)]


def picture(question: Question, file: BinaryIO) -> Gone:
    """By its rendition, which is the same for other metadata, or by what it looks like. Raises BlobStoreDown."""
    no_tracks = WayTried(way="stream", done=False, says="a picture has no tracks")
    try:
        with render(file) as rendition:
            sha256, fingerprint = rendition.sha256, rendition.perceptual
    except BlobStoreDown:
        raise
    except BlobError as refused:
        return [], [no_tracks, WayTried(way="looks", done=False, says=refused.message)]
    says = "turned upright and without metadata, its bytes are those of the rendition"
    same = [
        Hit(one.thing, Evidence(way="digest", kept=one.kept, certain=True, says=says))
        for one in known(question, sha256, "rendition")
    ]
    if same:
        return same, [no_tracks, WayTried(way="looks", done=False, says="not needed: its rendition is known")]
    if fingerprint is None:
        says = "it is of a single tone, as many pictures are"
        return [], [no_tracks, WayTried(way="looks", done=False, says=says)]
    with question.registry.reading(question.studio) as connection:
        near = copies(connection, question.studio, fingerprint, within=COPY)
        alike = {one: far for one, far in near.items() if is_open(question, connection, one[0])}
    return list(_pictures(alike)), [no_tracks, _looked(alike)]


def footage(question: Question, file: BinaryIO) -> Gone:
    """By its tracks, whatever container they are in, or else by what its frames look like. Raises BlobStoreDown."""
    if not can_decode():
        return [], not_tried(_NO_DECODER)
    try:
        streams = read_streams(file)
    except BlobStoreDown:
        raise
    except BlobError as refused:
        return [], not_tried(refused.message)
    same = _same_streams(question, streams)
    if same:
        return same, [
            WayTried(way="stream", done=True, says="found"),
            WayTried(way="looks", done=False, says="not needed: its tracks are known"),
        ]
    nothing = WayTried(way="stream", done=True, says=f"no footage holds these pictures{_but(question)}")
    hits, looked = films_like(question, file)
    return hits, [nothing, looked]


def _same_streams(question: Question, streams: Streams) -> list[Hit]:
    """Footage whose picture track holds the same; what is said of its sound stands beside it."""
    heard = (
        {one.thing for one in known(question, streams.sound, "sound")} if streams.sound is not None else None
    )
    return [
        Hit(
            one.thing, Evidence(way="stream", kept="pictures", certain=True, says=_of_sound(one.thing, heard))
        )
        for one in known(question, streams.pictures, "pictures")
    ]


def _of_sound(thing: str, heard: set[str] | None) -> str:
    same = "the same coded pictures, in another container or under other tables or texts"
    if heard is None:
        return f"{same}; it comes without sound"
    return f"{same}; {'the sound is the same too' if thing in heard else 'the sound is another'}"


def _but(question: Question) -> str:
    """Footage of the studio that could not have been found; a key for single productions is not told how much there is."""
    if question.productions:
        return ""
    with question.registry.reading(question.studio) as connection:
        count = unprinted(connection, question.studio, most=_COUNTED)
    many = f"{_COUNTED} or more" if count == _COUNTED else str(count)
    return f"; {many} of the studio's are known by their exact bytes alone" if count else ""


def _pictures(alike: dict[tuple[str, int], int]) -> Iterator[Hit]:
    """Each thing once, by the picture or the frame of it that is closest."""
    named: set[str] = set()
    for (thing, number), distance in sorted(alike.items(), key=lambda one: (one[1], one[0])):
        if thing not in named:
            named.add(thing)
            whole = number == PICTURE
            what = "it" if whole else f"frame {number + 1} of the five of it that are kept"
            says = f"looks like {what}: {distance} of {BITS} bits differ"
            how = {"distance": distance, "bits": BITS, "frames": 1}
            yield Hit(
                thing,
                Evidence(way="looks", kept="picture" if whole else "frame", certain=False, says=says, **how),
            )


def _looked(alike: Collection[object]) -> WayTried:
    says = "found" if alike else f"nothing of the studio is within {COPY} of {BITS} bits"
    return WayTried(way="looks", done=True, says=says)
