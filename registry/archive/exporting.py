"""A studio into a folder. What is there already is checked and kept: a cut-short or an older export goes on where it ended.

The order is what makes a copy of a living studio whole: events first, up to one position; then blobs, which are stored before
they are recorded; then keys, so that whoever was erased meanwhile is erased in the archive too; the manifest last.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import Final

from registry.archive.closing import close_studio
from registry.archive.copying import copy_from, in_order, store_in
from registry.archive.house import INSTALLATION, House
from registry.archive.layout import (
    ANSWERS,
    BLOB_LIST,
    CHECKPOINTS,
    EVENTS,
    MANIFEST,
    AnswerPart,
    BlobList,
    Contents,
    Manifest,
    Segment,
    files_in,
    new_file,
    one_at_a_time,
    read_manifest,
    write_durably,
)
from registry.archive.sealed import HeldKey, Ring, check_passphrase, seal_rows, text, write_ring
from registry.archive.segments import SEGMENT, Row, Run, read_segment, sha256_of, write_segment
from registry.auditing import ReadAudit
from registry.errors import ArchiveError, HistoryTampered, LogForked, NotFound
from registry.views import access
from registry.views.access import StudioCard

_ANSWERS_IN_A_FILE: Final = 500
_EVER: Final = 2**62
"""Later than any file, whatever the clocks say: nobody else writes into an archive that is being filled."""


@dataclass(frozen=True, slots=True)
class Order:
    """Where to: the folder of the archive, and the key file apart from it with its passphrase.

    With `move` the studio is closed here first: nothing is appended and nothing is sent any more. `segment` is events in a file.
    """

    folder: Path
    key_file: Path
    passphrase: str
    move: bool = False
    segment: int = SEGMENT


def export_studio(house: House, studio: str, order: Order) -> Contents:
    """Make the archive, or bring it up to date. May be killed at any moment and given again.

    That everything was read is noted before any of it is. Raises NotFound, ArchiveError, ArchiveDamaged (what an earlier run
    left), HistoryTampered, BlobError, LogBusy and OSError.
    """
    check_passphrase(order.passphrase)
    if order.key_file.resolve().is_relative_to(order.folder.resolve()):
        raise ArchiveError("the key file would lie in the archive it opens", hint="keep it in another place")
    card = _card(house, studio)
    with one_at_a_time(order.folder):
        _begin(order.folder, studio)
        if order.move:
            close_studio(house, studio)
        _sign(house, studio)
        position = house.registry.moves.standing(studio).position
        ReadAudit(house.registry).note(studio, studio, "export", context=house.context, always=True)
        run = Run(studio)
        segments = _events(house, order, run, position)
        _checkpoints(house, order.folder, run)
        blobs = _blobs(house, order.folder, studio)
        answers_key = house.random_bytes(32)
        ring = _ring(house, studio, run.streams, answers_key)
        contents = Contents(
            name=card.name,
            opened_at=card.opened_at,
            exported_at=house.registry.clock(),
            position=run.position,
            digest=run.sum(),
            segments=segments,
            blobs=blobs,
            answers=tuple(_answers(house, order.folder, run, answers_key)),
            keys=write_ring(
                order.key_file,
                ring,
                order.passphrase,
                studio=studio,
                digest=run.sum(),
                random_bytes=house.random_bytes,
            ),
        )
        _write(order.folder, Manifest(studio=studio, finished=True, contents=contents))
    return contents


def _card(house: House, studio: str) -> StudioCard:
    with house.registry.reading() as connection:
        found = {card.id: card for card in access.studios(connection)}
    if studio not in found:
        raise NotFound(f"there is no studio {studio!r} here", hint=f"there are: {', '.join(found) or 'none'}")
    if house.registry.moves.standing(studio).closed == "arriving":
        raise ArchiveError(f"{studio} is being brought in itself", hint="finish its import first")
    return found[studio]


def _begin(folder: Path, studio: str) -> None:
    """Say whose archive this becomes; until its manifest is there again it is unfinished. Raises ArchiveError."""
    before = read_manifest(folder)
    if before is not None and before.studio != studio:
        raise ArchiveError(f"{folder} is the archive of {before.studio}", hint="name another folder")
    strange = [one.name for one in folder.iterdir() if not one.name.startswith(".")]
    if before is None and strange:
        raise ArchiveError(f"{folder} holds other things ({strange[0]})", hint="name an empty folder")
    _write(folder, Manifest(studio=studio, finished=False))


def _write(folder: Path, manifest: Manifest) -> None:
    write_durably(folder / MANIFEST, manifest.stored())


def _events(house: House, order: Order, run: Run, until: int) -> tuple[Segment, ...]:
    """All events up to a position: the files that are there, checked, and what is missing."""
    moves, studio = house.registry.moves, run.studio
    segments = []
    for file in files_in(order.folder, EVENTS):
        first = run.position + 1
        for _ in read_segment(order.folder, file, run):
            pass
        sha = sha256_of(order.folder, file)
        segments.append(Segment(file=file, first=first, last=run.position, sha256=sha, digest=run.sum()))
        house.tell("events", run.position, until)
    if run.position and moves.leaf(studio, run.position) != run.leaf:
        raise ArchiveError(
            f"{order.folder} holds another history of {studio}, up to {run.position}",
            hint="it was exported from another database, or from a newer state of this one: name an empty folder",
        )
    rows = _told(house, moves.rows(studio, after=run.position, until=until), until)
    while (first_row := next(rows, None)) is not None:
        some = chain([first_row], islice(rows, order.segment - 1))
        segments.append(write_segment(order.folder, run, some))
    if run.position != until:
        raise HistoryTampered(
            f"{studio} ends at {run.position}, not at {until}", hint="compare with a backup"
        )
    return tuple(segments)


def _sign(house: House, studio: str) -> None:
    """A checkpoint of all that goes out, unless the log is not the one that was signed: that is for a verifier to show."""
    if house.checkpoints is not None:
        with suppress(LogForked):
            house.checkpoints.make(studio)


def _checkpoints(house: House, folder: Path, run: Run) -> None:
    """What is kept of checkpoints up to where the events go, under the same names."""
    if house.checkpoints is None:
        return
    origin = house.checkpoints.origin(run.studio)
    for place in house.checkpoints.places:
        for name in place.names(origin):
            file = folder / CHECKPOINTS / name
            if name[:19].isdecimal() and int(name[:19]) <= run.position and not file.exists():
                write_durably(file, place.read(origin, name))


def _told(house: House, rows: Iterator[Row], until: int) -> Iterator[Row]:
    for row in rows:
        yield row
        if row["position"] % 1_000 == 0 or row["position"] == until:
            house.tell("events", row["position"], until)


def _blobs(house: House, folder: Path, studio: str) -> BlobList:
    """Every blob of the studio, and none that it has no more: what was erased since an earlier run goes here too."""
    target, prefix, digest = store_in(folder), f"{studio}/", sha256()
    count = size = 0
    kept: set[str] = set()
    with new_file(folder / BLOB_LIST) as listing:
        for blob in in_order(lambda key: copy_from(house.blobs, target, key), house.blobs.list(prefix)):
            if blob is not None:
                line = blob.line()
                listing.write(line)
                digest.update(line)
                count, size = count + 1, size + blob.size
                kept.add(blob.key)
                house.tell("blobs", count, None)
    target.sweep(prefix, keep=kept.__contains__, older_than=0, now=_EVER)
    return BlobList(count=count, bytes=size, sha256=digest.hexdigest())


def _ring(house: House, studio: str, streams: set[str], answers_key: bytes) -> Ring:
    """The keys of all that was named in the studio, its own (digests are keyed by it), and the API keys that open it."""
    named = sorted(streams | {studio})
    with house.registry.reading() as connection:
        held = access.keys_of(connection, studio)
        here = access.studios(connection)
    alone = len(here) == 1
    secrets = house.keys.find(INSTALLATION) if alone else {}
    return Ring(
        keys={stream: text(key) for stream, key in house.find_keys(named).items()},
        destroyed=tuple(sorted(house.destroyed_keys(named))),
        api_keys=tuple(
            HeldKey(**{name: getattr(record, name) for name in HeldKey.model_fields}) for record in held
        ),
        limits=next(one.limits for one in here if one.id == studio),
        secrets={name: text(key) for name, key in secrets.items()},
        answers=text(answers_key),
    )


def _answers(house: House, folder: Path, run: Run, key: bytes) -> Iterator[AnswerPart]:
    """The answers that still hold, written anew each time: they pass, and erasures blank them."""
    for file in files_in(folder, ANSWERS):
        (folder / file).unlink()
    rows = house.registry.moves.answers(run.studio, until=run.position, now=house.registry.clock())
    number = 0
    while some := list(islice(rows, _ANSWERS_IN_A_FILE)):
        number += 1
        file = f"{ANSWERS}/{number:06d}.sealed"
        sealed = seal_rows(key, some, bound_to=file, random_bytes=house.random_bytes)
        write_durably(folder / file, sealed)
        yield AnswerPart(file=file, count=len(some), sha256=sha256(sealed).hexdigest())
