"""Which keys sign checkpoints: one after the other, each named in the system log before it signs anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from registry.deciders.command import Command, Decider, Reads, checked_text, unexpected
from registry.errors import Refusal
from registry.events.envelope import Event
from registry.events.signing import CheckpointKeyRotated

STREAM: Final = "signing_00000000000000000000000000"
"""The one stream of an installation's signing keys."""


class NotTheSigningKey(Refusal):
    """Another key than the one named signs now. Nothing was written."""

    code = "not-the-signing-key"


@dataclass(frozen=True, kw_only=True)
class RotateCheckpointKey(Command):
    """Sign with `public` from now on, in the place of `previous` (None at the first). Quiet when it was named before."""

    public: str
    previous: str | None = None
    reason: str


@dataclass(frozen=True, slots=True)
class Signing:
    """The public keys that were named, the oldest first; the last one signs."""

    keys: tuple[str, ...] = ()


def decide(command: Command, state: Signing, _reads: Reads) -> Sequence[Event]:
    match command:
        case RotateCheckpointKey(public=public, previous=previous):
            if public in state.keys:
                return []
            current = state.keys[-1] if state.keys else None
            if previous != current:
                raise NotTheSigningKey(
                    f"{previous or 'no key'} does not sign checkpoints here, {current or 'none does yet'}",
                    hint="see `continuity log keys`; one key file serves all processes of an installation",
                    state=current or "none",
                )
            reason = checked_text(command.reason, "reason", most=500, least=3)
            return [CheckpointKeyRotated(public=public, previous=previous, reason=reason)]
        case _:
            raise unexpected(command)


def evolve(state: Signing, event: Event) -> Signing:
    match event:
        case CheckpointKeyRotated(public=public):
            return Signing(keys=(*state.keys, public))
        case _:
            raise unexpected(event)


DECIDER = Decider(Signing(), decide, evolve)
