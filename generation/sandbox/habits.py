"""What an account's Kling is like just now: the settings that may change while it runs, each account for itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from generation.sandbox.prices import shortest
from generation.sandbox.settings import SandboxSettings
from generation.sandbox.signatures import key_of

_Seconds = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class HabitsOrder(BaseModel):
    """An order to `/sandbox/v1/habits`: what is given changes, for `account` or for all; null leaves a habit as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str | None = None
    duplicate_external_ids: Literal["refuse", "accept"] | None = None
    lookup_lag_seconds: _Seconds | None = None
    list_lag_seconds: _Seconds | None = None
    slots: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    units: Annotated[Decimal, Field(ge=0, le=1_000_000_000, allow_inf_nan=False)] | None = None
    webhook_secret: Annotated[str, Field(max_length=300)] | None = None
    callback_shape: Literal["legacy", "new"] | None = None

    @field_validator("webhook_secret")
    @classmethod
    def _usable(cls, secret: str | None) -> str | None:
        if secret:
            key_of(secret)
        return secret


class Habits(BaseModel):
    """How one account is treated. `lookup_lag_seconds` and `list_lag_seconds` are virtual seconds in which a new task
    cannot be found by id, or is missing in lists; a webhook secret of "" leaves callbacks unsigned.
    """

    model_config = ConfigDict(frozen=True)

    duplicate_external_ids: Literal["refuse", "accept"]
    lookup_lag_seconds: float
    list_lag_seconds: float
    slots: int
    units: Decimal
    webhook_secret: str = ""
    callback_shape: Literal["legacy", "new"] = "legacy"

    @classmethod
    def first(cls, settings: SandboxSettings) -> Habits:
        """What every account starts with."""
        return cls(
            duplicate_external_ids=settings.duplicate_external_ids,
            lookup_lag_seconds=settings.lookup_lag_seconds,
            list_lag_seconds=settings.lookup_lag_seconds,
            slots=settings.slots,
            units=settings.units,
        )

    def changed(self, order: HabitsOrder) -> Habits:
        return self.model_copy(update=order.model_dump(exclude_none=True, exclude={"account"}))

    def shown(self) -> dict[str, Any]:
        """As JSON; the webhook secret stays inside."""
        secret = {"webhook_secret": "set" if self.webhook_secret else ""}
        return {**self.model_dump(), "units": shortest(self.units), **secret}
