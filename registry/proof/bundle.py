"""An audit bundle: a folder in which an outsider checks, without the service, what the log says of a clip, scene or production.

    manifest.json     what it is about, and the length and SHA-256 of every other file
    checkpoint.txt    the signed note that every proof leads to
    keys.txt          the public keys of the checkpoints, one a line; believe one only if you have it from elsewhere too
    events.jsonl      one proven event a line (`proven`), in the log's order
    receipts/         a receipt of each clip
    media.jsonl       one clip or picture a line: id, length, SHA-256, and its file under media/ where that was asked for
    report.html, report.pdf, pictures/   for people; made from the events, and not proven themselves
    verify.py, registry/proof/           this verifier

Events, receipts and media are proven; the report is not, and whoever doubts it reads the events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from registry.proof.held import Keyring
from registry.proof.note import Checkpoint, NoteInvalid
from registry.proof.proven import CannotTell, Leaf, Refuted, check, read_json
from registry.proof.receipt import open_note, verify_receipt
from registry.proof.statement import BEGINNINGS

FORMAT: Final = "continuity-bundle"
VERSION: Final = 1
MANIFEST: Final = "manifest.json"
CHECKPOINT: Final = "checkpoint.txt"
KEYS: Final = "keys.txt"
EVENTS: Final = "events.jsonl"
MEDIA: Final = "media.jsonl"
MEDIA_FOLDER: Final = "media/"
"""Comes beside the manifest, as it comes after it; each file is checked against its line in `media.jsonl`."""
_CHUNK: Final = 1024 * 1024
_CACHES: Final = "__pycache__"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found good: counts, the checkpoint, and which keys signed it."""

    about: str
    log: str
    size: int
    events: int
    receipts: int
    media: int
    signed_by: tuple[str, ...]


def check_bundle(folder: Path, keys: Keyring) -> Checked:
    """Check everything in the folder. Raises Refuted with what and where, and CannotTell."""
    manifest = _manifest(folder)
    files = _files(folder, manifest)
    checkpoint, note = open_note(_read(folder, CHECKPOINT), keys, CHECKPOINT)
    signers = tuple(f"{one.name} ({one.key_hash.hex()})" for one in note.signatures)
    recorded: dict[str, str] = {}
    events = 0
    for leaf in _events(folder, checkpoint):
        events += 1
        if leaf.type in BEGINNINGS:
            recorded[leaf.stream] = leaf.said["stored"]["sha256"]
    receipts = [name for name in files if name.startswith("receipts/")]
    for name in receipts:
        _receipt(folder, name, keys, recorded)
    media = _media(folder, recorded)
    return Checked(manifest["about"], checkpoint.log, checkpoint.size, events, len(receipts), media, signers)


def _manifest(folder: Path) -> Mapping[str, Any]:
    """Raises CannotTell for what is no bundle, or a newer one."""
    try:
        written = read_json((folder / MANIFEST).read_bytes())
    except OSError as failure:
        raise CannotTell(f"{folder} holds no bundle: {MANIFEST} {failure.strerror}") from None
    except ValueError as unread:
        raise CannotTell(f"{MANIFEST} cannot be read: {unread}") from None
    if not isinstance(written, dict) or written.get("format") != FORMAT:
        raise CannotTell(f"{MANIFEST} is not that of a bundle")
    if written.get("version") != VERSION:
        raise CannotTell(
            f"it is a bundle of version {written.get('version')}, and version {VERSION} is known"
        )
    return written


