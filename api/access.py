"""What callers say and hear about keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt, StrictStr, StringConstraints

from api.bodies import Body, with_example
from registry.events.studio import Role
from registry.views.access import KeyCard

Microseconds = Annotated[StrictInt, Field(ge=0, le=2**62)]
_LONGEST_OVERLAP = 7 * 24 * 3600


class NewKey(Body):
    """A key for a named person or program. `expires_at` is microseconds since 1970; without it the key opens until revoked."""

    model_config = with_example(holder="Jun Park", roles=["asset_writer", "submitter"])

    holder: Annotated[StrictStr, StringConstraints(min_length=1, max_length=200)]
    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=8)]
    expires_at: Microseconds | None = None


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


class KeyAnswer(KeyCard):
    """A key as it is shown. `last_used_at` is right to a minute; None: it never was."""

    last_used_at: int | None = None


class IssuedKey(KeyAnswer):
    """A key with its secret in `key`, this once: it is kept nowhere, and null when the request is repeated."""

    key: str | None
