"""Allowances: what the requests of one key, or of a whole studio, have cost on a day.

A stream is named after the key or the studio whose limit it counts for: `allowance_` and the same 26 characters.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import SubmissionId
from registry.events.references import Units


class AllowanceReserved(Event):
    """Set aside for one paid call, in the append of its intent. `day` counts days (UTC) since 1970."""

    NAME: ClassVar[str] = "AllowanceReserved"

    submission: SubmissionId
    units: Units
    day: int = Field(ge=0)


class AllowanceSettled(Event):
    """What the call cost in the end, or all that was set aside where nobody knows; it counts for the day of its intent."""

    NAME: ClassVar[str] = "AllowanceSettled"

    submission: SubmissionId
    units: Units


class AllowanceReleased(Event):
    """Nothing was charged: what was set aside is free again."""

    NAME: ClassVar[str] = "AllowanceReleased"

    submission: SubmissionId
