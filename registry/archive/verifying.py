"""Checking an archive without any database: every event's hash, their order, every blob's digest, every file's.

It shows that the archive is what was exported, and that its events have the roots of the checkpoints beside them. Whether a
key that you trust has signed those is for `continuity verify --archive` to show.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from registry.archive.copying import ListedBlob, check_blob, in_order, read_list, store_in
from registry.archive.house import Tell, tell_nobody
from registry.archive.layout import (
    ANSWERS,
    BLOB_LIST,
    CHECKPOINTS,
    EVENTS,
    Contents,
    damaged,
    files_in,
    finished_contents,
    open_file,
    unreadable,
)
from registry.archive.sealed import Ring, open_rows, read_ring
from registry.archive.segments import Row, Run, known_segment, sha256_of
from registry.errors import UnknownEvent
from registry.events.catalogue import EVENTS as KNOWN
from registry.events.catalogue import UPCASTERS
from registry.proof.held import notes_in
from registry.proof.note import Checkpoint, Note, NoteInvalid
from registry.proof.tree import Frontier


def verify_archive(folder: Path, tell: Tell = tell_nobody) -> Contents:
    """What the archive holds, once all of it was read and found whole.

    Raises ArchiveUnfinished, ArchiveDamaged (naming the file, the line or the blob) and UnknownEvent (this version is too old).
    """
    manifest, contents = finished_contents(folder)
    _check_files(folder, contents)
    signed, tree = _signed(folder), Frontier()
    for row in read_events(folder, manifest.studio, contents):
        _check_known(row)
        if signed:
            _hold(signed, tree, row)
        if row["position"] % 1_000 == 0 or row["position"] == contents.position:
            tell("events", row["position"], contents.position)
    store, blobs = store_in(folder), read_blobs(folder, manifest.studio, contents)
    for done, _ in enumerate(in_order(lambda blob: check_blob(store, blob), blobs), 1):
        tell("blobs", done, contents.blobs.count)
    return contents


def verify_keys(folder: Path, key_file: Path, passphrase: str) -> Ring:
    """The key file of an archive, opened, and every answer with it. Raises ArchiveDamaged and WrongPassphrase."""
    _, contents = finished_contents(folder)
    ring = read_ring(key_file, passphrase, contents)
    for _ in read_answers(folder, contents, ring):
        pass
    return ring


def read_events(folder: Path, studio: str, contents: Contents) -> Iterator[Row]:
    """Every event, in order, each checked as it is read. Raises ArchiveDamaged."""
    run = Run(studio)
    for segment in contents.segments:
        yield from known_segment(folder, segment, run)
    if (run.position, run.sum()) != (contents.position, contents.digest):
        raise damaged(EVENTS, f"it ends at {run.position}, and the manifest at {contents.position}")


def read_blobs(folder: Path, studio: str, contents: Contents) -> Iterator[ListedBlob]:
    """Every blob that should be there; raises ArchiveDamaged when the list or the folder says otherwise."""
    if sha256_of(folder, BLOB_LIST) != contents.blobs.sha256:
        raise damaged(BLOB_LIST, "it is not what the manifest says")
    there = store_in(folder).list("")
    for blob in read_list(folder):
        if not blob.key.startswith(f"{studio}/"):
            raise damaged(f"blob {blob.key}", f"it is not one of {studio}")
        found = next(there, None)
        if found != blob.key:
            strange = found is not None and found < blob.key
            raise damaged(
                f"blob {found if strange else blob.key}", "nobody listed it" if strange else "it is missing"
            )
        yield blob
    if (extra := next(there, None)) is not None:
        raise damaged(f"blob {extra}", "nobody listed it")


def read_answers(folder: Path, contents: Contents, ring: Ring) -> Iterator[list[Row]]:
    """The kept answers, a file at a time. Raises ArchiveDamaged."""
    for part in contents.answers:
        rows = open_rows(ring.answers_key, _whole(folder, part.file), bound_to=part.file)
        if len(rows) != part.count:
            raise damaged(part.file, f"it holds {len(rows)} answers, and the manifest says {part.count}")
        yield rows


def _whole(folder: Path, file: str) -> bytes:
    try:
        with open_file(folder / file) as opened:
            return opened.read()
    except OSError as failure:
        raise unreadable(file, failure) from None


def _check_files(folder: Path, contents: Contents) -> None:
    named = [segment.file for segment in contents.segments]
    if strange := sorted(set(files_in(folder, EVENTS)) ^ set(named)):
        raise damaged(strange[0], "it is missing" if strange[0] in named else "the manifest does not name it")
    parts = {part.file: part.sha256 for part in contents.answers}
    if strange := sorted(set(files_in(folder, ANSWERS)) ^ set(parts)):
        raise damaged(strange[0], "it is missing" if strange[0] in parts else "the manifest does not name it")
    for file, sha in parts.items():
        if sha256_of(folder, file) != sha:
            raise damaged(file, "it is not what the manifest says")


def _signed(folder: Path) -> dict[int, bytes]:
    """The roots that the checkpoints in the archive name, by their sizes. Raises ArchiveDamaged."""
    place = folder / CHECKPOINTS
    found = {}
    for where, raw in notes_in([place]) if place.is_dir() else ():
        try:
            checkpoint = Checkpoint.parse(Note.parse(raw).text)
        except NoteInvalid as refused:
            raise damaged(f"{CHECKPOINTS}/{Path(where).name}", str(refused)) from None
        found[checkpoint.size] = checkpoint.root
    return found


def _hold(signed: dict[int, bytes], tree: Frontier, row: Row) -> None:
    """Grow the tree by a row, and hold it against the checkpoint of its size. Raises ArchiveDamaged."""
    tree.append(row["leaf_hash"])
    if tree.size in signed and tree.root() != signed[tree.size]:
        raise damaged(CHECKPOINTS, f"the checkpoint of {tree.size} events is of another history")


def _check_known(row: Row) -> None:
    address = (row["type"], row["schema_version"])
    if address not in KNOWN and address not in UPCASTERS:
        raise UnknownEvent(
            f"the archive holds {address[0]} version {address[1]} at position {row['position']}, which this code does not know",
            hint="use a version of Continuity that knows it",
        )
