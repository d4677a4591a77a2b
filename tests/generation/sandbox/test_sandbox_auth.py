"""Who may call, and which 401 the others get."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from generation.sandbox import DEFAULT_ACCOUNT, SECOND_ACCOUNT, SandboxSettings, SeededAccount
from generation.sandbox.accounts import DEFAULT_ACCOUNTS
from generation.sandbox.auth import authenticate
from generation.sandbox.envelope import Refused

NOW = time.time()


def code(header: str | None) -> int:
    """The business code a header is refused with."""
    with pytest.raises(Refused) as refused:
        authenticate(header, DEFAULT_ACCOUNTS, now=time.time())
    assert refused.value.problem.http == 401
    return refused.value.problem.code


def test_both_schemes_name_their_account(signed: Callable[..., str]) -> None:
    """A signed token and an API key each lead to the account they belong to (contract 1.2)."""
    for account in DEFAULT_ACCOUNTS:
        assert account is authenticate(signed(account), DEFAULT_ACCOUNTS, now=time.time())
        assert account is authenticate(f"Bearer {account.api_key}", DEFAULT_ACCOUNTS, now=time.time())


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, 1001),
        ("", 1001),
        ("   ", 1001),
        ("Basic abc", 1002),
        ("Bearer", 1002),
        ("Bearer  two-spaces", 1002),
        ("Bearer nobody", 1002),
        ("Bearer a.b.c", 1002),
        ("Bearer \x00.\xff.", 1002),
    ],
)
def test_unreadable_credentials(header: str | None, expected: int) -> None:
    """An empty header is 1001, anything that cannot be read 1002 (contract 15.3)."""
    assert expected == code(header)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"iss": "stranger"}, 1002),
        ({"iss": 7}, 1002),
        ({"nbf": NOW + 36_000}, 1003),
        ({"exp": NOW - 1}, 1004),
        ({"exp": "soon"}, 1002),
        ({"exp": True}, 1002),
    ],
)
def test_token_claims(signed: Callable[..., str], claims: dict[str, Any], expected: int) -> None:
    """Unknown keys are 1002, a token for later is 1003, a stale one 1004 (contract 15.3)."""
    assert expected == code(signed(DEFAULT_ACCOUNT, **claims))


def test_a_foreign_signature(signed: Callable[..., str]) -> None:
    """A token signed with another account's secret is 1000."""
    assert code(signed(SECOND_ACCOUNT, iss=DEFAULT_ACCOUNT.access_key)) == 1000


def test_other_algorithms_are_refused() -> None:
    """Only HS256 counts; a token without a signature is no token."""
    token = jwt.encode({"iss": DEFAULT_ACCOUNT.access_key, "exp": NOW + 9}, None, "none")  # type: ignore[arg-type]

    assert code(f"Bearer {token}") == 1002


def test_accounts_must_be_sound() -> None:
    """A secret too short for HS256 and two accounts with one key are refused when set."""
    with pytest.raises(ValueError, match="shorter than 32"):
        SeededAccount("short", "ak", "sk", "key")
    with pytest.raises(ValueError, match="share the same"):
        SandboxSettings(accounts=(DEFAULT_ACCOUNT, DEFAULT_ACCOUNT))
