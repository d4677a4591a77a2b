"""What callers send about elements, those that exist and those that are to be made, and what they are answered."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import Field, StrictInt, model_validator

from api.bodies import ACCOUNT, CHARACTER, Body, Name, Reason, with_example
from generation.recipe import ElementRecipeRequest
from registry.events.ids import AccountId, ProductionId
from registry.views.elements import ElementCard
from registry.views.page import Card
from registry.views.submissions import SubmissionCard

_ATTESTING: Final = ("made_from", "attested_by")


class ElementRecipe(Body, ElementRecipeRequest):
    """A recipe for an element: whom it shows, in which look (none: as introduced), and what it is made from.

    Without pictures the character's references of that look are taken: the frontal one and up to three other views; `video` (a
    clip or a recorded video of ours) stands in their place. Without a name the character's is taken, cut to 20 characters;
    without a description what is known of the character. Without `voice` the character speaks with its own, if that is
    usable on the account; "none" leaves it out. The account is the production's where none is named; `production` is whose
    budget it takes.
    """

    model_config = with_example(character=CHARACTER, account=ACCOUNT)


class NewElement(ElementRecipe):
    """An element that exists at Kling (with `element_id`), or a recipe for one that is to be made (without).

    An existing one lives on one account and is attested to show a character, in a look (contract R30): `account` is needed,
    `attested_by` is the holder of the key unless somebody is named, and nothing of a recipe goes with it. For a recipe see the
    fields of `ElementRecipe`.
    """

    model_config = with_example(
        element_id=829836802793406551, account=ACCOUNT, character=CHARACTER, made_from="image"
    )

    element_id: Annotated[StrictInt, Field(ge=1, le=2**63 - 1)] | None = None
    made_from: Literal["image", "video"] | None = None
    attested_by: Name | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if self.element_id is None and "element_id" in self.model_fields_set:
            raise ValueError(
                "element_id is null: name the element that exists, or leave it out to have one made"
            )
        if self.element_id is None:
            wrong = [name for name in ("made_from", "attested_by") if getattr(self, name) is not None]
            if wrong:
                raise ValueError(f"{', '.join(wrong)} goes with element_id, of an element that exists")
            return self
        if self.account is None:
            raise ValueError("account is needed with element_id: an element lives on one account")
        taken = self.model_fields_set - {"element_id", "account", "character", "look", *_ATTESTING}
        if taken:
            raise ValueError(
                f"{', '.join(sorted(taken))} belongs to a recipe, and element_id names what exists"
            )
        return self

    @property
    def recipe(self) -> ElementRecipeRequest:
        """The recipe, of one that is to be made."""
        said = {name: getattr(self, name) for name in ElementRecipeRequest.model_fields}
        return ElementRecipeRequest(**said)


class Remint(Body):
    """Make it anew, on its own account or on another one, and why.

    Without `recipe` the one it was made from is taken; of what was adopted, its character's pictures. `production` is whose
    budget it takes.
    """

    model_config = with_example(reason="deleted at Kling", account=ACCOUNT)

    reason: Reason
    account: AccountId | None = None
    production: ProductionId | None = None
    recipe: ElementRecipeRequest | None = None


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


class ElementAnswer(ElementCard):
    """An element with the paid call that makes it, and what an unfinished one waits for in the worker's words."""

    submission_card: SubmissionCard | None = None
    waiting_for: str = ""
