"""Kling elements: an `element_id` on one account, and whom it shows. Ids never cross accounts (contract section 6).

A recipe is what an element is made from; a binding is a recipe that was realised as an id on an account.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import AccountId, AssetId, CharacterId, ElementId, ProductionId, VoiceId
from registry.events.personal import Personal
from registry.events.references import Ending, LookName, Sha256, Units, Value

KlingElementId = Annotated[int, Field(gt=0, lt=2**63)]
"""The vendor's int64 (contract section 1.3)."""
LostCause = Literal["missing", "deleted", "foreign"]
"""What a census saw of a binding: not listed, listed as deleted, listed as somebody else's."""


class ElementInputs(Value):
    """What an element is made from: a frontal picture with one to three other views, or one video (contract R50, R51)."""

    character: CharacterId
    look: LookName | None = None
    frontal: AssetId | None = None
    views: tuple[AssetId, ...] = ()
    video: str | None = None
    """An asset or a clip of ours."""
    voice: VoiceId | None = None
    tags: tuple[str, ...] = ()


class ElementAdopted(Event):
    """Somebody attests that an existing element shows a character. It claims no recipe: we did not see it made."""

    NAME: ClassVar[str] = "ElementAdopted"

    element_id: KlingElementId
    account: AccountId
    character: CharacterId
    look: LookName | None = None
    made_from: Literal["image", "video"] | None = None
    attested_by: Personal[str]


class ElementMintRequested(Event):
    """An element is to be made from a recipe, by one paid call under this plan (contract section 6).

    `recipe_digest` covers the inputs with name and description; `remint_of` is the binding that this one takes the place of.
    `production` is whose budget it takes, if any; `reason` why it is made anew.
    """

    NAME: ClassVar[str] = "ElementMintRequested"

    account: AccountId
    inputs: ElementInputs
    character_version: int = Field(gt=0)
    name: Personal[str]
    description: Personal[str]
    recipe_digest: Personal[Sha256]
    production: ProductionId | None = None
    remint_of: ElementId | None = None
    reason: Personal[str] = ""
    plan: Personal[dict[str, Any]]
    plan_digest: Sha256
    estimate_units: Units

    def sealed_under(self) -> tuple[str, ...]:
        return (self.inputs.character,)


class ElementMinted(Event):
    """The provider made it. `voice_id` is the vendor's id of a voice it made along (from a video that speaks), else empty."""

    NAME: ClassVar[str] = "ElementMinted"

    element_id: KlingElementId
    voice_id: str = ""
    task_id: str
    units: Units | None = None


class ElementMintFailed(Event):
    """There is no element from this request."""

    NAME: ClassVar[str] = "ElementMintFailed"

    outcome: Ending
    reason: Personal[str]


class ElementLost(Event):
    """The account no longer has it, as a census saw; what was made with it keeps it."""

    NAME: ClassVar[str] = "ElementLost"

    cause: LostCause
    detail: Personal[str] = ""


class ElementRecovered(Event):
    """A later census saw it again."""

    NAME: ClassVar[str] = "ElementRecovered"


class ElementRetired(Event):
    """Nothing new may stand on this element. `delete` asks for its deletion at the provider too."""

    NAME: ClassVar[str] = "ElementRetired"

    reason: Personal[str]
    delete: bool = False


class ElementDeleted(Event):
    """The provider has deleted it, on our word."""

    NAME: ClassVar[str] = "ElementDeleted"
