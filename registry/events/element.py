"""Kling elements: an `element_id` on one account, and whom it shows. Ids never cross accounts (contract section 6)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import AccountId, CharacterId
from registry.events.personal import Personal


class ElementAdopted(Event):
    """Somebody attests that an existing element shows a character. It claims no recipe: we did not see it made."""

    NAME: ClassVar[str] = "ElementAdopted"

    element_id: int = Field(gt=0, lt=2**63)
    account: AccountId
    character: CharacterId
    made_from: Literal["image", "video"] | None = None
    attested_by: Personal[str]


class ElementRetired(Event):
    """Nothing new may stand on this element."""

    NAME: ClassVar[str] = "ElementRetired"

    reason: Personal[str]
