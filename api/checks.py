"""The checks of `continuity doctor`: plain functions that answer findings. Nothing is changed but a probe, which is removed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

from api.certificates import Certificate
from generation.errors import GenerationError
from generation.kling.reaching import reach
from generation.outbound import Outbound
from registry.blobs import Blobs
from registry.blobs.credentials import can_credential
from registry.blobs.disk import DiskBlobs
from registry.errors import RegistryError
from registry.log.engine.diagnosis import Facts
from registry.views.vitals import Vitals

Status = Literal["ok", "warn", "fail"]
_LEAST_BYTES: Final = 200 << 20
_LOW_BYTES: Final = 2 << 30
_LOW_SHARE: Final = 0.05
_EXACT_SECONDS: Final = 2.5
"""A `Date` header counts whole seconds, and an answer takes a while."""
_RENEWED_BEFORE: Final = timedelta(days=30)
WAITED_SECONDS: Final = 60.0
SEEN_SECONDS: Final = 900.0


class Finding(NamedTuple):
    """What a check found: of which `check`, how it is, in words, and what to do about it."""

    check: str
    status: Status
    message: str
    hint: str = ""


def check_folder(name: str, folder: Path) -> Iterator[Finding]:
    """Whether files can be made there, whether others can read it, and whether the disk has room."""
    try:
        probe = folder / f".doctor-{time.time_ns()}"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as refused:
        yield Finding(
            name,
            "fail",
            f"{folder} cannot be written: {refused.strerror}",
            "give it to the user that runs this",
        )
        return
    if folder.stat().st_mode & 0o007:
        yield Finding(
            name, "warn", f"{folder} is open to every user of this machine", f"chmod o-rwx {folder}"
        )
    else:
        yield Finding(name, "ok", f"{folder} can be written, and by us alone")
    yield check_room(name, folder)


def check_room(name: str, folder: Path) -> Finding:
    disk = shutil.disk_usage(folder)
    told = f"{disk.free / 1e9:.1f} GB of {disk.total / 1e9:.1f} are free at {folder}"
    if disk.free < _LEAST_BYTES:
        return Finding(name, "fail", told, "make room now: a log that cannot grow takes no command")
    low = disk.free < _LOW_BYTES or disk.free < disk.total * _LOW_SHARE
    return Finding(name, "warn" if low else "ok", told, "make room soon" if low else "")


def check_own(name: str, file: Path) -> Finding:
    """A file that nobody else may read."""
    if not file.exists():
        return Finding(
            name,
            "warn",
            f"{file} is not there yet",
            "the first start makes it; back it up apart from the log",
        )
    if file.stat().st_mode & 0o077:
        return Finding(name, "fail", f"{file} can be read by others", f"chmod 600 {file}")
    return Finding(name, "ok", f"{file} is for its owner only")


def check_certificate(certificate: Certificate, *, now: datetime) -> Iterator[Finding]:
    """Whether delivered clips can be signed, and for how long."""
    ends = f"{certificate.not_after:%Y-%m-%d}"
    if not can_credential():
        yield Finding(
            "certificate",
            "fail",
            "c2pa-python is not installed, so no clip is signed",
            "install continuity[c2pa]",
        )
    if now < certificate.not_before:
        told = f"the certificate of {certificate.signer} is good from {certificate.not_before:%Y-%m-%d} on"
        yield Finding("certificate", "fail", told, "set this machine's clock, or wait")
    elif now >= certificate.not_after:
        told = f"the certificate of {certificate.signer} ended on {ends}: what is signed now is not believed"
        yield Finding("certificate", "fail", told, "have it renewed")
    elif certificate.not_after - now < _RENEWED_BEFORE:
        yield Finding(
            "certificate",
            "warn",
            f"the certificate of {certificate.signer} ends on {ends}",
            "have it renewed now",
        )
    else:
        yield Finding("certificate", "ok", f"{certificate.signer} signs delivered clips until {ends}")


def check_checkpoints(log: str, since: int, *, most: int, any_kept: bool) -> Finding:
    """Whether so many events of a log as are under no checkpoint are fewer than make a worker sign one."""
    if since >= most:
        late = f"{since} events are under no checkpoint, and one is due after {most}"
        return Finding("checkpoints", "warn", f"{log}: {late}", "see that a worker runs")
    if not any_kept:
        return Finding("checkpoints", "ok", f"{log}: none is due yet")
    return Finding("checkpoints", "ok", f"{log}: goes on from its newest, {since} events since")


def check_database(facts: Facts) -> Iterator[Finding]:
    """Engine, rights, guards and schema; where its files are, their disk."""
    if not facts.remarks:
        yield Finding("database", "ok", f"{facts.engine}, schema {facts.revision}, guards in place")
    else:
        yield Finding("database", "ok", facts.engine)
    for remark in facts.remarks:
        yield Finding("database", "fail" if remark.grave else "warn", remark.message, remark.hint)
    if facts.ahead is not None:
        yield check_clock("the database server", facts.ahead, most=30.0)
    if facts.folder is not None:
        yield check_room("database", facts.folder)


def check_blobs(blobs: Blobs, *, make_id: Callable[[str], str]) -> Iterator[Finding]:
    """Put, read and delete an object; of a bucket also who may read it, whether it keeps versions, and its clock."""
    key = f"doctor/{make_id('probe')}"
    try:
        if not _is_there(blobs):
            yield Finding("blobs", "warn", "the bucket is not there yet", "the first start makes it")
            return
        stored = blobs.put(key, [b"probe"], content_type="text/plain")
        try:
            with blobs.open(key, sha256=stored.sha256) as chunks:
                b"".join(chunks)
            yield Finding("blobs", "ok", "an object was put, read back and deleted")
            yield from _of_bucket(blobs, key)
        finally:
            blobs.delete(key)
    except RegistryError as failed:
        yield Finding("blobs", "fail", failed.message, failed.hint)


def _is_there(blobs: Blobs) -> bool:
    if isinstance(blobs, DiskBlobs):
        return True
    from registry.blobs.bucket import BucketBlobs  # its client is slow to load, and a folder needs none
    from registry.blobs.bucket_facts import is_there

    return not isinstance(blobs, BucketBlobs) or is_there(blobs)


def _of_bucket(blobs: Blobs, key: str) -> Iterator[Finding]:
    if isinstance(blobs, DiskBlobs):
        return
    from registry.blobs.bucket import BucketBlobs
    from registry.blobs.bucket_facts import examine_bucket

    if not isinstance(blobs, BucketBlobs):
        return
    before = time.time()
    facts = examine_bucket(blobs, key)
    if facts.public:
        hint = "take the bucket's public policy away"
        yield Finding("blobs", "fail", f"strangers may {', '.join(facts.public)}", hint)
    else:
        yield Finding("blobs", "ok", "the bucket is not public")
    yield _versions(facts.versioned)
    yield from _check_date("the bucket's server", facts.date, before, most=300.0)


def _versions(kept: bool | None) -> Finding:
    if kept:
        return Finding("blobs", "ok", "the bucket keeps versions")
    told = (
        "the server does not say whether it keeps versions"
        if kept is None
        else "the bucket keeps no versions"
    )
    return Finding(
        "blobs", "warn", told, "switch versioning on: what is overwritten or deleted can then be had back"
    )


def check_kling(outbound: Outbound, base_url: str, *, seconds: float) -> Iterator[Finding]:
    """Whether its name is known, its addresses are public, it answers, and its clock is near ours; without a key."""
    before = time.time()
    try:
        with outbound.client_for_api(base_url) as http:
            reached = reach(http, base_url, seconds=seconds)
    except GenerationError as refused:
        yield Finding("kling", "fail", refused.message, refused.hint)
        return
    yield Finding("kling", "ok", f"{base_url} answers ({reached.status})")
    yield from _check_date("Kling", reached.date, before, most=5.0)


def _check_date(whose: str, date: str, before: float, *, most: float) -> Iterator[Finding]:
    with suppress(ValueError, TypeError):
        theirs = parsedate_to_datetime(date).timestamp() + 0.5
        yield check_clock(whose, theirs - (before + time.time()) / 2, most=most)


def check_clock(whose: str, ahead: float, *, most: float) -> Finding:
    """How far somebody's clock is from ours; beyond `most` seconds their tokens and times are not believed any more."""
    told = f"the clock of {whose} is {abs(ahead):.1f} s {'ahead of' if ahead > 0 else 'behind'} ours"
    if abs(ahead) <= _EXACT_SECONDS:
        return Finding("clocks", "ok", told)
    hint = "set this machine's clock by NTP, or theirs if theirs is wrong"
    return Finding("clocks", "fail" if abs(ahead) > most else "warn", told, hint)


def check_worker(seen: Vitals, *, now: int) -> Finding:
    """Whether work that is due is taken up. Where nothing was due nobody can tell."""
    progress = seen.progress
    waited = 0.0 if progress.due_since is None else (now - progress.due_since) / 1_000_000
    if waited > WAITED_SECONDS:
        return Finding(
            "worker",
            "fail",
            f"due work has waited for {waited:.0f} s",
            "start `continuity worker`, or more of them",
        )
    if progress.kept:
        return Finding("worker", "ok", f"{progress.kept} pieces of work are being carried")
    if progress.worked_at is not None and now - progress.worked_at < SEEN_SECONDS * 1_000_000:
        return Finding(
            "worker", "ok", f"a worker was seen {(now - progress.worked_at) / 1_000_000:.0f} s ago"
        )
    return Finding(
        "worker", "warn", "no worker was seen lately, and nothing is due", "see that `continuity worker` runs"
    )
