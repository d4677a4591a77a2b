"""From bytes, or their digest alone, to what is known of them, how sure that is, and what was tried.

Three ways, each gone only where the one before found nothing: the exact digest; of footage what its tracks hold; what it looks
like. Nothing crosses a studio, and a key for single productions sees the clips of no other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import BinaryIO, Final, Literal

from registry.alike import Hit, Question
from registry.blobs.digest import sha256_of
from registry.blobs.kinds import recognise
from registry.errors import AssetTooLarge, NotAnAsset, NotFound
from registry.registry import Connection
from registry.resembling import Gone, footage, known, not_tried, picture
from registry.views.found import Evidence, Found, LookedUp, WayTried, tell
from registry.views.recognised import Kept

MOST: Final = 10
_BYTES: Final[dict[Kept, str]] = {
    "original": "these are the bytes that were registered",
    "rendition": "these are the bytes of its rendition",
    "clip": "these are the bytes of the clip",
    "poster": "these are the bytes of its poster",
}


def look_up_digest(question: Question, sha256: str) -> LookedUp:
    """By the SHA-256 alone, in lower-case hex."""
    hits = _exact(question, sha256)
    why = "the exact bytes are known" if hits else "the bytes themselves are needed for it"
    return _answer(question, sha256, (hits, [_by_digest(hits), *not_tried(why)]))


def look_up(question: Question, file: BinaryIO) -> LookedUp:
    """By the bytes of a seekable file; what cannot be read of them is told in `tried`. Raises BlobStoreDown."""
    sha256 = sha256_of(file)
    hits = _exact(question, sha256)
    known_by = hits, not_tried("not needed: the exact bytes are known")
    found, tried = known_by if hits else _by_what_it_is(question, file)
    return _answer(question, sha256, (found, [_by_digest(hits), *tried]))


def _exact(question: Question, sha256: str) -> list[Hit]:
    """Each thing once: a picture without metadata is its own rendition."""
    found = sorted(known(question, sha256, *_BYTES), key=lambda one: list(_BYTES).index(one.kept))
    once = {one.thing: one for one in reversed(found)}
    return [
        Hit(one.thing, Evidence(way="digest", kept=one.kept, certain=True, says=_BYTES[one.kept]))
        for one in sorted(once.values(), key=lambda one: one.position)
    ]


def _by_digest(hits: Collection[Hit]) -> WayTried:
    return WayTried(way="digest", done=True, says="found" if hits else "nothing has these exact bytes")


def _by_what_it_is(question: Question, file: BinaryIO) -> Gone:
    """What is no picture, sound or document may be footage, also of a kind that is not registered."""
    try:
        form = recognise(file).form
    except AssetTooLarge as refused:
        return [], not_tried(refused.message)
    except NotAnAsset:
        form = "footage"
    match form:
        case "picture":
            return picture(question, file)
        case "footage":
            return footage(question, file)
        case _:
            return [], not_tried("sound and documents are known by their exact bytes alone")


def _answer(question: Question, sha256: str, gone: Gone) -> LookedUp:
    hits, tried = gone
    with question.registry.reading(question.studio) as connection:
        found = tuple(_told(question, connection, hits))
    verdict: Literal["known", "looks_like", "unknown"] = "unknown"
    if found:
        verdict = "known" if found[0].evidence.certain else "looks_like"
    return LookedUp(verdict=verdict, sha256=sha256, found=found, tried=tuple(tried))


def _told(question: Question, connection: Connection, hits: Collection[Hit]) -> Iterator[Found]:
    """The first ten that are on record: a result is stored a moment before its clip is."""
    left = MOST
    for hit in hits:
        if not left:
            return
        try:
            one = tell(connection, question.studio, hit.thing, hit.evidence, now=question.now)
        except NotFound:
            continue
        left -= 1
        yield one
