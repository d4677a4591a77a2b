"""A Kling account in a region. Its access keys may rotate; its element ids and tasks belong to it alone."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from registry.events.envelope import Event
from registry.events.ids import SubmissionId

Scope = Literal["everything", "sending", "model"]
"""What a hold stops: every call (a bad key), paid calls (no money), or paid calls for one model (no permission)."""


class AccountOpened(Event):
    """We send under this account from here on. `host` is the API's base URL; `key_fingerprint` names the key, not the secret."""

    NAME: ClassVar[str] = "AccountOpened"

    name: str
    region: str
    host: str
    key_fingerprint: str


class AccountKeyAttested(Event):
    """A person vouches that this key belongs to the same account: it may look up, and disprove, what an earlier key sent."""

    NAME: ClassVar[str] = "AccountKeyAttested"

    key_fingerprint: str
    reason: str


class AccountHeld(Event):
    """The account's calls stop, once for all that wait: the provider refused it (`code`, `message`), or a person said so.

    `scope` says which calls; `model` which model's, when it is that. A hold by the provider ends by itself when a call gets
    through again; one by a person ends by a person.
    """

    NAME: ClassVar[str] = "AccountHeld"

    scope: Scope
    by: Literal["provider", "person"]
    message: str
    model: str | None = None
    code: int | None = None
    submission: SubmissionId | None = None


class AccountResumed(Event):
    """Calls of that scope go out again: one got through (`by` provider), or a person said so."""

    NAME: ClassVar[str] = "AccountResumed"

    scope: Scope
    by: Literal["provider", "person"]
    reason: str
    model: str | None = None


class SlotsSet(Event):
    """How many tasks of a model this account may have open at once (contract section 10: per account, model and pack)."""

    NAME: ClassVar[str] = "SlotsSet"

    model: str
    slots: int = Field(ge=0, le=1000)
    pack: str = ""
