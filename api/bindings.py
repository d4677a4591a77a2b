"""What callers send and read about elements: adopting them, one or many, and letting go of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StrictBool, StrictInt

from api.bodies import ACCOUNT, CHARACTER, Because, Body, Name
from registry.events.ids import AccountId, CharacterId
from registry.events.references import LookName
from registry.views.page import Card


def _example(**said: Any) -> ConfigDict:
    return ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [said]})


class Retirement(Because):
    """Why, and whether the provider shall delete it too."""

    model_config = _example(reason="a new one was made", delete=True)

    delete: StrictBool = False


class NewElement(Body):
    """An element that exists at Kling, on one account, attested to show a character (contract R30).

    `look` is the one it shows, null the character as introduced. `attested_by` is the holder of the key unless somebody is named.
    """

    model_config = _example(
        element_id=829836802793406551, account=ACCOUNT, character=CHARACTER, made_from="image"
    )

    element_id: Annotated[StrictInt, Field(ge=1, le=2**63 - 1)]
    account: AccountId
    character: CharacterId
    look: LookName | None = None
    made_from: Literal["image", "video"] | None = None
    attested_by: Name | None = None


class ElementsToCheck(Body):
    """Elements that somebody means to adopt."""

    model_config = _example(
        elements=[{"element_id": 829836802793406551, "account": ACCOUNT, "character": CHARACTER}]
    )

    elements: tuple[NewElement, ...] = Field(max_length=500)


class ElementFault(Card):
    """What stands against adopting one of them: its `index` in the list, and the field it is about ("" for the whole)."""

    index: int
    code: str
    message: str
    path: str


class CheckedElements(Card):
    """Everything that stands against adopting them; nothing when all may be adopted."""

    faults: tuple[ElementFault, ...]
