"""Calls about the proof of the log. What they answer is what the service says: `api.client.watching` holds it to that."""

from __future__ import annotations

from typing import Literal

from api.client.settling import settled
from api.client.wire import Call, Calls, at
from api.proofs import (
    CheckpointKeys,
    CheckpointMade,
    Completeness,
    ConsistencyProof,
    InclusionProof,
    LogVerified,
)

Which = Literal["studio", "system"]
_NOTE = {"Accept": "text/plain, application/problem+json"}


class LogCalls(Calls):
    """Checkpoints, proofs, keys, and what is missing."""

    def checkpoint(
        self, *, log: Which = "studio", covering: int | None = None, size: int | None = None
    ) -> str:
        """The newest checkpoint as a signed note; one that covers a position, or the one of a size."""
        call = Call("GET", at("log", "checkpoint"), {"log": log, "covering": covering, "size": size}, _NOTE)
        return self._wire.persist(call, lambda: settled(self._wire.http.send(self._wire.build(call)))).text

    def make_checkpoint(self, *, log: Which = "studio") -> CheckpointMade:
        """One of the log as it is now; needs the role auditor."""
        made = self._wire.change("POST", at("log", "checkpoints"), params={"log": log})
        return CheckpointMade.model_validate(made)

    def checkpoint_keys(self, *, log: Which = "studio") -> CheckpointKeys:
        return self._wire.read(CheckpointKeys, at("log", "keys"), log=log)

    def prove_inclusion(
        self, position: int, *, size: int | None = None, log: Which = "studio"
    ) -> InclusionProof:
        """That the event at a position is under the newest checkpoint, or under the one of `size` events."""
        return self._wire.read(
            InclusionProof, at("log", "proof", "inclusion"), position=position, size=size, log=log
        )

    def prove_consistency(self, old: int, new: int, *, log: Which = "studio") -> ConsistencyProof:
        """That the first `new` events begin with the first `old`."""
        return self._wire.read(ConsistencyProof, at("log", "proof", "consistency"), old=old, new=new, log=log)

    def verify_log(self, *, log: Which = "studio") -> LogVerified:
        """What the service finds in its own log; needs the role auditor."""
        return self._wire.read(LogVerified, at("log", "verify"), patience=600.0, log=log)

    def completeness(self) -> Completeness:
        """What is missing from the record; needs the role auditor."""
        return self._wire.read(Completeness, at("log", "completeness"), patience=600.0)
