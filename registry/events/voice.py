"""Voices: a vendor's `voice_id`, and who speaks with it (contract section 7). The vendor's presets are good on every account."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import StringConstraints

from registry.events.element import LostCause
from registry.events.envelope import Event
from registry.events.ids import AccountId, AssetId, CharacterId, ClipId, ProductionId, VoiceId
from registry.events.personal import Personal
from registry.events.references import Ending, Sha256, Units, Value

KlingVoiceId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]


class VoiceInputs(Value):
    """What a voice is made from: a recording or a clip of ours; with neither, an address of somebody else's (contract R57)."""

    character: CharacterId
    recording: AssetId | None = None
    clip: ClipId | None = None


class VoiceAdopted(Event):
    """Somebody attests that a voice at Kling is this character's. `account` is None for a preset of the vendor's."""

    NAME: ClassVar[str] = "VoiceAdopted"

    voice_id: KlingVoiceId
    account: AccountId | None
    character: CharacterId
    name: Personal[str]
    attested_by: Personal[str]

    def sealed_under(self) -> tuple[str, ...]:
        return (self.character,)


class VoiceMintRequested(Event):
    """A custom voice is to be made, by one paid call under this plan; `reason` says why it is made anew."""

    NAME: ClassVar[str] = "VoiceMintRequested"

    account: AccountId
    inputs: VoiceInputs
    url: Personal[str | None] = None
    name: Personal[str]
    recipe_digest: Personal[Sha256]
    production: ProductionId | None = None
    remint_of: VoiceId | None = None
    reason: Personal[str] = ""
    plan: Personal[dict[str, Any]]
    plan_digest: Sha256
    estimate_units: Units

    def sealed_under(self) -> tuple[str, ...]:
        return (self.inputs.character,)


class VoiceMinted(Event):
    """The provider made it; `trial_url` is where it can be auditioned."""

    NAME: ClassVar[str] = "VoiceMinted"

    voice_id: KlingVoiceId
    trial_url: Personal[str] = ""
    task_id: str
    units: Units | None = None


class VoiceMintFailed(Event):
    """There is no voice from this request."""

    NAME: ClassVar[str] = "VoiceMintFailed"

    outcome: Ending
    reason: Personal[str]


class VoiceLost(Event):
    """The account no longer has it, as a census saw."""

    NAME: ClassVar[str] = "VoiceLost"

    cause: LostCause
    detail: Personal[str] = ""


class VoiceRecovered(Event):
    """A later census saw it again."""

    NAME: ClassVar[str] = "VoiceRecovered"


class VoiceRetired(Event):
    """Nobody new speaks with it. `delete` asks for its deletion at the provider too."""

    NAME: ClassVar[str] = "VoiceRetired"

    reason: Personal[str]
    delete: bool = False


class VoiceDeleted(Event):
    """The provider has deleted it, on our word."""

    NAME: ClassVar[str] = "VoiceDeleted"
