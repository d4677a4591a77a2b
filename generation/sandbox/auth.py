"""Who is calling: AccessKey/SecretKey tokens and API keys, with the refusals of contract 15.3."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jwt
from jwt.types import Options

from generation.sandbox.accounts import SeededAccount
from generation.sandbox.envelope import Problem, Refused

# The times are judged below, by the clock handed in.
_UNSIGNED: Options = {
    "verify_signature": False,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}
_SIGNED: Options = {**_UNSIGNED, "verify_signature": True}


def authenticate(header: str | None, accounts: Iterable[SeededAccount], *, now: float) -> SeededAccount:
    """The account behind an Authorization header; `now` is real time. Raises Refused with 401/1000 to 1004."""
    if not header or not header.strip():
        raise _refused(1001, "Authorization is empty")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or token != token.strip():
        raise _refused(1002, "Authorization is invalid: expected 'Bearer <token>'")
    if token.count(".") == 2:
        return _by_signature(token, accounts, now)
    for account in accounts:
        if account.api_key == token:
            return account
    parts = token.count(".") + 1 if "." in token else 0
    raise _refused(1002, f"Authorization is invalid: token should have 3 parts, got {parts}")


def _by_signature(token: str, accounts: Iterable[SeededAccount], now: float) -> SeededAccount:
    claims = _claims(token)
    account = next((a for a in accounts if a.access_key == claims.get("iss")), None)
    if account is None:
        raise _refused(1002, "access key not found")
    try:
        jwt.decode(token, account.secret_key, algorithms=["HS256"], options=_SIGNED)
    except jwt.InvalidTokenError as wrong:
        raise _refused(1000, "Authentication failed: signature is invalid") from wrong
    if _moment(claims, "nbf", absent=0) > now:
        raise _refused(1003, "Authorization is not active yet")
    if _moment(claims, "exp", absent=None) <= now:
        raise _refused(1004, "Authorization is expired")
    return account


def _claims(token: str) -> dict[str, Any]:
    try:
        if jwt.get_unverified_header(token).get("alg") != "HS256":
            raise _refused(1002, "Authorization is invalid: algorithm must be HS256")
        claims: dict[str, Any] = jwt.decode(token, options=_UNSIGNED)
    except jwt.InvalidTokenError as wrong:
        raise _refused(1002, "Authorization is invalid: token cannot be decoded") from wrong
    return claims


def _moment(claims: dict[str, Any], name: str, *, absent: float | None) -> float:
    value = claims.get(name, absent)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(1002, f"Authorization is invalid: {name} must be a number")
    return float(value)


def _refused(code: int, message: str) -> Refused:
    return Refused(Problem(401, code, message))
