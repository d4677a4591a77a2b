"""Taking a paid result into custody: download, check, keep, read back. Nothing is delivered that is not in our store and footage.

Whatever is wrong with a download is waited out, and before the next try the task is asked for its address again, as the provider
may serve it elsewhere by now. What stays wrong is reported, once a kind. A result is lost only when the provider must have
deleted it; that it will soon is said three days ahead.
What the file says of itself by a C2PA manifest is read here too, and stands in the record; its bytes stay as they came.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Final

import structlog

from generation.desk import Desk, Held, LetGo, Moved, Step, Wait
from generation.errors import KlingUnreachable, OutboundRefused, ResultRefused
from generation.examining import FILM, Examined
from generation.following import ask
from generation.kling.client import Found
from generation.recording import ending, plan_of
from registry.blobs.media import Footage, probe
from registry.deciders.generation import StoreResult
from registry.deciders.submission import NoteOnSubmission
from registry.errors import BlobCorrupt, BlobExists, BlobMissing, NotFootage
from registry.events.generation import ResultStored
from registry.events.references import StoredBytes
from registry.events.submission import ProviderAnomaly, TaskSucceeded

_log = structlog.get_logger("fetching")
_PIECE: Final = 1 << 20
_COPIES: Final = 5
"""Under so many keys a result is kept at most, when stored copies go bad."""
_AGAIN: Final = "ask"
"""What a refused download leaves for the next try: ask the task for its address first."""
_REPORTED_FROM: Final = 3
"""The try from which on trouble is no passing one and is reported."""
ALARM_US: Final = 3 * 86_400 * 1_000_000
"""How long before the provider deletes a result that we do not have somebody should know."""
STATED_OFF: Final = Decimal("0.5")
ASKED_OFF: Final = Decimal("1")
"""Seconds footage may differ from the length the provider states, or, where it states none, from the length that was asked for.

