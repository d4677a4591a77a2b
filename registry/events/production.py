"""A show inside a studio: what scenes belong to, and which Kling account pays for them."""

from __future__ import annotations

from typing import ClassVar

from registry.events.envelope import Event
from registry.events.ids import AccountId, SceneId


class ProductionOpened(Event):
    """The show exists. `unplaced` is the scene that receives the continuity of requests that name no scene."""

    NAME: ClassVar[str] = "ProductionOpened"

    name: str
    unplaced: SceneId


class AccountChosen(Event):
    """Requests of this production are sent under this account from here on."""

    NAME: ClassVar[str] = "AccountChosen"

    account: AccountId


class ProductionClosed(Event):
    """No further scenes or requests."""

    NAME: ClassVar[str] = "ProductionClosed"

    reason: str
