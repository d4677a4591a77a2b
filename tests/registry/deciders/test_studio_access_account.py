"""Studios, keys and accounts: opened and issued once, revoked once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.deciders.access import IssueKey, KeyAlreadyRevoked, RevokeKey
from registry.deciders.account import OpenAccount
from registry.deciders.command import AlreadyExists
from registry.deciders.studio import OpenStudio
from registry.errors import InvalidCommand, NotFound
from registry.events.account import AccountOpened
from registry.events.studio import KeyIssued, KeyRevoked, StudioOpened
from tests.registry.deciders.given import given
from tests.registry.events.golden import an_id

STUDIO, KEY, ACCOUNT = an_id("studio"), an_id("key"), an_id("account")
OPENED = StudioOpened(name="Han River")
ISSUED = KeyIssued(studio=STUDIO, holder="Yuna", secret_sha256="a" * 64)
ISSUE = IssueKey(stream=KEY, studio=STUDIO, holder=" Yuna ", secret_sha256="a" * 64)
ACCOUNT_OPENED = AccountOpened(name="main", region="singapore", host="https://kling", key_fingerprint="ak")


def open_account(**changes: str) -> OpenAccount:
    fields = ACCOUNT_OPENED.model_dump() | changes
    return OpenAccount(stream=ACCOUNT, **fields)


def test_a_studio_is_opened() -> None:
    """Opening a new studio says its name, without the space around it."""
    assert given().when(OpenStudio(stream=STUDIO, name=" Han River ")) == [OPENED]


def test_a_studio_is_opened_once() -> None:
    """Opening it again is refused, not quiet: the id belongs to the first one."""
    given(OPENED).refuses(OpenStudio(stream=STUDIO, name="Han River"), AlreadyExists, STUDIO)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_studio_has_a_name(name: str) -> None:
    """A name has 1 to 200 characters."""
    refused = given().refuses(OpenStudio(stream=STUDIO, name=name), InvalidCommand, "name has")

    assert refused.detail["path"] == "name"


def test_a_key_is_issued() -> None:
    """A key is issued to a named holder of a studio that exists."""
    assert given().and_(STUDIO, OPENED).when(ISSUE) == [ISSUED]


def test_a_key_may_have_a_role() -> None:
    """A key that decides about money says so from its first event on; without a role it only asks."""
    [issued] = given().and_(STUDIO, OPENED).when(replace(ISSUE, roles=("approver",)))

    assert issued == ISSUED.model_copy(update={"roles": ("approver",)})
    assert ISSUED.roles == ()


def test_a_key_needs_its_studio() -> None:
    """No key opens a studio that does not exist, nor a stream that is no studio."""
    given().refuses(ISSUE, NotFound, STUDIO)
    wrong = IssueKey(stream=KEY, studio=ACCOUNT, holder="Yuna", secret_sha256="a" * 64)
    given().and_(ACCOUNT, ACCOUNT_OPENED).refuses(wrong, NotFound, ACCOUNT)


def test_a_key_needs_a_holder() -> None:
    """A key is given to somebody by name."""
    nobody = IssueKey(stream=KEY, studio=STUDIO, holder=" ", secret_sha256="a" * 64)

    given().and_(STUDIO, OPENED).refuses(nobody, InvalidCommand, "holder")


def test_a_key_is_issued_once() -> None:
    """Issuing it again is refused, not quiet: its secret is shown once."""
    given(ISSUED).and_(STUDIO, OPENED).refuses(ISSUE, AlreadyExists, KEY)


def test_a_key_is_revoked() -> None:
    """Revoking says why."""
    assert given(ISSUED).when(RevokeKey(stream=KEY, reason="lost ")) == [KeyRevoked(reason="lost")]


def test_only_a_live_key_is_revoked() -> None:
    """An unknown key is not found, and a revoked one refuses a second revocation, so nobody thinks it was theirs."""
    given().refuses(RevokeKey(stream=KEY, reason=""), NotFound, KEY)
    given(ISSUED, KeyRevoked(reason="lost")).refuses(RevokeKey(stream=KEY, reason=""), KeyAlreadyRevoked)


def test_an_account_is_opened() -> None:
    """An account is where we send, and the fingerprint of the key we send under."""
    assert given().when(open_account(name=" main ")) == [ACCOUNT_OPENED]


@pytest.mark.parametrize("field", ["name", "region", "host"])
def test_an_account_is_complete(field: str) -> None:
    """Name, region and host are never empty."""
    given().refuses(open_account(**{field: " "}), InvalidCommand, field)


def test_an_account_is_opened_once() -> None:
    """Opening it again is refused, not quiet: another host under the same id would misdirect look-ups."""
    given(ACCOUNT_OPENED).refuses(open_account(), AlreadyExists, ACCOUNT)