A frame is 0.04 s and an audio packet 0.02 s, so half a second is damage, not rounding. The vendor makes 5.041 s of 5 (contract
section 5), and lengths are asked for in whole seconds, so a second off is another film.
"""
_SECONDS: Final = re.compile(r"\d{1,4}(\.\d{1,6})?")
_NOFILM: Final = ("text/", "image/", "application/json", "application/xml")
"""Declared types that are no footage, whatever the bytes are; octet-stream and anything else is judged by its bytes."""


def fetch(desk: Desk, held: Held) -> Step:
    """Download the result to a temporary file, check that it is the footage, keep it, read it back."""
    succeeded, submission = held.submission.succeeded, held.paid_by
    if succeeded is None or submission is None:
        raise RuntimeError(f"{held.id} has nothing to fetch")
    try:
        with tempfile.TemporaryFile() as file, desk.trace("fetch", submission=submission):
            key, kept = _from_store(desk, held, f"{held.lease.log}/{submission}/clip", file)
            url, digest = kept or _from_provider(desk, held, file)
            footage = _checked(probe(file), succeeded, held)
            stored = _keep(desk, key, file, digest)
            examined = desk.examine(desk.registry, held.lease.log, file)
        _report_other_length(desk, held, footage)
    except NotFootage as refused:
        return _not_taken(desk, held, "no-footage", refused.message)
    except ResultRefused as refused:
        return _not_taken(desk, held, str(refused.detail.get("why", "")), refused.message)
    except OutboundRefused as refused:
        return _not_taken(desk, held, "address", refused.message)
    except KlingUnreachable as unreachable:
        return _not_taken(desk, held, "", unreachable.message)
    result = _result(desk, stored, footage, url, examined)
    held.append(desk, StoreResult(stream=held.id, result=result))
    return Moved()


def _from_store(desk: Desk, held: Held, first: str, file: IO[bytes]) -> tuple[str, tuple[str, str] | None]:
    """The key to keep the result under, and what an earlier try has stored there, verified: its address and digest.

    A copy that went bad is left as it is, for people to look at, and the provider's is kept under the next key. Raises
    BlobCorrupt when so many copies went bad that the store is not to be trusted.
    """
    for copy in range(1, _COPIES + 1):
        key = first if copy == 1 else f"{first}-{copy}"
        try:
            stored = desk.blobs.stat(key)
            with desk.blobs.open(key, sha256=stored.sha256) as chunks:
                return key, (_succeeded(held).url, _written(file, chunks))
        except BlobMissing:
            return key, None
        except BlobCorrupt as spoilt:
            _log.error("stored_clip_corrupt", key=key, message=spoilt.message)
            _emptied(file)
    raise BlobCorrupt(f"{_COPIES} copies of {first} went bad", hint="check the store's disk")


def _emptied(file: IO[bytes]) -> None:
    file.seek(0)
    file.truncate()


def _from_provider(desk: Desk, held: Held, file: IO[bytes]) -> tuple[str, str]:
    """Download from the newest address: after trouble the task is asked for it first; a dead one is replaced at once."""
    url = _succeeded(held).url
    if held.lease.memory == _AGAIN:
        url = _newest(desk, held) or url
    try:
        return url, _downloaded(desk, url, file)
    except ResultRefused:
        newer = _newest(desk, held)
        if newer is None or newer == url:
            raise
        _emptied(file)
        return newer, _downloaded(desk, newer, file)


def _newest(desk: Desk, held: Held) -> str | None:
    """Where the provider serves the result now; None when it does not say."""
    found = ask(desk, held, held.submission.task_id or "")
    return found.task.videos[0].url if isinstance(found, Found) and found.task.videos else None


def _downloaded(desk: Desk, url: str, file: IO[bytes]) -> str:
    most, seconds = desk.durations.fetch_most_bytes, desk.durations.fetch_deadline
    with desk.outbound.download(url, max_bytes=most, deadline_seconds=seconds) as download:
        declared = download.content_type.partition(";")[0].strip().lower()
        if declared.startswith(_NOFILM):
            raise ResultRefused(f"it is declared as {declared[:80]}, not as footage", why="type")
        return _written(file, _unless_stopped(desk, download.chunks))


def _unless_stopped(desk: Desk, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """A download may take minutes, and the next worker can begin it anew. Raises LetGo."""
    for chunk in chunks:
        if desk.stopping():
            raise LetGo
        yield chunk


def _written(file: IO[bytes], chunks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        file.write(chunk)
        digest.update(chunk)
    return digest.hexdigest()


def _checked(footage: Footage, succeeded: TaskSucceeded, held: Held) -> Footage:
    """The footage, if it is as long as the provider states, or else about as long as was asked. Raises ResultRefused."""
    plan, seconds = plan_of(held.generation), Decimal(footage.duration_us) / 1_000_000
    if _SECONDS.fullmatch(succeeded.duration):
        wanted, off, whose = Decimal(succeeded.duration), STATED_OFF, "the provider states"
    elif plan is not None:
        wanted, off, whose = Decimal(plan.duration), ASKED_OFF, "it was asked for"
    else:
        return footage
    if abs(seconds - wanted) > off:
        raise ResultRefused(f"it plays {seconds:.3f} s, and {whose} {wanted} s", why="length")
    return footage


def _report_other_length(desk: Desk, held: Held, footage: Footage) -> None:
    """A whole film of another length than was asked for is paid for: it is kept, and somebody should know."""
    plan, seconds = plan_of(held.generation), Decimal(footage.duration_us) / 1_000_000
    if plan is not None and abs(seconds - plan.duration) > ASKED_OFF:
        _report(desk, held, f"its result plays {seconds:.1f} s, and {plan.duration} s were asked for")


def _keep(desk: Desk, key: str, file: IO[bytes], digest: str) -> StoredBytes:
    file.seek(0)
    try:
        stored = desk.blobs.put(key, iter(lambda: file.read(_PIECE), b""), content_type=FILM, sha256=digest)
    except BlobExists as raced:
        raise ResultRefused(
            f"another result is stored under {key}", hint="the next try takes the stored one"
        ) from raced
    with desk.blobs.open(key, sha256=digest) as chunks:
        for _ in chunks:
            pass
    return StoredBytes(key=key, bytes=stored.size, sha256=digest, media_type=FILM)


def _result(desk: Desk, stored: StoredBytes, footage: Footage, url: str, examined: Examined) -> ResultStored:
    return ResultStored(
        clip=desk.registry.make_id("clip"),
        fetched_from=url,
        stored=stored,
        duration_us=footage.duration_us,
        width=footage.width,
        height=footage.height,
        has_audio=footage.audio_codec is not None,
        checked=footage.checked,
        c2pa=examined.mark,
        recognised_by=examined.printed,
    )


def _not_taken(desk: Desk, held: Held, kind: str, message: str) -> Step:
    """Try again until the provider must have deleted it; only then is a paid result lost.

    `kind` is empty for the network's faults: those say nothing about the result.
    """
    why = f"the result of {held.generation.submission} was not taken: {message}"
    left = _succeeded(held).url_expires_at - desk.now()
    if left < 0 and kind:
        held.append(desk, *ending(held.id, held.generation, held.submission, outcome="lost", reason=why))
        return Moved()
    # Claims since the first try; before that they were polls.
    tries = held.lease.attempts + 1 if held.lease.memory == _AGAIN else 1
    if kind and tries >= _REPORTED_FROM:
        _report(desk, held, f"its result is refused ({kind})")
    if left < ALARM_US:
        _report(desk, held, "its result is not in our store, and will be deleted within three days")
        why = f"{max(left, 0) // 86_400_000_000} days before the provider deletes it, {why}"
    return Wait(desk.durations.retry(tries), why, memory=_AGAIN)


def _report(desk: Desk, held: Held, what: str) -> None:
    """One note a kind: what was reported before is quiet."""
    if what in held.submission.anomalies:
        return
    _log.error("result_in_danger", generation=held.id, what=what)
    note = NoteOnSubmission(stream=held.generation.submission or "", event=ProviderAnomaly(what=what))
    held.append(desk, note)


def _succeeded(held: Held) -> TaskSucceeded:
    if held.submission.succeeded is None:
        raise RuntimeError(f"{held.id} has no result to fetch")
    return held.submission.succeeded
