"""What callers send and read about elements: adopting them, one or many, and letting go of them."""

from __future__ import annotations

from pydantic import Field, StrictBool

from api.bodies import ACCOUNT, CHARACTER, Because, Body, with_example
from api.recipes import NewElement
from registry.views.page import Card


class Retirement(Because):
    """Why, and whether the provider shall delete it too."""

    model_config = with_example(reason="a new one was made", delete=True)

    delete: StrictBool = False


class ElementsToCheck(Body):
    """Elements that somebody means to adopt."""

    model_config = with_example(
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
