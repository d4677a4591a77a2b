"""The tenant and the ways in: studios and API keys. These streams live in the system log."""

from __future__ import annotations

from typing import ClassVar, Literal

from registry.events.envelope import Event
from registry.events.ids import StudioId
from registry.events.personal import Personal
from registry.events.references import Sha256

Role = Literal["approver", "consent_officer"]
"""What a key may do beyond asking: an approver decides about money (plans, budgets, approval rules), a consent officer about
people (likenesses, consents, erasure)."""


class StudioOpened(Event):
    """A studio exists from here on, with a log of its own."""

    NAME: ClassVar[str] = "StudioOpened"

    name: str


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
