"""A recurring identity: a stable id, any name, reference pictures with roles."""

from __future__ import annotations

from typing import ClassVar

from registry.events.envelope import Event
from registry.events.ids import AssetId, LikenessId, VoiceId
from registry.events.personal import Personal
from registry.events.references import CharacterKind, ClientReference, Depicts, LookName, ReferenceRole


class CharacterIntroduced(Event):
    """The character exists. Names are for people; the id is what everything else holds."""

    NAME: ClassVar[str] = "CharacterIntroduced"

    name: Personal[str]
    aliases: Personal[tuple[str, ...]]
    kind: CharacterKind
    depicts: Depicts
    description: Personal[str]
    client_reference: Personal[ClientReference | None] = None
    """What the character is called elsewhere; personal, as a name may stand in it."""


class CharacterRenamed(Event):
    """Name and aliases as they are from here on."""

    NAME: ClassVar[str] = "CharacterRenamed"

    name: Personal[str]
    aliases: Personal[tuple[str, ...]]


class CharacterDescribed(Event):
    """The description as it is from here on."""

    NAME: ClassVar[str] = "CharacterDescribed"

    description: Personal[str]


class CharacterDeclared(Event):
    """Whether a real person is behind the character, as it is from here on."""

    NAME: ClassVar[str] = "CharacterDeclared"

    depicts: Depicts
    reason: Personal[str]


class LookDefined(Event):
    """How the character looks under that name: what is worn, how it is styled, at which age. Each definition is a version."""

    NAME: ClassVar[str] = "LookDefined"

    look: LookName
    wardrobe: Personal[str]
    styling: Personal[str]
    age: Personal[str]


class LookRetired(Event):
    """Nothing new may be made in this look."""

    NAME: ClassVar[str] = "LookRetired"

    look: LookName
    reason: Personal[str]


class VoiceBound(Event):
    """The character speaks with this voice from here on."""

    NAME: ClassVar[str] = "VoiceBound"

    voice: VoiceId


class VoiceUnbound(Event):
    """The character has no voice of its own any more."""

    NAME: ClassVar[str] = "VoiceUnbound"

    reason: Personal[str]


class LikenessLinked(Event):
    """The real person behind the character: what they allow holds for every use of it."""

    NAME: ClassVar[str] = "LikenessLinked"

    likeness: LikenessId


class LikenessUnlinked(Event):
    """The link was a mistake."""

    NAME: ClassVar[str] = "LikenessUnlinked"

    likeness: LikenessId
    reason: Personal[str]


class ReferenceAssigned(Event):
    """A picture shows this character, in this role, in this look (None: as introduced)."""

    NAME: ClassVar[str] = "ReferenceAssigned"

    asset: AssetId
    role: ReferenceRole
    look: LookName | None = None


class ReferenceWithdrawn(Event):
    """The picture no longer stands for this character."""

    NAME: ClassVar[str] = "ReferenceWithdrawn"

    asset: AssetId
    role: ReferenceRole
    look: LookName | None = None
    reason: Personal[str]


class CharacterRetired(Event):
    """The character may not be cast any more."""

    NAME: ClassVar[str] = "CharacterRetired"

    reason: Personal[str]


class CharacterErased(Event):
    """The person behind it was erased: what stood here can be read no more."""

    NAME: ClassVar[str] = "CharacterErased"

    likeness: LikenessId
