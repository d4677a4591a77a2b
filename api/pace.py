"""How fast the work goes: every duration of a generation's life as a setting."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from generation.durations import Durations

_D: Final = Durations()
Seconds = Annotated[float, Field(gt=0, le=366 * 86_400)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Size = Annotated[int, Field(ge=1_024, le=1 << 40)]


class Pace(BaseModel):
    """The worker's durations (seconds), with the defaults the protocol was proven with."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    lease: Seconds = Field(
        _D.lease, description="How long a worker holds a generation before another may take over."
    )
    lease_margin: Seconds = Field(
        _D.lease_margin, description="How long the lease outlives the send deadline."
    )
    send_floor: Seconds = Field(_D.send_floor, description="What any paid POST may take at least.")
    send_bytes_per_second: Seconds = Field(
        _D.send_bytes_per_second, description="Slowest upload that is waited for, on top of the floor."
    )
    look_interval: Seconds = Field(
        _D.look_interval, description="Pause between looks for a task that may not exist."
    )
    grace: Seconds = Field(
        _D.grace,
        description="How long after the send deadline a task that cannot be found may still turn up.",
    )
    quarantine: Seconds = Field(
        _D.quarantine,
        description="Pause between checks whether a person has decided; Kling is not asked meanwhile.",
    )
    poll_first: Seconds = Field(
        _D.poll_first, description="Pause between the first polls of a confirmed task."
    )
    poll_then: Seconds = Field(_D.poll_then, description="Pause between the following polls.")
    poll_slow: Seconds = Field(
        _D.poll_slow, description="Pause between all later polls; there is no giving up."
    )
    retry_first: Seconds = Field(
        _D.retry_first, description="First pause after a harmless failure; it doubles."
    )
    retry_most: Seconds = Field(_D.retry_most, description="Longest such pause.")
    callback_floor: Seconds = Field(
        _D.callback_floor,
        description="Shortest pause between two polls of a task, however often Kling calls.",
    )
    load_first: Seconds = Field(
        _D.load_first, description="First pause of an account's model when Kling says it is full; it doubles."
    )
    load_most: Seconds = Field(_D.load_most, description="Longest such pause, before jitter.")
    hold_first: Seconds = Field(
        _D.hold_first, description="First pause while Kling refuses the account; it doubles."
    )
    hold_most: Seconds = Field(_D.hold_most, description="Longest such pause.")
    fetch_deadline: Seconds = Field(
        _D.fetch_deadline, description="How long the download of a result may take."
    )
    fetch_most_bytes: Size = Field(_D.fetch_most_bytes, description="The largest result that is fetched.")
    result_lifetime: Seconds = Field(_D.result_lifetime, description="How long Kling keeps results.")
    reconcile_every: Seconds = Field(
        _D.reconcile_every, description="How often a worker compares each account with Kling's task lists."
    )
    census_every: Seconds = Field(
        _D.census_every,
        description="How often a worker compares each account's elements and voices with Kling's lists.",
    )
    idle: Seconds = Field(_D.idle, description="How long a worker with nothing to do sleeps.")

    def durations(self) -> Durations:
        """The worker's durations."""
        return Durations(**{name: getattr(self, name) for name in Durations.__slots__ if hasattr(self, name)})
