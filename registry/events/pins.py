"""Pins: a scene or a production holds on to a character as it was. Scenes' pins go before their production's."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import CharacterId
from registry.events.personal import Personal
from registry.events.references import LookName


class CharacterPinned(Event):
    """From here on requests use the character as of this version, in this look (None: as introduced)."""

    NAME: ClassVar[str] = "CharacterPinned"

    character: CharacterId
    character_version: int = Field(gt=0)
    look: LookName | None = None


class PinReleased(Event):
    """Requests use the character as it is now again."""

    NAME: ClassVar[str] = "PinReleased"

    character: CharacterId
    reason: Personal[str]

    def sealed_under(self) -> tuple[str, ...]:
        return (self.character,)
