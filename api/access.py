"""What callers say and hear about keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt, StrictStr, StringConstraints

from api.bodies import PRODUCTION, Body, with_example
from registry.events.ids import ProductionId
from registry.events.references import Units
from registry.events.studio import Role
from registry.views.access import KeyCard, Limits, StudioCard
from registry.views.page import Card

Microseconds = Annotated[StrictInt, Field(ge=0, le=2**62)]
_LONGEST_OVERLAP = 7 * 24 * 3600


class LimitsOf(Body):
    """How often somebody may ask in a minute, and how many units the requests of a day (UTC) may cost.

    Null is what the installation says about requests, and no limit about units.
    """

    model_config = with_example(requests_per_minute=6000, units_per_day="200")

    requests_per_minute: Annotated[StrictInt, Field(ge=1, le=1_000_000_000)] | None = None
    units_per_day: Units | None = None


class KeyReach(Body):
    """The productions that the key opens; none is the whole studio."""

    model_config = with_example(productions=[PRODUCTION])

    productions: Annotated[tuple[ProductionId, ...], Field(max_length=100)]


class NewKey(Body):
    """A key for a named person or program. `expires_at` is microseconds since 1970; without it the key opens until revoked.

    With `productions` it opens what belongs to them, and what all productions share.
    """

    model_config = with_example(holder="Jun Park", roles=["asset_writer", "submitter"])

    holder: Annotated[StrictStr, StringConstraints(min_length=1, max_length=200)]
    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=8)]
    expires_at: Microseconds | None = None
    productions: Annotated[tuple[ProductionId, ...], Field(max_length=100)] = ()
    limits: LimitsOf = Field(default_factory=LimitsOf)


class Rotation(Body):
    """A new secret; the one before opens for so many seconds more, that programs can change over (at most a week)."""

    model_config = with_example(overlap_seconds=3600)

    overlap_seconds: Annotated[StrictInt, Field(ge=0, le=_LONGEST_OVERLAP)] = 0


class RoleOfKey(Body):
    """The role that is granted or withdrawn."""

    model_config = with_example(role="approver")

    role: Role


class KeyRevocation(Body):
    """Why the key opens nothing any more."""

    model_config = with_example(reason="left the team")

    reason: Annotated[StrictStr, StringConstraints(max_length=2_000)] = ""


class NewStudio(Body):
    """A further studio, and the person or program that gets the first key to it."""

    model_config = with_example(name="Han River Pictures", holder="Yuna Kim")

    name: Annotated[StrictStr, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    holder: Annotated[StrictStr, StringConstraints(min_length=1, max_length=200)]


class OpenedStudio(StudioCard):
    """A new studio and the first key to it: its id (`key_id`), and its secret in `key`, this once; null when it is repeated."""

    key_id: str
    holder: str
    key: str | None


class KeyAnswer(KeyCard):
    """A key as it is shown. `last_used_at` is right to a minute; None: it never was."""

    last_used_at: int | None = None


class KeyNow(KeyAnswer):
    """A key with what its requests have cost and set aside since midnight UTC (units); null where no limit counts them."""

    units_today: str | None = None


class IssuedKey(KeyAnswer):
    """A key with its secret in `key`, this once: it is kept nowhere, and null when the request is repeated."""

    key: str | None


class Me(Card):
    """Who a key is, what it may do beyond asking, and which studio it opens: whole, or in these `productions` alone.

    `limits` are the key's own; `units_today` is what its requests have cost and set aside since midnight UTC, null where nothing
    counts it.
    """

    key: str
    holder: str
    roles: tuple[str, ...]
    studio: str
    studio_name: str
    productions: tuple[str, ...] = ()
    limits: Limits = Field(default_factory=Limits)
    units_today: str | None = None
