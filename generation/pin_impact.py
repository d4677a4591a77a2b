"""What a move of a pin would change, as it is told: the cards of `repinning`, which clients read too."""

from __future__ import annotations

from registry.views.looks import ReferenceCard
from registry.views.page import Card
from registry.views.pins import PinCard
from registry.views.scenes import ShotCard


class Reworded(Card):
    """A text that would be another one: the name, or the look's wardrobe, styling or age."""

    what: str
    before: str
    after: str


class StaleElement(Card):
    """An element whose recipe is not what the character looks and sounds like once the pin is moved."""

    element: str
    element_id: int | None
    account: str
    because: str


class OpenGeneration(Card):
    """A request that has not come to its end. What waits for a clip or a person's word is compiled again before it is sent."""

    id: str
    stage: str
    keeps_its_plan: bool


class MetScene(Card):
    """A scene whose requests use the character by this pin, with its planned shots and what is under way."""

    scene: str
    name: str
    shots: tuple[ShotCard, ...]
    open_generations: tuple[OpenGeneration, ...]


class PinImpact(Card):
    """What moving `pin` to the character as it is now would change, for what stands on its look or on pictures as introduced.

    `obstacle` says why it cannot be moved, and is empty where it can. Elements that were adopted have no recipe, so nothing can
    be told of them.
    """

    holder: str
    pin: PinCard
    obstacle: str
    references_added: tuple[ReferenceCard, ...]
    references_removed: tuple[ReferenceCard, ...]
    reworded: tuple[Reworded, ...]
    stale_elements: tuple[StaleElement, ...]
    scenes: tuple[MetScene, ...]
