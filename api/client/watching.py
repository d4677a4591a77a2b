"""A client that remembers: what a service once signed it is held to, and a log that was rolled back or rewritten is refused.

The first look at a log pins the keys it is signed with, unless they are given; every later one must go on from the checkpoint
seen last. Kept in a file, this holds over processes and months. What one client sees alone it cannot compare with what others
were shown: give it a checkpoint of somebody else's (`compare`), and a view that was split shows.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.client.errors import ContinuityError, LocalFailure
from registry.proof.leaf import COLUMNS, leaf_hash
from registry.proof.note import Checkpoint, NoteInvalid, VerifierKey, open_checkpoint
from registry.proof.tree import check_consistency, check_inclusion

if TYPE_CHECKING:
    from api.client.answers import FeedEvent
    from api.client.connection import ContinuityClient
    from api.client.log import Which


class LogNotHeld(ContinuityError):
    """The service shows another log than it has signed before, or proves less than it says."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "log-not-held", message, "keep both checkpoints: together with the key they show it to anybody"
        )


class LogWatch:
    """Holds a service to its checkpoints. `keys` are trusted from the start; `file` remembers, one for each service and key."""

    def __init__(
        self, client: ContinuityClient, *, keys: Iterable[VerifierKey] = (), file: Path | None = None
    ) -> None:
        self._client = client
        self._file = file
        self._given = tuple(keys)
        self._seen: dict[str, dict[str, Any]] = {} if file is None else _read(file)

    def look(self, log: Which = "studio", *, covering: int | None = None) -> Checkpoint:
        """The newest checkpoint, once it is proven to go on from the one seen before. Raises LogNotHeld."""
        note = self._client.checkpoint(log=log, covering=covering)
        found = self._opened(note, log)
        last = self._last(log)
        if last is not None:
            if last.origin != found.origin:
                raise LogNotHeld(f"the log was called {last.origin}, and now {found.origin}")
            self._must_go_on(last, found, log)
        if last is None or found.size > last.size:
            self._remember(log, note)
        return found

    def seen(self, log: Which = "studio") -> str:
        """The note of the checkpoint that was believed last. Raises KeyError before the first look."""
        note: str = self._seen[log]["checkpoint"]
        return note

    def compare(self, note: str, log: Which = "studio") -> None:
        """Hold somebody else's checkpoint against what this client is shown. Raises LogNotHeld where the views are split."""
        theirs, ours = self._opened(note, log), self.look(log)
        if theirs.origin != ours.origin:
            raise LogNotHeld(f"it is a checkpoint of {theirs.origin}, and this log is {ours.origin}")
        older, newer = sorted((theirs, ours), key=lambda one: one.size)
        self._must_go_on(older, newer, log)

    def check_event(self, event: FeedEvent, *, log: Which = "studio") -> Checkpoint:
        """That an event stands in the log as it was shown, every column of it. Raises LogNotHeld."""
        checkpoint = self.look(log, covering=event.position)
        proof = self._client.prove_inclusion(event.position, size=checkpoint.size, log=log)
        row = {name: getattr(event, name) for name in COLUMNS if name not in ("log", "body")}
        leaf = leaf_hash({**row, "log": checkpoint.log, "body": _hash(event.body_base64)})
        path = [_hash(one) for one in proof.path]
        if not check_inclusion(leaf, event.position - 1, checkpoint.size, path, checkpoint.root):
            raise LogNotHeld(f"the event at position {event.position} is not the one that was signed")
        return checkpoint

    def _must_go_on(self, old: Checkpoint, new: Checkpoint, log: Which) -> None:
        if new.size < old.size:
            raise LogNotHeld(f"the log had {old.size} events, and now {new.size}: it was rolled back")
        if new.size == old.size:
            if new.root != old.root:
                raise LogNotHeld(f"two histories of {new.size} events are signed: the view is split")
            return
        proof = self._client.prove_consistency(old.size, new.size, log=log)
        path = [_hash(one) for one in proof.path]
        if not check_consistency(old.size, new.size, path, old.root, new.root):
            raise LogNotHeld(
                f"its {new.size} events do not begin with the {old.size} that were signed: a fork"
            )

    def _opened(self, note: str, log: Which) -> Checkpoint:
        try:
            return open_checkpoint(note, self._keys(log))
        except NoteInvalid as refused:
            raise LogNotHeld(f"the checkpoint is not to be trusted: {refused}") from None

    def _keys(self, log: Which) -> list[VerifierKey]:
        """Those that were given, else those that were there at the first look."""
        if self._given:
            return list(self._given)
        kept = self._seen.setdefault(log, {})
        if "keys" not in kept:
            kept["keys"] = [one.key for one in self._client.checkpoint_keys(log=log).items]
        return [VerifierKey.parse(one) for one in kept["keys"]]

    def _last(self, log: Which) -> Checkpoint | None:
        note = self._seen.get(log, {}).get("checkpoint")
        return None if note is None else self._opened(note, log)

    def _remember(self, log: Which, note: str) -> None:
        self._seen.setdefault(log, {})["checkpoint"] = note
        if self._file is not None:
            beside = self._file.with_name(f".{self._file.name}.{os.getpid()}")
            beside.write_text(json.dumps(self._seen), "utf-8")
            beside.replace(self._file)


def _read(file: Path) -> dict[str, dict[str, Any]]:
    """Raises LocalFailure: what was remembered and cannot be read is no reason to forget it."""
    try:
        found: dict[str, dict[str, Any]] = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as failure:
        raise LocalFailure(
            "cannot-remember", f"{file} cannot be read: {failure}", "put it back, or name another file"
        ) from None
    return found


def _hash(text: str) -> bytes:
    """Raises LogNotHeld."""
    try:
        return b64decode(text.encode(), validate=True)
    except (NotBase64, ValueError):
        raise LogNotHeld("the proof holds something that is no base64") from None
