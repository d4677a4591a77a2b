"""A show inside a studio: what scenes belong to, and which Kling account pays for them."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import AccountId, SceneId, SubmissionId
from registry.events.references import Territory, Units


class ProductionOpened(Event):
    """The show exists. `unplaced` is the scene that receives the continuity of requests that name no scene."""

    NAME: ClassVar[str] = "ProductionOpened"

    name: str
    unplaced: SceneId


class AccountChosen(Event):
    """Requests of this production are sent under this account from here on."""

    NAME: ClassVar[str] = "AccountChosen"

    account: AccountId


class BudgetSet(Event):
    """The most this production may spend in all, from its first day; null is no limit."""

    NAME: ClassVar[str] = "BudgetSet"

    units: Units | None


class BudgetReserved(Event):
    """Set aside for one paid call, in the append of its intent. `subject` is what the call is for."""

    NAME: ClassVar[str] = "BudgetReserved"

    submission: SubmissionId
    subject: str
    units: Units


class BudgetSettled(Event):
    """What the call cost in the end. `basis` says whether the provider charged it, or nobody knows and all of it is assumed."""

    NAME: ClassVar[str] = "BudgetSettled"

    submission: SubmissionId
    units: Units
    reserved: Units
    basis: Literal["charged", "assumed"]


class BudgetReleased(Event):
    """Nothing was charged: what was set aside is free again."""

    NAME: ClassVar[str] = "BudgetReleased"

    submission: SubmissionId
    units: Units


class ApprovalRuleSet(Event):
    """From here on a person approves each plan that costs more than `above_units`; null is no approval at all."""

    NAME: ClassVar[str] = "ApprovalRuleSet"

    above_units: Units | None


class ShareSet(Event):
    """The production's weight when several wait for the same slots."""

    NAME: ClassVar[str] = "ShareSet"

    weight: int = Field(ge=1, le=100)


class ProductionClosed(Event):
    """No further scenes or requests."""

    NAME: ClassVar[str] = "ProductionClosed"

    reason: str


class TerritoriesSet(Event):
    """Where the show is released, which consents must cover; an empty tuple is the whole world."""

    NAME: ClassVar[str] = "TerritoriesSet"

    territories: tuple[Territory, ...]
