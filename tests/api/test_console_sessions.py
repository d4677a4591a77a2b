"""Sessions without a server: what a key is exchanged for, who comes in by it, and what must come from a page of ours."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from api.auth import new_secret
from api.refusals import CrossSite, Unauthenticated
from api.sessions import cookie_of, must_be_from_here, sign_in, sign_out, signed_in, token_in
from registry.deciders.access import RevokeKey, RotateKey
from registry.events.ids import SYSTEM_LOG
from tests.api.house import House, house, id_of, spoiled

__all__ = ["house"]

HOUR_US = 3_600_000_000


def kept(house: House) -> list[Any]:
    with house.registry.reading(SYSTEM_LOG) as connection:
        return list(connection.exec_driver_sql("SELECT token_sha256, key, begun, ends FROM sessions"))


def test_a_session_stands_for_its_key(house: House) -> None:
    """Who is signed in is whom the key lets in; of the token only its digest is kept, of the key nothing but its name."""
    key = house.key()
    token = sign_in(house.registry, f"  {key} ", lasts_us=HOUR_US)
    assert signed_in(house.registry, token) == house.visitor(key)
    digest = sha256(token.encode()).hexdigest()
    assert kept(house) == [(digest, id_of(key), house.now, house.now + HOUR_US)]
    assert len(token) == 43
    assert sign_in(house.registry, key, lasts_us=HOUR_US) != token


def test_a_session_ends_when_it_was_said_to(house: House) -> None:
    """It opens until that microsecond, and not in it."""
    token = sign_in(house.registry, house.key(), lasts_us=5)
    house.now += 4
    signed_in(house.registry, token)
    house.now += 1
    with pytest.raises(Unauthenticated, match="nobody is signed in"):
        signed_in(house.registry, token)


def test_who_signs_out_is_out(house: House) -> None:
    """The token opens nothing from then on; another session of the key goes on."""
    key = house.key()
    first, second = (sign_in(house.registry, key, lasts_us=HOUR_US) for _ in range(2))
    sign_out(house.registry, first)
    with pytest.raises(Unauthenticated, match="nobody is signed in"):
        signed_in(house.registry, first)
    signed_in(house.registry, second)


@pytest.mark.parametrize("how", ["mistyped", "cut", "secret", "id"])
def test_what_is_no_key_signs_nobody_in(house: House, how: str) -> None:
    """And nothing is kept of it."""
    with pytest.raises(Unauthenticated):
        sign_in(house.registry, spoiled(house.key(), how), lasts_us=HOUR_US)
    assert kept(house) == []


def test_a_key_that_opens_no_more_ends_its_sessions(house: House) -> None:
    """Revoked, or given another secret: the next question finds nobody entitled."""
    for command in (RevokeKey, RotateKey):
        key = house.key()
        token = sign_in(house.registry, key, lasts_us=HOUR_US)
        more = (
            {"reason": "left"}
            if command is RevokeKey
            else {"secret_sha256": new_secret(id_of(key)).sha256, "old_until": house.now}
        )
        house.do(command(stream=id_of(key), **more))
        with pytest.raises(Unauthenticated):
            signed_in(house.registry, token)


@pytest.mark.parametrize("token", ["", "x", "é"])
def test_any_other_token_is_nobodys(house: House, token: str) -> None:
    """Whatever a cookie says, it opens nothing that was not begun."""
    with pytest.raises(Unauthenticated, match="nobody is signed in"):
        signed_in(house.registry, token)


def test_a_cookie_is_for_this_host_and_no_script() -> None:
    """All that browsers are told of it; with no time left they let it go."""
    said = cookie_of("abc", seconds=60)
    assert said == "__Host-continuity=abc; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax"
    assert token_in("a=b; __Host-continuity=abc; c=d") == "abc"
    assert token_in("continuity=abc") == ""
    assert token_in("") == ""
    assert token_in("a b=\x00;;;") == ""


def asked(method: str, **said: str) -> dict[str, Any]:
    headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in said.items()]
    return {"method": method, "headers": [(b"host", b"film.example:8000"), *headers]}


@pytest.mark.parametrize(
    "scope",
    [
        asked("GET", sec_fetch_site="cross-site"),
        asked("HEAD", origin="https://evil.example"),
        asked("POST", sec_fetch_site="same-origin"),
        asked("DELETE", origin="http://film.example:8000"),
    ],
    ids=str,
)
def test_what_comes_from_here_may_change_something(scope: dict[str, Any]) -> None:
    """Reading may come from anywhere; a change comes from a page of this host, as the browser says."""
    must_be_from_here(scope)


@pytest.mark.parametrize(
    ("scope", "whence"),
    [
        (asked("POST"), "nowhere that is said"),
        (asked("POST", sec_fetch_site="same-site"), "same-site"),
        (
            asked("PUT", sec_fetch_site="cross-site", origin="http://film.example:8000"),
            "http://film.example:8000",
        ),
        (asked("PATCH", origin="http://film.example"), "http://film.example,"),
        (asked("DELETE", origin="null"), "null"),
    ],
    ids=str,
)
def test_what_comes_from_elsewhere_changes_nothing(scope: dict[str, Any], whence: str) -> None:
    """Who says neither, or something else, is refused, with what it said."""
    with pytest.raises(CrossSite, match=whence) as refused:
        must_be_from_here(scope)
    assert "Authorization header" in refused.value.hint
