"""What elements and voices share: ids of Kling's that are made, lost, found again, retired and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from registry.deciders.command import must_be_live
from registry.errors import Refusal
from registry.events.element import (
    ElementDeleted,
    ElementLost,
    ElementRecovered,
    LostCause,
)
from registry.events.envelope import Event
from registry.events.voice import VoiceDeleted, VoiceLost, VoiceRecovered

Note = ElementLost | ElementRecovered | ElementDeleted | VoiceLost | VoiceRecovered | VoiceDeleted


class NotMade(Refusal):
    """It has no id at Kling yet: it is being minted, or its mint failed."""

    code = "not-made"


class Binding(Protocol):
    """An element or a voice as it is."""

    @property
    def mint(self) -> Any: ...
    @property
    def retired(self) -> bool: ...
    @property
    def lost(self) -> LostCause | None: ...
    @property
    def deleted(self) -> bool: ...
    @property
    def doomed(self) -> bool: ...


def orders_deletion(state: Binding, *, delete: bool, stream: str) -> bool:
    """Whether the provider is to delete it from here on. Raises AlreadyRetired when that is all there would be to do."""
    failed = state.mint is not None and state.mint.stage == "failed"
    delete = delete and not (state.doomed or state.deleted or failed)
    if not delete:
        must_be_live(state.retired, stream)
    return delete


def noted(event: Note, state: Binding, *, vendor_id: object, stream: str) -> Sequence[Event]:
    """What a census saw, or that the provider has deleted it; quiet when it is known. Raises NotMade."""
    if vendor_id is None:
        raise NotMade(f"{stream} has no id at Kling yet", hint="wait for its mint")
    match event:
        case ElementLost(cause=cause) | VoiceLost(cause=cause):
            return [] if state.lost == cause or state.deleted else [event]
        case ElementRecovered() | VoiceRecovered():
            return [] if state.lost is None else [event]
        case _:
            return [] if state.deleted else [event]
