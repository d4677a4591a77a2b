"""Studios, keys and accounts: opened and issued once, revoked once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry.deciders.access import (
    UNLIMITED,
    GrantRole,
    IssueKey,
    Key,
    KeyAlreadyRevoked,
    LimitKey,
    RevokeKey,
    RotateKey,
    ScopeKey,
    WithdrawRole,
)
from registry.deciders.account import OpenAccount
from registry.deciders.command import NAME_LENGTH, AlreadyExists
from registry.deciders.studio import LimitStudio, OpenStudio
from registry.errors import InvalidCommand, NotFound
from registry.events.account import AccountOpened
from registry.events.studio import (
    KeyIssued,
    KeyLimited,
    KeyRevoked,
    KeyRotated,
    KeyScoped,
    RoleGranted,
    RoleWithdrawn,
    StudioLimited,
    StudioOpened,
)
from tests.registry.deciders.given import folded, given
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
    """What a key may do is said from its first event on; without a role it may not even read."""
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
    for holder in ("Y", "x" * NAME_LENGTH):
        [issued] = given().and_(STUDIO, OPENED).when(replace(ISSUE, holder=holder))
        assert issued == ISSUED.model_copy(update={"holder": holder})
    long = replace(ISSUE, holder="x" * (NAME_LENGTH + 1))
    assert given().and_(STUDIO, OPENED).refuses(long, InvalidCommand).detail == {"path": "holder"}


def test_a_key_is_issued_once() -> None:
    """Issuing it again is refused, not quiet: its secret is shown once."""
    given(ISSUED).and_(STUDIO, OPENED).refuses(ISSUE, AlreadyExists, KEY)


def test_a_key_is_revoked() -> None:
    """Revoking says why."""
    assert given(ISSUED).when(RevokeKey(stream=KEY, reason="lost ")) == [KeyRevoked(reason="lost")]


def test_only_a_live_key_is_revoked() -> None:
    """An unknown key is not found, and a revoked one refuses a second revocation, so nobody thinks it was theirs."""
    given().refuses(RevokeKey(stream=KEY, reason=""), NotFound, KEY)
    revoked = given(ISSUED, KeyRevoked(reason="lost"))
    revoked.refuses(RevokeKey(stream=KEY, reason=""), KeyAlreadyRevoked, f"^{KEY} is revoked already")
    long = RevokeKey(stream=KEY, reason="x" * 100_000)
    assert given(ISSUED).refuses(long, InvalidCommand).detail == {"path": "reason"}


def test_a_key_is_what_was_said_of_it() -> None:
    """Its studio, what it may do and where, how much, and whether it opens at all."""
    scoped, limits = (
        KeyScoped(productions=(an_id("production"),)),
        KeyLimited(requests_per_minute=6, units_per_day="2"),
    )
    issued = ISSUED.model_copy(update={"roles": ("reader", "submitter")})
    story = [issued, RoleGranted(role="approver"), RoleWithdrawn(role="reader"), scoped, limits]
    rotated = KeyRotated(secret_sha256="b" * 64, old_until=9)

    known = Key(True, STUDIO, frozenset({"submitter", "approver"}), scoped.productions, limits)
    assert folded(KEY, story) == folded(KEY, [*story, rotated]) == known
    assert folded(KEY, [*story, KeyRevoked(reason="lost")]) == replace(known, revoked=True)
    assert folded(KEY, []) == Key(False, "", frozenset(), (), UNLIMITED)


def test_a_key_expires_in_time_to_come() -> None:
    """Who issues a key may say when it ends, as long as that is not over."""
    [issued] = given().and_(STUDIO, OPENED).when(replace(ISSUE, expires_at=8, now=7))

    assert issued == ISSUED.model_copy(update={"expires_at": 8})
    refused = (
        given()
        .and_(STUDIO, OPENED)
        .refuses(replace(ISSUE, expires_at=7, now=7), InvalidCommand, "expires_at is 7")
    )
    assert refused.detail["path"] == "expires_at"


def test_a_key_is_rotated() -> None:
    """The new secret's digest is kept, and for how long the one before still opens."""
    rotate = RotateKey(stream=KEY, secret_sha256="b" * 64, old_until=9)

    assert given(ISSUED).when(rotate) == [KeyRotated(secret_sha256="b" * 64, old_until=9)]
    given().refuses(rotate, NotFound, KEY)
    given(ISSUED, KeyRevoked(reason="lost")).refuses(rotate, KeyAlreadyRevoked)


def test_a_role_is_granted() -> None:
    """A key may do more from here on; what it may already is not said twice, and a revoked key gets nothing."""
    grant, granted = GrantRole(stream=KEY, role="approver"), RoleGranted(role="approver")

    assert given(ISSUED).when(grant) == [granted]
    assert given(ISSUED, granted).when(grant) == []
    given(ISSUED, KeyRevoked(reason="lost")).refuses(grant, KeyAlreadyRevoked)


def test_a_role_is_withdrawn() -> None:
    """A key may do less from here on; what it may not is not said, and an unknown key is not found."""
    withdraw, withdrawn = WithdrawRole(stream=KEY, role="approver"), RoleWithdrawn(role="approver")

    assert given(ISSUED, RoleGranted(role="approver")).when(withdraw) == [withdrawn]
    assert given(ISSUED).when(withdraw) == []
    given().refuses(withdraw, NotFound, KEY)


def test_a_key_is_for_single_productions() -> None:
    """They are named once each and in order; naming the same again is quiet, and none is the whole studio."""
    one, two = an_id("production"), an_id("production", 2)
    scoped = KeyScoped(productions=(one, two))

    assert given(ISSUED).when(ScopeKey(stream=KEY, productions=(two, one, two))) == [scoped]
    assert given(ISSUED, scoped).when(ScopeKey(stream=KEY, productions=(two, one))) == []
    assert given(ISSUED, scoped).when(ScopeKey(stream=KEY, productions=())) == [KeyScoped(productions=())]
    given(ISSUED, KeyRevoked(reason="lost")).refuses(ScopeKey(stream=KEY, productions=()), KeyAlreadyRevoked)
    issue = replace(ISSUE, productions=(two, one))
    assert given().and_(STUDIO, OPENED).when(issue) == [ISSUED, scoped]


def test_a_key_is_limited() -> None:
    """Both limits are said together; the same again is quiet, a key that is not there is not found."""
    limits = KeyLimited(requests_per_minute=60, units_per_day="20")
    limit = LimitKey(stream=KEY, limits=limits)

    assert given(ISSUED).when(limit) == [limits]
    assert given(ISSUED, limits).when(limit) == []
    given().refuses(limit, NotFound, KEY)
    assert given().and_(STUDIO, OPENED).when(replace(ISSUE, limits=limits)) == [ISSUED, limits]


def test_a_studio_is_limited() -> None:
    """All its keys together; the same again is quiet, a studio that is not there is not found."""
    limits = StudioLimited(requests_per_minute=None, units_per_day="200")
    limit = LimitStudio(stream=STUDIO, limits=limits)

    assert given(OPENED).when(limit) == [limits]
    assert given(OPENED, limits).when(limit) == []
    given().refuses(limit, NotFound, STUDIO)


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
