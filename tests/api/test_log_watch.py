"""A client that remembers is shown no other history: split views, roll-backs, forks and lists that are no trees are refused
(A15).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from api.bodies import FeedEvent
from api.client import LogWatch
from api.client.errors import LocalFailure
from api.client.watching import LogNotHeld
from api.proofs import CheckpointKey, CheckpointKeys, ConsistencyProof, InclusionProof
from registry.proof import tree
from registry.proof.leaf import COLUMNS
from registry.proof.note import Checkpoint, sign
from registry.proof.tree import reader_of
from tests.registry.proof.logs import LOG, rows
from tests.registry.proof.test_note import signer

ORIGIN = f"films.example/{LOG}"
KEY = signer(1)
HISTORY, OTHER = rows(60), rows(60, salt="other ")
OTHER[:20] = HISTORY[:20]


def text(hashed: bytes) -> str:
    return b64encode(hashed).decode()


@dataclass
class Telling:
    """A service that shows what it is told to show: so many of these rows, signed with this key."""

    shown: list[list[Any]] = field(default_factory=lambda: HISTORY)
    size: int = 30
    key: Any = KEY
    origin: str = ORIGIN

    @property
    def leaves(self) -> list[bytes]:
        return [row[-1] for row in self.shown]

    def root(self) -> bytes:
        return tree.root(self.size, reader_of(self.leaves))

    def checkpoint(self, *, log: str = "studio", covering: int | None = None) -> str:
        return str(sign(Checkpoint(self.origin, self.size, self.root()), [self.key]))

    def checkpoint_keys(self, *, log: str) -> CheckpointKeys:
        return CheckpointKeys(items=(CheckpointKey(key=str(self.key.key(self.origin)), current=True),))

    def prove_consistency(self, old: int, new: int, *, log: str) -> ConsistencyProof:
        path = tuple(map(text, tree.consistency(old, new, reader_of(self.leaves))))
        said = {"log": LOG, "old_size": old, "new_size": new, "old_root": "", "new_root": ""}
        return ConsistencyProof(path=path, **said)

    def prove_inclusion(self, position: int, *, size: int, log: str) -> InclusionProof:
        path = tuple(map(text, tree.inclusion(position - 1, size, reader_of(self.leaves))))
        said = {"leaf_hash": "", "root": "", "checkpoint": "", "log": LOG, "leaf_index": position - 1}
        return InclusionProof(position=position, size=size, path=path, **said)

    def event(self, position: int) -> FeedEvent:
        """An event as the feed tells it."""
        row = dict(zip(COLUMNS, self.shown[position - 1], strict=False))
        plain = {name: one.decode() if isinstance(one, bytes) else one for name, one in row.items()}
        del plain["log"]
        return FeedEvent(**{**plain, "body": {}, "body_base64": text(row["body"]), "leaf_hash": ""})


def watch(service: Telling, **options: Any) -> LogWatch:
    return LogWatch(service, **options)  # type: ignore[arg-type]


def test_an_honest_log_is_followed() -> None:
    """A log that grows is believed, from the first look on; so is every event in it."""
    service = Telling()
    watched = watch(service)
    for size in (30, 30, 31, 47, 60):
        service.size = size
        assert watched.look().size == size
    assert watched.check_event(service.event(41)).size == 60


def rolled_back(service: Telling) -> None:
    service.size = 29


def split(service: Telling) -> None:
    service.shown = OTHER


def forked(service: Telling) -> None:
    service.shown, service.size = OTHER, 50


def renamed(service: Telling) -> None:
    service.origin = "films.example/studio_01jd0000000000000000000009"


def with_another_key(service: Telling) -> None:
    service.key = signer(2)


MALICE = {
    "was rolled back": rolled_back,
    "two histories of 30": split,
    "do not begin with the 30": forked,
    "not to be trusted": with_another_key,
    "none of the known keys": renamed,
}


@pytest.mark.parametrize("malice", MALICE.values(), ids=MALICE.keys())
def test_another_history_is_refused(malice: Callable[[Telling], None], tmp_path: Path) -> None:
    """A roll-back, a split view, a fork, another key or name: refused, by another process that only has the file, too."""
    service, file = Telling(), tmp_path / "seen.json"
    first = watch(service, file=file)
    first.look()
    malice(service)
    for watched in (first, watch(service, file=file)):
        with pytest.raises(LogNotHeld):
            watched.look()


def test_a_refused_view_is_not_remembered(tmp_path: Path) -> None:
    """After a fork was refused the honest log is followed again: what was believed is what counts."""
    service, file = Telling(), tmp_path / "seen.json"
    watched = watch(service, file=file)
    watched.look()
    forked(service)
    with pytest.raises(LogNotHeld):
        watched.look()
    service.shown = HISTORY
    assert watch(service, file=file).look().size == 50


def test_a_view_that_was_split_shows_beside_anothers() -> None:
    """Two clients that are shown two histories find out as soon as one has a checkpoint of the other."""
    ours, theirs = Telling(size=40), Telling(shown=OTHER, size=45)
    watched = watch(ours, keys=[KEY.key(ORIGIN)])
    watched.compare(Telling(size=35).checkpoint())
    ours.size = 45
    with pytest.raises(LogNotHeld, match="two histories"):
        watched.compare(theirs.checkpoint())


def test_a_list_that_is_no_tree_is_refused() -> None:
    """A service that only chains hashes, or signs a root over nothing, proves no event and no growth."""

    class Linear(Telling):
        def root(self) -> bytes:
            chained = bytes(32)
            for leaf in self.leaves[: self.size]:
                chained = sha256(chained + leaf).digest()
            return chained

    service = Linear()
    watched = watch(service)
    watched.look()
    with pytest.raises(LogNotHeld, match="not the one that was signed"):
        watched.check_event(service.event(7))
    service.size = 44
    with pytest.raises(LogNotHeld, match="do not begin with"):
        watched.look()


def test_an_event_that_was_told_otherwise_is_refused() -> None:
    """Every column counts: who did it, when, and what."""
    service = Telling()
    watched = watch(service)
    event = service.event(12)
    for changed in (
        {"actor": "key_2"},
        {"recorded_at": 1},
        {"body_base64": text(b"{}")},
        {"body_base64": "?"},
    ):
        with pytest.raises(LogNotHeld):
            watched.check_event(event.model_copy(update=changed))


def test_what_cannot_be_read_is_not_forgotten(tmp_path: Path) -> None:
    """A file that broke is told: beginning anew would believe anything."""
    file = tmp_path / "seen.json"
    file.write_text("{")
    with pytest.raises(LocalFailure, match="cannot be read"):
        watch(Telling(), file=file)
