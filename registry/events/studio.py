"""The tenant and the ways in: studios and API keys. These streams live in the system log."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import EventId, StudioId
from registry.events.personal import Personal
from registry.events.references import Sha256

Role = Literal["approver", "consent_officer"]
"""What a key may do beyond asking: an approver decides about money (plans, budgets, approval rules), a consent officer about
people (likenesses, consents, erasure)."""


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


class KeyRevoked(Event):
    """The key opens nothing any more."""

    NAME: ClassVar[str] = "KeyRevoked"

    reason: str
