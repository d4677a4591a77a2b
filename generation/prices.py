"""What a clip, an element or a voice costs before it is made: the vendor's published units, as data with a date."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from registry.events.references import plain

PRICED_ON: Final = "2026-09-20"
USD_PER_UNIT: Final = Decimal("0.14")

Case = Literal["silent", "sound", "video"]
"""Sound off, sound on, or a reference video (which is always silent on the request's side)."""


UNITS_PER_SECOND: Final[dict[tuple[str, Case], dict[str, Decimal]]] = {
    ("kling-v3", "silent"): {"std": Decimal("0.6"), "pro": Decimal("0.8"), "4k": Decimal("3.0")},
    ("kling-v3", "sound"): {"std": Decimal("0.9"), "pro": Decimal("1.2"), "4k": Decimal("3.0")},
    ("kling-v3-omni", "silent"): {"std": Decimal("0.6"), "pro": Decimal("0.8"), "4k": Decimal("3.0")},
    ("kling-v3-omni", "sound"): {"std": Decimal("0.8"), "pro": Decimal("1.0"), "4k": Decimal("3.0")},
    ("kling-v3-omni", "video"): {"std": Decimal("0.9"), "pro": Decimal("1.2"), "4k": Decimal("3.0")},
}

UNITS_PER_CREATION: Final[dict[str, Decimal]] = {
    "advanced-custom-elements": Decimal(0),
    "custom-voices": Decimal("0.05"),
}
"""What making an element or a voice costs (contract sections 6 and 7)."""


class Estimate(BaseModel):
    """Units and US dollars as exact decimals in text, and the day the price list was read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    units: str
    usd: str
    priced_on: str


def estimate(model: str, mode: str, *, case: Case, seconds: int) -> Estimate | None:
    """The price of `seconds` of video, or None for a model or mode the list does not know."""
    rate = UNITS_PER_SECOND.get((model, case), {}).get(mode)
    if rate is None:
        return None
    return priced(rate * seconds)


def priced(units: Decimal) -> Estimate:
    """So many units, with their price in dollars."""
    return Estimate(units=plain(units), usd=plain(units * USD_PER_UNIT), priced_on=PRICED_ON)


def creation_price(endpoint: str) -> Estimate:
    """The price of making one element or one voice."""
    return priced(UNITS_PER_CREATION[endpoint])
