"""Footage that looks like some footage: candidates by a few bits of each frame, then laid beside it as far as it is kept.

Takes of one scene look alike in a few bits. What is another picture somewhere is dropped, and so is the take that a copy was not
made of; where that cannot be told, all that are left are named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import ceil
from typing import BinaryIO, Final

from registry.blobs import Blobs
from registry.blobs.aside import on_disk
from registry.blobs.beside import MOST_LEVELS, RULED_OUT, levels, nearer
from registry.blobs.prints import read_looks, read_samples
from registry.errors import BlobError, BlobStoreDown
from registry.events.ids import is_id
from registry.events.references import StoredBytes
from registry.registry import Connection, Registry
from registry.views.assets import asset
from registry.views.clips import clip
from registry.views.found import Evidence, WayTried
from registry.views.near import BITS, SURE, apart, copies, frames_of
from registry.views.places import production_of

FILM: Final = 16
"""Bits of 288 that the frames of a copy may differ in on their average, one of them in at most 15 (docs/reference/lookup.md)."""
LEAST_FRAMES: Final = 3
"""Footage of which fewer frames can be compared looks like nothing: the others are of a single tone."""
BESIDE: Final = 5
"""Candidates that are laid beside it: each has to be decoded."""


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks: of which studio, in these `productions` alone if any are named, and when (microseconds)."""

    registry: Registry
    blobs: Blobs
    studio: str
    productions: Collection[str]
    now: int


@dataclass(frozen=True, slots=True)
class Hit:
    """Something of ours, and by what it was recognised."""

    thing: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Its average distance in bits, over how many frames; and its frames, None where they cannot be had."""

    distance: float
    thing: str
    compared: int
    greys: bytes | None = None


def is_open(question: Question, connection: Connection, thing: str) -> bool:
    """Whether the key may see it: a clip of another production is as unknown as one that is not there."""
    if not question.productions or not is_id(thing, "clip"):
        return True
    return production_of(connection, question.studio, thing) in question.productions


def films_like(question: Question, file: BinaryIO) -> tuple[list[Hit], WayTried]:
    """What footage looks like it, the likest first, and what was tried. Raises BlobStoreDown."""
    try:
        looks, greys = read_looks(file).frames, b""
        seen = {number: one for number, one in enumerate(looks) if one is not None}
        candidates = sorted(_candidates(question, seen), key=lambda one: (one.distance, one.thing))
        if candidates:
            greys = read_samples(file)
    except BlobStoreDown:
        raise
    except BlobError as refused:
        return [], WayTried(way="looks", done=False, says=refused.message)
    if len(seen) < LEAST_FRAMES:
        says = f"{len(looks) - len(seen)} of {len(looks)} frames are of a single tone"
        return [], WayTried(way="looks", done=False, says=says)
    compared = [_with_frames(question, one) for one in candidates[:BESIDE]]
    left = list(_not_ruled_out(greys, compared))
    return [_hit(greys, one) for one in left], _tried(candidates, left)


def _candidates(question: Question, seen: dict[int, str]) -> Iterator[_Candidate]:
    """Footage some frame of which is near the one of the same moment, and all of them on their average."""
    with question.registry.reading(question.studio) as connection:
        named = {
            thing
            for number, fingerprint in seen.items()
            for thing, theirs in copies(connection, question.studio, fingerprint, within=SURE)
            if theirs == number
        }
        for thing, frames in frames_of(connection, question.studio, named).items():
            far = [apart(seen[number], frames[number]) for number in seen.keys() & frames.keys()]
            if len(far) < LEAST_FRAMES or sum(far) > FILM * len(far):
                continue
            if is_open(question, connection, thing):
                yield _Candidate(sum(far) / len(far), thing, len(far))


def _with_frames(question: Question, one: _Candidate) -> _Candidate:
    """The candidate with its frames, where its bytes are there and can be read."""
    try:
        with question.registry.reading(question.studio) as connection:
            stored = _stored(connection, question.studio, one.thing)
        if stored is None:
            return one
        with on_disk(question.blobs, stored) as file:
            return _Candidate(one.distance, one.thing, one.compared, read_samples(file))
    except BlobStoreDown:
        raise
    except BlobError:
        return one


def _stored(connection: Connection, studio: str, thing: str) -> StoredBytes | None:
    if is_id(thing, "clip"):
        card = clip(connection, studio, thing)
        return None if card.erased else card.stored
    return asset(connection, studio, thing).original


def _not_ruled_out(greys: bytes, candidates: Collection[_Candidate]) -> Iterator[_Candidate]:
    """Those that are no other picture anywhere, and of which none is plainly the one that was copied instead."""
    left = [one for one in candidates if one.greys is None or levels(greys, one.greys) <= MOST_LEVELS]
    for one in left:
        others = [other.greys for other in left if other is not one and other.greys is not None]
        if one.greys is None or all(nearer(greys, other, one.greys) < RULED_OUT for other in others):
            yield one


def _hit(greys: bytes, one: _Candidate) -> Hit:
    says = (
        f"looks like it: {one.compared} frames differ in {one.distance:.1f} of {BITS} bits on their average"
    )
    if one.greys is None:
        says += "; its bytes could not be laid beside it"
    else:
        says += f", and nowhere by more than {levels(greys, one.greys)} of 255 levels of grey"
    how = {"distance": ceil(one.distance), "bits": BITS, "frames": one.compared}
    return Hit(one.thing, Evidence(way="looks", kept="frames", certain=False, says=says, **how))


def _tried(candidates: Collection[_Candidate], left: Collection[_Candidate]) -> WayTried:
    if not candidates:
        says = f"no footage of the studio is within {FILM} of {BITS} bits"
    else:
        dropped = min(len(candidates), BESIDE) - len(left)
        says = f"{len(left)} found" if left else "nothing that is the same all over"
        says += f"; {dropped} that look alike are other pictures" if dropped else ""
        beyond = len(candidates) - BESIDE
        says += f"; {beyond} more that look alike were not laid beside it" if beyond > 0 else ""
    return WayTried(way="looks", done=True, says=says)
