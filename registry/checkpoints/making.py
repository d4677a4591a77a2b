"""Making checkpoints: the log is held against the last one before anything new is signed, so the key never signs two histories.

A checkpoint says nothing but origin, size and root, so whoever makes one of the same size makes the same bytes: two makers at
once do no harm, and a place where another text stands under a name is proof of a fork.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from registry.checkpoints.keys import KeyFile, public_text
from registry.checkpoints.places import Place
from registry.checkpoints.trees import Trees
from registry.deciders.signing import STREAM, RotateCheckpointKey, Signing
from registry.errors import CheckpointsUnusable, LogForked
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG
from registry.proof.held import CHECKPOINT, COSIGNED, HeldNote
from registry.proof.note import Checkpoint, Note, NoteInvalid, Signer, VerifierKey, open_checkpoint, sign
from registry.registry import Registry

_log = structlog.get_logger("checkpoints")
_MAKER: Final = Context(actor="checkpoints")
_FIRST: Final = "the first checkpoint is made"


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint that is kept, and the note it stands in."""

    checkpoint: Checkpoint
    note: Note


class Checkpoints:
    """The checkpoints of an installation. `origin` is what stands before each log's id. Threads may share it.

    `alarms` holds, by log, what this process found wrong the last time it looked: a fork or a roll-back.
    """

    def __init__(
        self, registry: Registry, places: Sequence[Place], key_file: KeyFile, *, origin: str
    ) -> None:
        self.registry = registry
        self.trees = Trees(registry.nodes)
        self.places = places
        self.alarms: dict[str, str] = {}
        self._key_file = key_file
        self._origin = origin
        self._newest: dict[str, Kept] = {}
        self._written: dict[str, int] = {}

    def origin(self, log: str) -> str:
        """What the log is called in its checkpoints."""
        return f"{self._origin}/{log}"

    def keys(self, log: str) -> list[VerifierKey]:
        """The public keys that sign or have signed for a log, the oldest first; the last one is the current."""
        return [VerifierKey(self.origin(log), b64decode(public)) for public in self._named()]

    def newest(self, log: str) -> Kept | None:
        """The largest checkpoint that is kept anywhere and that a key of ours has signed. Raises CheckpointsUnusable."""
        known = self._newest.get(log)
        after = "" if known is None else name_of(known.checkpoint.size)
        for size, place in self._listed(log, after):
            try:
                found = self._read(log, size, place)
            except NoteInvalid as refused:
                _log.error("checkpoint_unusable", log=log, size=size, place=place.name, why=str(refused))
                continue
            self._newest[log] = found
            return found
        return known

    def at(self, log: str, size: int) -> Kept | None:
        """The checkpoint of one size, wherever it is kept."""
        for place in self.places:
            if name_of(size) in place.names(self.origin(log), after=name_of(size - 1) if size else ""):
                try:
                    return self._read(log, size, place)
                except NoteInvalid:
                    continue
        return None

    def kept(self, log: str, *, most: int, below: int | None = None) -> list[Kept]:
        """The newest checkpoints that are kept anywhere, below a size, the largest first. Raises CheckpointsUnusable."""
        found: dict[int, Kept] = {}
        for size, place in self._listed(log, ""):
            if size in found or (below is not None and size >= below):
                continue
            if len(found) == most:
                break
            with suppress(NoteInvalid):
                found[size] = self._read(log, size, place)
        return list(found.values())

    def notes(self, logs: Iterable[str]) -> Iterator[HeldNote]:
        """All that is kept of these logs, as it lies there, for a verifier. Raises CheckpointsUnusable."""
        for log in logs:
            for place in self.places:
                for name in place.names(self.origin(log)):
                    if name.endswith((CHECKPOINT, COSIGNED)):
                        where = f"{place.name}, {self.origin(log)}/{name}"
                        yield HeldNote(where, place.read(self.origin(log), name))

    def make(self, log: str) -> Kept:
        """A checkpoint of the log as it is now, kept in every place that takes it; the newest one when nothing has happened
        since.

        Raises LogForked (the log is not the one that was signed: nothing is signed), CheckpointsUnusable and LogBusy.
        """
        signers = self._signers()
        head = self.registry.feed.head(log)
        last = self.newest(log)
        self._must_go_on(log, head, last)
        if last is not None and last.checkpoint.size == head:
            self._write_down(last)
            return last
        checkpoint = Checkpoint(self.origin(log), head, self._root(log, head, last))
        made = Kept(checkpoint, sign(checkpoint, signers))
        self._keep(log, made)
        self._write_down(made)
        self._newest[log] = made
        return made

    def covering(self, log: str, position: int) -> Kept:
        """A checkpoint that covers a position of the log: the newest one when it does, else a new one. Raises what `make`
        does.
        """
        last = self.newest(log)
        return last if last is not None and last.checkpoint.size >= position else self.make(log)

    def check(self, log: str) -> Kept | None:
        """Hold the log against its newest checkpoint; answers it. Raises LogForked and CheckpointsUnusable."""
        last = self.newest(log)
        self._must_go_on(log, self.registry.feed.head(log), last)
        return last

    def rotate(self, *, reason: str, context: Context, lost: bool = False) -> Signer:
        """Sign with a new key from now on, and with the old one beside it. May be repeated when it was cut short.

        `lost` is a person's word that the key which signs now is not to be had any more.

        Raises CheckpointsUnusable, InvalidCommand and NotTheSigningKey.
        """
        named = self._named()
        if not named:
            return self._signers()[0]
        signers = self._key_file.signers()
        if not signers or public_text(signers[0]) in named:
            if not lost:
                self._current(signers, named)
            signers = self._key_file.rotate()
        command = RotateCheckpointKey(
            stream=STREAM, public=public_text(signers[0]), previous=named[-1], reason=reason
        )
        self.registry.handle(SYSTEM_LOG, [command], context=context)
        return signers[0]

    def end_overlap(self) -> Signer:
        """Older keys sign no more; answers the one that does. Raises CheckpointsUnusable."""
        self._signers()
        return self._key_file.retire()[0]

    def _named(self) -> tuple[str, ...]:
        state: Signing = self.registry.state(SYSTEM_LOG, STREAM).state
        return state.keys

    def _signers(self) -> list[Signer]:
        """The keys of the file that the log has named; the first of all is named here. Raises CheckpointsUnusable."""
        named, signers = self._named(), self._key_file.signers()
        if not named:
            signers = signers or self._key_file.make()
            command = RotateCheckpointKey(stream=STREAM, public=public_text(signers[0]), reason=_FIRST)
            self.registry.handle(SYSTEM_LOG, [command], context=_MAKER)
            named = self._named()
        return self._current(signers, named)

    def _current(self, signers: Sequence[Signer], named: Sequence[str]) -> list[Signer]:
        able = [signer for signer in signers if public_text(signer) in named]
        if not able:
            raise CheckpointsUnusable(
                f"the key file here holds none of the {len(named)} keys that sign checkpoints of this installation",
                hint="give every process the same key file (CONTINUITY_CHECKPOINT_KEY_FILE); see `continuity log keys`",
            )
        return able

    def _must_go_on(self, log: str, head: int, last: Kept | None) -> None:
        """The log begins with what was signed. Nodes are derived: before they speak against it they are made again."""
        if last is None:
            return
        signed = last.checkpoint
        if signed.size > head:
            self._alarm(
                log, f"it ends at {head}, and its checkpoint of {signed.size} is kept: it was rolled back"
            )
        if self.trees.root(log, signed.size) != signed.root:
            self.trees.renew(log, head)
            if self.trees.root(log, signed.size) != signed.root:
                self._alarm(
                    log, f"its first {signed.size} events are not those that were signed: it was rewritten"
                )
        self.alarms.pop(log, None)

    def _root(self, log: str, head: int, last: Kept | None) -> bytes:
        """The root to sign: what was signed before and the leaves since. Nodes that say otherwise are made again.

        Whoever may write to the database might have kept nodes of another tree in advance.
        """
        old = 0 if last is None else last.checkpoint.size
        before, root = self.trees.grown(log, old, head)
        if last is not None and before != last.checkpoint.root:
            self._alarm(log, f"its first {old} events changed while a checkpoint was made")
        self.trees.grow(log, head)
        if self.trees.root(log, head) != root:
            self.trees.renew(log, head)
        return root

    def _alarm(self, log: str, why: str) -> None:
        if self.alarms.get(log) != why:
            _log.error("log_forked", log=log, why=why)
        self.alarms[log] = why
        raise LogForked(
            f"{log} is not the log that was signed: {why}",
            hint="stop writing, keep the checkpoints, and compare with a backup; docs/how-to/audit.md says how",
        )

    def _keep(self, log: str, made: Kept) -> None:
        """In every place; one that fails is told, and one must take it."""
        failures, size = [], made.checkpoint.size
        for place in self.places:
            try:
                there = place.keep(self.origin(log), name_of(size), str(made.note).encode())
                if Note.parse(there).text != made.note.text:
                    self._alarm(log, f"{place.name} keeps another checkpoint of {size} events: a fork")
            except (CheckpointsUnusable, NoteInvalid) as failure:
                failures.append(f"{place.name}: {failure}")
                _log.error("checkpoint_not_kept", log=log, size=size, place=place.name, why=str(failure))
        if len(failures) == len(self.places):
            raise CheckpointsUnusable(
                f"no place took the checkpoint: {'; '.join(failures)}", hint="look at CONTINUITY_CHECKPOINTS"
            )

    def _write_down(self, kept: Kept) -> None:
        """In the database, so that it is missed when it is gone from its places. Raises LogBusy."""
        made = kept.checkpoint
        if self._written.get(made.log) != made.size:
            self.registry.nodes.sign(made.log, made.origin, made.size, made.root)
            self._written[made.log] = made.size

    def _listed(self, log: str, after: str) -> list[tuple[int, Place]]:
        """Sizes that are kept, the largest first. Raises CheckpointsUnusable when no place can be asked."""
        found: list[tuple[int, Place]] = []
        failures: list[CheckpointsUnusable] = []
        for place in self.places:
            try:
                names = place.names(self.origin(log), after=after)
            except CheckpointsUnusable as failure:
                failures.append(failure)
                continue
            found += [(int(name.partition(".")[0]), place) for name in names if _is_checkpoint(name)]
        if failures and len(failures) == len(self.places):
            raise failures[0]
        return sorted(found, key=lambda one: one[0], reverse=True)

    def _read(self, log: str, size: int, place: Place) -> Kept:
        note = Note.parse(place.read(self.origin(log), name_of(size)))
        checkpoint = open_checkpoint(note, self.keys(log))
        if checkpoint.origin != self.origin(log) or checkpoint.size != size:
            raise NoteInvalid(f"it is a checkpoint of {checkpoint.origin} at {checkpoint.size}")
        return Kept(checkpoint, note)


def name_of(size: int) -> str:
    """The name under which a checkpoint of that size is kept: names in order are sizes in order."""
    return f"{size:019d}{CHECKPOINT}"


def _is_checkpoint(name: str) -> bool:
    size, _, rest = name.partition(".")
    return f".{rest}" == CHECKPOINT and len(size) == 19 and size.isascii() and size.isdecimal()


def public_keys(checkpoints: Checkpoints) -> tuple[str, ...]:
    """All public keys in base64, the oldest first."""
    return tuple(b64encode(key.public).decode() for key in checkpoints.keys(SYSTEM_LOG))
