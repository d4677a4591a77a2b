"""What a task costs, in units: the vendor's price table of 2026-09-20 (contract 10)."""

from __future__ import annotations

from decimal import Decimal

from generation.sandbox.requests import VideoRequest

_MODES = ("std", "pro", "4k")
# (model, case) -> units per second for std, pro and 4k.
_RATES = {
    ("kling-v3", "silent"): ("0.6", "0.8", "3.0"),
    ("kling-v3", "sound"): ("0.9", "1.2", "3.0"),
    ("kling-v3-omni", "silent"): ("0.6", "0.8", "3.0"),
    ("kling-v3-omni", "sound"): ("0.8", "1.0", "3.0"),
    ("kling-v3-omni", "video"): ("0.9", "1.2", "3.0"),
}


def price(request: VideoRequest) -> Decimal:
    """Units for a request that passed the checks: rate times seconds.

    An edited (base) video is billed by its own length, which nobody here looks up: it counts as five seconds.
    """
    case = "video" if request.videos else "sound" if request.sound == "on" else "silent"
    rate = _RATES[request.model, case][_MODES.index(request.mode)]
    return Decimal(rate) * request.seconds


def shortest(units: Decimal) -> str:
    """The shortest decimal string of an amount: "1.8", "3", "0" (contract 15.4)."""
    return format(units.normalize(), "f")
