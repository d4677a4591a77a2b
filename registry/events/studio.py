"""The tenant and the ways in: studios and API keys. These streams live in the system log."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, get_args

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import EventId, ProductionId, StudioId
from registry.events.personal import Personal
from registry.events.references import Sha256, Units

Role = Literal[
    "reader", "asset_writer", "submitter", "approver", "consent_officer", "auditor", "operator", "admin"
]
"""What a key may do. Whoever has any of them reads. An asset writer registers pictures, characters, scenes; a submitter spends;
an approver decides about money (plans, budgets, approval rules) and takes, a consent officer about people (likenesses, consents,
erasure), an operator about accounts and what is in doubt, an admin about keys; an auditor changes nothing."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)
CREW: Final[tuple[Role, ...]] = ("asset_writer", "submitter")
"""What who makes the film needs."""


class StudioOpened(Event):
    """A studio exists from here on, with a log of its own."""

    NAME: ClassVar[str] = "StudioOpened"

    name: str


class StudioMoved(Event):
    """The studio goes to another installation: from here on nothing is appended to its log in this one."""

    NAME: ClassVar[str] = "StudioMoved"


class StudioReopened(Event):
    """The move was called off. What was sent elsewhere meanwhile is not in this log, whose last position was `position`.

    `doubt` is the id a person's word is asked under before anything is sent again (`RestoreAccepted`); `at` is microseconds
    since 1970.
    """

    NAME: ClassVar[str] = "StudioReopened"

    position: int = Field(ge=0)
    doubt: EventId
    at: int
    reason: str


class StudioImported(Event):
    """The studio was brought in from an archive, up to `position`; `digest` is SHA-256 over all its leaf hashes in order.

    `opened_at` is when it was opened where it comes from, `at` when it came here (microseconds since 1970). What was sent
    elsewhere since the archive was made is not in this log: `doubt` is the id a person's word is asked under before anything is
    sent from here.
    """

    NAME: ClassVar[str] = "StudioImported"

    position: int = Field(ge=0)
    digest: Sha256
    opened_at: int
    doubt: EventId
    at: int


class KeyIssued(Event):
    """An API key was given to a named person or program. The secret itself is never stored, only its SHA-256."""

    NAME: ClassVar[str] = "KeyIssued"

    studio: StudioId
    holder: Personal[str]
    secret_sha256: Sha256
    roles: tuple[Role, ...] = ()
    expires_at: int | None = None
    """Microseconds since 1970; None: it opens until it is revoked."""


class KeyRotated(Event):
    """The key has a new secret. The one before opens until `old_until` (microseconds since 1970), any earlier one nothing."""

    NAME: ClassVar[str] = "KeyRotated"

    secret_sha256: Sha256
    old_until: int


class RoleGranted(Event):
    """The key may do more from here on."""

    NAME: ClassVar[str] = "RoleGranted"

    role: Role


class RoleWithdrawn(Event):
    """The key may do less from here on."""

    NAME: ClassVar[str] = "RoleWithdrawn"

    role: Role


class KeyScoped(Event):
    """The key opens what belongs to these productions, and what all of them share; empty: the whole studio again."""

    NAME: ClassVar[str] = "KeyScoped"

    productions: tuple[ProductionId, ...]


class KeyLimited(Event):
    """From here on the key may ask so often in a minute, and its requests may cost so many units in a day (UTC).

    None is what the installation says about requests, and no limit about units.
    """

    NAME: ClassVar[str] = "KeyLimited"

    requests_per_minute: int | None = Field(ge=1)
    units_per_day: Units | None


class StudioLimited(Event):
    """The same for all keys of the studio together."""

    NAME: ClassVar[str] = "StudioLimited"

    requests_per_minute: int | None = Field(ge=1)
    units_per_day: Units | None


class KeyRevoked(Event):
    """The key opens nothing any more."""

    NAME: ClassVar[str] = "KeyRevoked"

    reason: str
