"""An archive into an installation: checked whole first, then keys, blobs, events, answers, and last of all the studio itself.

Until the last step nobody has a key to it, workers pass it by, and nothing can be appended to it but what the archive holds.
After it, nothing is sent before a person has compared the accounts and accepts (`generation.restoring`): the studio may have been
at work elsewhere since the archive was made. May be killed at any moment and given again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from registry.archive.copying import copy_blob, in_order, store_in
from registry.archive.house import House
from registry.archive.layout import Contents, finished_contents
from registry.archive.sealed import HeldKey, Ring
from registry.archive.verifying import read_answers, read_blobs, read_events, verify_archive, verify_keys
from registry.deciders.access import IssueKey, Key, RevokeKey
from registry.deciders.command import Command
from registry.deciders.studio import ImportStudio, LimitStudio, Studio
from registry.errors import ArchiveError, HistoryTampered, Refusal
from registry.events.ids import SYSTEM_LOG
from registry.events.studio import KeyLimited, StudioImported, StudioLimited
from registry.log.moving import Standing

_AT_ONCE: Final = 500
"""Events in one transaction: other studios' writers wait no longer than for these."""
_REVOKED: Final = "it was revoked before the studio came here"


class StudioIsHere(Refusal):
    """The installation has this studio already, with a history of its own. Nothing was changed."""

    code = "studio-exists"


@dataclass(frozen=True, slots=True)
class Source:
    """The folder of an archive, and its key file with the passphrase."""

    folder: Path
    key_file: Path
    passphrase: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: events that are new here; none and `again` when this history was here already."""

    studio: str
    contents: Contents
    events: int
    again: bool = False


def import_studio(house: House, source: Source) -> Imported:
    """Bring the studio in. Raises whatever the archive is refused with, StudioIsHere, BlobError and LogBusy."""
    manifest, _ = finished_contents(source.folder)
    ring = verify_keys(source.folder, source.key_file, source.passphrase)
    contents = verify_archive(source.folder, house.tell)
    with house.registry.moves.alone(manifest.studio):
        return _bring_in(house, source.folder, manifest.studio, contents, ring=ring)


def _bring_in(house: House, folder: Path, studio: str, contents: Contents, *, ring: Ring) -> Imported:
    moves = house.registry.moves
    before = moves.standing(studio)
    if _is_here(house, studio, before, contents):
        return Imported(studio, contents, 0, again=True)
    _check_room(house, folder, studio, before)
    _check_keys(house, ring)
    moves.close(studio, "arriving")
    if moves.standing(studio).position != before.position:  # somebody was quicker than the closing
        moves.close(studio, before.closed)
        raise _here(studio, "somebody works on it")
    _take_keys(house, studio, ring)
    _take_blobs(house, folder, studio, contents)
    _take_events(house, folder, studio, contents)
    if before.position and ring.destroyed:
        # Who was here before they were erased elsewhere.
        house.registry.forget(studio, ring.destroyed, context=house.context)
    for rows in read_answers(folder, contents, ring):
        moves.keep_answers(studio, rows)
    _finish(house, studio, contents, ring)
    return Imported(studio, contents, contents.position - before.position)


def _studio(house: House, studio: str) -> Studio:
    found: Studio = house.registry.state(SYSTEM_LOG, studio).state
    return found


def _is_here(house: House, studio: str, before: Standing, contents: Contents) -> bool:
    """Whether this very history came here before; what happened to it since is nobody's to undo."""
    known = _studio(house, studio)
    came = known.elsewhere is not None and known.elsewhere.digest == contents.digest
    return came and not known.moved and not before.closed


def _check_room(house: House, folder: Path, studio: str, before: Standing) -> None:
    """Raises StudioIsHere unless what is here is the beginning of what comes, and nobody works on it."""
    known = _studio(house, studio)
    came = known.elsewhere is not None and known.elsewhere.position == before.position
    waits = before.closed == "arriving" or known.moved or came
    if before.position == 0:
        return
    if not waits:
        raise _here(studio, f"it is here, up to position {before.position}, and open")
    manifest, contents = finished_contents(folder)
    if before.position > contents.position:
        raise _here(
            studio,
            f"it is here up to position {before.position}, and the archive ends at {contents.position}",
        )
    rows = read_events(folder, manifest.studio, contents)
    last = next(islice(rows, before.position - 1, None))
    if house.registry.moves.leaf(studio, before.position) != last["leaf_hash"]:
        raise _here(studio, f"its history here, up to position {before.position}, is another one")


