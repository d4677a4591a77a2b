"""What callers hear about the proof of a log: keys, paths, what a verification found, and what is missing from the record."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from registry.views.page import Card


class CheckpointKey(Card):
    """A public key, `<name>+<hash>+<base64>` as C2SP's signed-note writes them; the last one that is `current` signs now."""

    key: str
    current: bool


class CheckpointKeys(BaseModel):
    """All keys that sign or have signed checkpoints of the log, the oldest first."""

    model_config = ConfigDict(frozen=True)

    items: tuple[CheckpointKey, ...]


class InclusionProof(Card):
    """That the event at `position` is in the tree of the first `size` events (RFC 6962). Hashes are base64.

    `leaf_index` counts from 0: `position` - 1. `path` leads from the leaf to `root`; `checkpoint` is the signed note of that
    size.
    """

    log: str
    position: int
    leaf_index: int
    size: int
    leaf_hash: str
    path: tuple[str, ...]
    root: str
    checkpoint: str


class ConsistencyProof(Card):
    """That the tree of `new_size` events begins with that of `old_size` (RFC 6962). Hashes are base64."""

    log: str
    old_size: int
    new_size: int
    old_root: str
    new_root: str
    path: tuple[str, ...]


class FoundWrong(Card):
    """Something that is not as it was written: what kind of wrong, where (0: the log as a whole), and in words."""

    kind: str
    position: int
    message: str


class LogVerified(Card):
    """What the service found in its own log: `verdict` is `good`, `tampered` or `cannot tell`.

    A service that lies can say `good`: whoever does not trust it runs `continuity verify` with checkpoints and keys of their own.
    """

    log: str
    verdict: str
    events: int
    root: str
    proven_to: int
    checkpoints: int
    findings: tuple[FoundWrong, ...]
    doubts: tuple[str, ...]


class Missing(Card):
    """Something the record ought to have and has not: what kind, of which thing, at which position, and in words."""

    kind: str
    thing: str
    position: int | None
    message: str


class Completeness(Card):
    """Whether anything is missing. `events` are those that were looked through, `covered` those under the newest checkpoint."""

    complete: bool
    events: int
    covered: int
    missing: tuple[Missing, ...]


class CheckpointMade(Card):
    """A checkpoint that is kept now: the log's id, how many events it covers, and the signed note."""

    log: str
    size: int
    note: str
