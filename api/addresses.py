"""Addresses of databases: passwords that are told apart from them, and words that may be shown without one."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

POSTGRESQL: Final = "postgresql://"
_PARTS: Final = re.compile(r"(postgresql://)([^/?#]*)(.*)", re.DOTALL)
_CREDENTIALS: Final = re.compile(r"(?<=://).*@", re.DOTALL)


def is_postgresql(address: str) -> bool:
    return address.startswith(POSTGRESQL)


def with_password(address: str, password: str) -> str:
    """The address of a PostgreSQL with its user's password in it. Raises ValueError, which does not show the address."""
    parts = _PARTS.fullmatch(address)
    if parts is None:
        raise ValueError(f"a password is for an address that begins with {POSTGRESQL}")
    user, _, hosts = parts[2].rpartition("@")
    if not user:
        raise ValueError("the address names no user whose password it could be")
    if ":" in user:
        raise ValueError("the address holds a password already: give it once")
    return f"{parts[1]}{user}:{quote(password, safe='')}@{hosts}{parts[3]}"


def without_credentials(text: str) -> str:
    """A text that may quote addresses, without who is named in them and their secret. Rather too much goes than too little."""
    return _CREDENTIALS.sub("…@", text)