def _here(studio: str, why: str) -> StudioIsHere:
    return StudioIsHere(
        f"{studio} cannot be brought in: {why}", hint="import into an installation that does not have it"
    )


def _take_keys(house: House, studio: str, ring: Ring) -> None:
    """Who was erased stays erased: destroyed keys first, on both sides, then those that still open something."""
    known = house.destroyed_keys(ring.destroyed)
    if lost := [stream for stream in ring.destroyed if stream not in known]:
        house.registry.destroy_keys(studio, lost)
    gone = house.destroyed_keys(ring.keys)
    house.add_keys({stream: ring.key_of(stream) for stream in ring.keys if stream not in gone})
    house.keys.add(ring.decoded_secrets())
    _check_keys(house, ring)


def _check_keys(house: House, ring: Ring) -> None:
    """Raises ArchiveError when the key store here has other keys under the same names."""
    known = house.find_keys(ring.keys)
    if strange := sorted(stream for stream, key in known.items() if key != ring.key_of(stream)):
        raise ArchiveError(
            f"the key store here has another key for {strange[0]}",
            hint="import into an installation with a key store of its own",
        )


def _take_blobs(house: House, folder: Path, studio: str, contents: Contents) -> None:
    """Every blob of the archive, and no other: what was erased elsewhere goes here too."""
    source = store_in(folder)
    listed: set[str] = set()
    blobs = read_blobs(folder, studio, contents)
    for done, blob in enumerate(in_order(lambda one: copy_blob(source, house.blobs, one), blobs), 1):
        listed.add(blob.key)
        house.tell("blobs", done, contents.blobs.count)
    for key in house.blobs.list(f"{studio}/"):
        if key not in listed:
            house.blobs.delete(key)


def _take_events(house: House, folder: Path, studio: str, contents: Contents) -> None:
    """Those that are not here yet, as they are. Raises HistoryTampered when what is here then is not what the archive holds."""
    moves = house.registry.moves
    here = moves.standing(studio).position
    rows = (row for row in read_events(folder, studio, contents) if row["position"] > here)
    while some := list(islice(rows, _AT_ONCE)):
        moves.adopt(studio, some)
        house.tell("events", some[-1]["position"], contents.position)
    if moves.digest(studio, contents.position) != contents.digest:
        raise HistoryTampered(f"{studio} is not here what it is in the archive", hint="look at the database")


def _finish(house: House, studio: str, contents: Contents, ring: Ring) -> None:
    """The studio, that it came from an archive, and the API keys that open it, in one append; then it may grow."""
    imported = StudioImported(
        position=contents.position,
        digest=contents.digest,
        opened_at=contents.opened_at,
        doubt=house.registry.make_id("event"),
        at=house.registry.clock(),
    )
    commands: list[Command] = [ImportStudio(stream=studio, name=contents.name, imported=imported)]
    commands.append(LimitStudio(stream=studio, limits=StudioLimited(**ring.limits.model_dump())))
    commands += [command for held in ring.api_keys for command in _key(house, studio, held)]
    house.registry.handle(studio, commands, context=house.context)
    house.registry.moves.close(studio, "")


def _key(house: House, studio: str, held: HeldKey) -> Iterator[Command]:
    here: Key = house.registry.state(SYSTEM_LOG, held.id).state
    if not here.exists:
        yield IssueKey(
            stream=held.id,
            studio=studio,
            holder=held.holder,
            secret_sha256=held.secret_sha256,
            roles=held.roles,
            expires_at=held.expires_at,
            productions=held.productions,
            limits=KeyLimited(**held.limits.model_dump()),
        )
    if held.revoked and not here.revoked:
        yield RevokeKey(stream=held.id, reason=_REVOKED)
