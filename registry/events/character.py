"""A recurring identity: a stable id, any name, reference pictures with roles."""

from __future__ import annotations

from typing import ClassVar

from registry.events.envelope import Event
from registry.events.ids import AssetId
from registry.events.personal import Personal
from registry.events.references import CharacterKind, ReferenceRole


class CharacterIntroduced(Event):
    """The character exists. Names are for people; the id is what everything else holds."""

    NAME: ClassVar[str] = "CharacterIntroduced"

    name: Personal[str]
    aliases: Personal[tuple[str, ...]]
    kind: CharacterKind
    description: Personal[str]


class CharacterRenamed(Event):
    """Name and aliases as they are from here on."""

    NAME: ClassVar[str] = "CharacterRenamed"

    name: Personal[str]
    aliases: Personal[tuple[str, ...]]


class CharacterDescribed(Event):
    """The description as it is from here on."""

    NAME: ClassVar[str] = "CharacterDescribed"

    description: Personal[str]


class ReferenceAssigned(Event):
    """A picture shows this character, in this role."""

    NAME: ClassVar[str] = "ReferenceAssigned"

    asset: AssetId
    role: ReferenceRole


class ReferenceWithdrawn(Event):
    """The picture no longer stands for this character."""

    NAME: ClassVar[str] = "ReferenceWithdrawn"

    asset: AssetId
    role: ReferenceRole
    reason: Personal[str]


class CharacterRetired(Event):
    """The character may not be cast any more."""

    NAME: ClassVar[str] = "CharacterRetired"

    reason: Personal[str]