def _files(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """The names of all files, each as the manifest has it, and no others. Raises Refuted."""
    told = manifest.get("files")
    if not isinstance(told, dict):
        raise Refuted(f"{MANIFEST} names no files")
    there = {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if not file.is_dir() and _CACHES not in file.parts
    }
    there = {name for name in there if name != MANIFEST and not name.startswith(MEDIA_FOLDER)}
    for name in sorted(there ^ told.keys()):
        raise Refuted(f"{name} is {'not in the manifest' if name in there else 'missing'}")
    for name, facts in told.items():
        size, digest = digest_of(folder / name)
        if not isinstance(facts, dict) or facts != {"bytes": size, "sha256": digest}:
            raise Refuted(f"{name} is not as the manifest has it: {size} bytes of SHA-256 {digest}")
    return sorted(told)


def digest_of(file: Path) -> tuple[int, str]:
    """Length and SHA-256 of a file. Raises Refuted when it is a link or cannot be read."""
    found, size = sha256(), 0
    try:
        if file.is_symlink():
            raise Refuted(f"{file} is a link")
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                found.update(chunk)
                size += len(chunk)
    except OSError as failure:
        raise Refuted(f"{file} cannot be read: {failure.strerror}") from None
    return size, found.hexdigest()


def _read(folder: Path, name: str) -> bytes:
    """Raises Refuted."""
    try:
        return (folder / name).read_bytes()
    except OSError as failure:
        raise Refuted(f"{name} cannot be read: {failure.strerror}") from None


def _events(folder: Path, checkpoint: Checkpoint) -> Iterator[Leaf]:
    """Each event proven, in the log's order and none twice. Raises Refuted."""
    last = 0
    for written in _lines(folder, EVENTS):
        leaf = check(written, checkpoint)
        if leaf.position <= last:
            raise Refuted(f"{EVENTS}: position {leaf.position} stands behind {last}")
        last = leaf.position
        yield leaf


def _lines(folder: Path, name: str) -> Iterator[Any]:
    """Each line's value. Raises Refuted."""
    with (folder / name).open("rb") as opened:
        for number, line in enumerate(opened, 1):
            try:
                yield read_json(line.removesuffix(b"\n"))
            except ValueError as unread:
                raise Refuted(f"{name}, line {number}: {unread}") from None


def _receipt(folder: Path, name: str, keys: Keyring, recorded: Mapping[str, str]) -> None:
    """It holds, and speaks of a clip that the events record. Raises Refuted."""
    try:
        statement = verify_receipt(_read(folder, name), keys)
    except (Refuted, CannotTell) as refused:
        raise Refuted(f"{name}: {refused}") from None
    if recorded.get(statement.clip) != statement.sha256 or name != f"receipts/{statement.clip}.json":
        raise Refuted(f"{name}: the events record no such clip")


def _media(folder: Path, recorded: Mapping[str, str]) -> int:
    """How many files of clips and pictures are there, each as its line has it. Raises Refuted."""
    known: set[str] = set()
    for told in _lines(folder, MEDIA):
        if (name := _medium(folder, told, recorded)) is not None:
            known.add(name)
    for file in sorted((folder / MEDIA_FOLDER).rglob("*")):
        name = file.relative_to(folder).as_posix()
        if not file.is_dir() and name not in known:
            raise Refuted(f"{name} is named by no line of {MEDIA}")
    return len(known)


def _medium(folder: Path, told: Any, recorded: Mapping[str, str]) -> str | None:
    """The file of a clip or picture, where it is there and as it was recorded. Raises Refuted."""
    if (
        not isinstance(told, dict)
        or not isinstance(told.get("id"), str)
        or not isinstance(told.get("file"), str)
    ):
        raise Refuted(f"{MEDIA}: a line names nothing")
    thing, name = str(told["id"]), str(told["file"])
    if thing.startswith("clip_") and told.get("sha256") != recorded.get(thing):
        raise Refuted(f"{MEDIA}: the digest of {thing} is not that of its event")
    if not name.startswith(MEDIA_FOLDER) or ".." in Path(name).parts:
        raise Refuted(f"{MEDIA}: the file of {thing} lies elsewhere")
    if not (folder / name).exists():
        return None
    _, digest = digest_of(folder / name)
    if digest != told.get("sha256"):
        raise Refuted(f"{name} has SHA-256 {digest}, and {told.get('sha256')} was recorded of {thing}")
    return name


def keys_in(file: Path) -> Keyring:
    """The public keys in a file, one a line. Raises CannotTell."""
    if not file.is_file():
        raise CannotTell(f"there is no file {file} with public keys")
    try:
        return Keyring.read([str(file)])
    except NoteInvalid as unread:
        raise CannotTell(str(unread)) from None


def as_json(found: Any) -> str:
    """For programs."""
    return json.dumps(found, sort_keys=True, ensure_ascii=False)
