"""Calls about erasing people, and about the clips that show them."""

from __future__ import annotations

from typing import Final

from api.client.answers import read_as
from api.client.wire import Call, Calls, at
from registry.erased import ErasureRecord
from registry.events.clip import ClipDecision
from registry.events.likeness import ErasureBasis
from registry.views.clips import ClipCard

ERASING_SECONDS: Final = 900
"""How long the service may take to make its views anew and to rewrite its file."""


class ErasureCalls(Calls):
    """Erasures, and decisions about clips."""

    def erase_likeness(self, likeness: str, basis: ErasureBasis) -> ErasureRecord:
        """Erase a person for good. Sent again, an erasure that did not finish goes on."""
        headers = {"Idempotency-Key": self._wire.manners.make_key()}
        path, body = at("likenesses", likeness, "erase"), {"basis": basis}
        call = Call("POST", path, headers=headers, json=body, patience=ERASING_SECONDS)
        return read_as(ErasureRecord, self._wire.answer(call).body)

    def erasure(self, likeness: str) -> ErasureRecord:
        """The record of an erasure."""
        return self._wire.read(ErasureRecord, at("likenesses", likeness, "erasure"))

    def decide_clip(
        self, clip: str, decision: ClipDecision, *, reason: str, likeness: str | None = None
    ) -> ClipCard:
        """Keep a clip in spite of whom it shows, withdraw it, or erase its bytes."""
        body = {"decision": decision, "reason": reason, "likeness": likeness}
        given = {name: value for name, value in body.items() if value is not None}
        return read_as(ClipCard, self._wire.change("POST", at("clips", clip, "decide"), given))
