"""What callers send and read about keys of accounts, and about comparing an account with the provider."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StrictInt, StringConstraints

from api.bodies import ACCOUNT, Body, Reason
from registry.events.ids import AccountId
from registry.views.accounts import AccountCard
from registry.views.page import Card

Moment = Annotated[StrictInt, Field(ge=0, le=2**63 - 1)]
"""Microseconds since 1970."""


def _example(**said: Any) -> ConfigDict:
    return ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [said]})


class AttestedKey(Body):
    """A key of the same account, by its fingerprint (`GET /v1/accounts/keys` lists those that are configured), and why."""

    model_config = _example(key_fingerprint="0123456789abcdef", reason="rotated in November")

    key_fingerprint: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    reason: Reason


class AttestedAccount(AccountCard):
    """An account after a key was attested; `note` says what spoke for the key, `seen_task` which task it could see."""

    note: str
    seen_task: str | None


class ConfiguredKey(Card):
    """A key the service is configured with. `accounts` send under it."""

    fingerprint: str
    kind: Literal["access key pair", "API key"]
    accounts: tuple[str, ...]


class ConfiguredKeys(Card):
    """All of them."""

    items: tuple[ConfiguredKey, ...]


class AcceptedRestore(Body):
    """Why paid calls may go out again from a restored database; `without` are accounts that cannot be compared any more."""

    model_config = _example(reason="looked at the orphans, and cancelled what was made already")

    reason: Reason
    without: Annotated[tuple[AccountId, ...], Field(max_length=1000)] = ()


class RestoreCard(Card):
    """A restore that was accepted. Its mark named `event_id` at `position`, recorded at `sent_at` (microseconds since 1970)."""

    id: str
    position: int
    event_id: str
    sent_at: int
    reason: str
    without: tuple[str, ...]


class NewCensus(Body):
    """An account whose elements and voices are to be counted now; the studio's only one unless it is named."""

    model_config = _example(account=ACCOUNT)

    account: AccountId | None = None


class NewReconciliation(Body):
    """An account to compare with the provider now; the studio's only one unless it is named.

    `from` and `to` are microseconds since 1970 and name the tasks created in between; without them it is the last 30 days.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={"examples": [{"account": ACCOUNT}]},
    )

    account: AccountId | None = None
    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")
