"""The keys that sign checkpoints of the logs: in the system log, so that every change of key is itself under a checkpoint."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import StringConstraints

from registry.events.envelope import Event

PublicKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]
"""The 32 bytes of a public Ed25519 key, in base64."""


class CheckpointKeyRotated(Event):
    """From now on checkpoints are signed with `public`; with `previous` too until everybody has heard. The first has none."""

    NAME: ClassVar[str] = "CheckpointKeyRotated"

    public: PublicKey
    previous: PublicKey | None = None
    reason: str
