"""Keys without a server: what a key looks like, and who comes in by it."""

from __future__ import annotations

import re
import zlib
from hashlib import sha256

import pytest

from api import auth
from api.auth import authenticate, new_secret
from api.door import NOTED_EVERY_US, Uses
from api.refusals import Unauthenticated
from api.roles import Caller
from registry.deciders.access import LimitKey, RevokeKey, RotateKey
from registry.deciders.studio import LimitStudio
from registry.errors import InvalidCommand, LogBusy
from registry.events.ids import SYSTEM_LOG
from registry.events.studio import CREW, KeyLimited, StudioLimited
from registry.registry import Registry
from tests.api.house import START, House, house, id_of, spoiled
from tests.registry.events.golden import an_id

__all__ = ["house"]


def test_a_key_reads_as_it_says() -> None:
    """The public id, 200 random bits, and a CRC-32 over both; what is kept is the digest of the secret alone."""
    one, two = new_secret(an_id("key")), new_secret(an_id("key"))
    found = re.fullmatch(r"(continuity_([0-9a-z]{26})_([a-z2-7]{40}))([0-9a-f]{8})", one.key)

    assert found is not None
    assert found[2] == an_id("key").partition("_")[2]
    assert int(found[4], 16) == zlib.crc32(found[1].encode())
    assert one.sha256 == sha256(found[3].encode()).hexdigest()
    assert one.key != two.key


def test_a_check_keeps_its_leading_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every key has the same length."""
    monkeypatch.setattr(zlib, "crc32", lambda _: 10)

    assert new_secret(an_id("key")).key.endswith("0000000a")


def test_a_key_is_issued_to_somebody(house: House) -> None:
    """By the operator, with the crew's roles unless others are named; who asks under it is known by all of that."""
    key = house.key()
    event = house.registry.feed.after(SYSTEM_LOG, 0, limit=100)[-1]

    assert house.visitor(key) == (Caller(id_of(key), "Jun", house.studio, CREW, ()), None, None)
    assert (event.type, event.actor, event.stream) == ("KeyIssued", "operator", id_of(key))


def test_a_key_ends_when_it_was_said_to(house: House) -> None:
    """It opens until that microsecond, and not in it; one that is over cannot be issued."""
    key = house.key(expires_at=START + 5)
    with pytest.raises(InvalidCommand, match=f"now is {START}"):
        house.key(expires_at=START)
    house.now = START + 4
    assert house.visitor(key)
    house.now = START + 5
    with pytest.raises(Unauthenticated, match=f"{id_of(key)} has expired"):
        house.visitor(key)


def test_a_rotated_key_opens_with_the_one_before_for_a_while(house: House) -> None:
    """Until the time that was said, and not in it."""
    old = house.key()
    secret = new_secret(id_of(old))
    house.do(RotateKey(stream=id_of(old), secret_sha256=secret.sha256, old_until=START + 5))
    house.now = START + 4
    assert house.visitor(old) == house.visitor(secret.key)
    house.now = START + 5
    with pytest.raises(Unauthenticated, match="nobody was given this key"):
        house.visitor(old)


def test_limits_come_with_the_key(house: House) -> None:
    """Its own and its studio's, each where it is set."""
    key = house.key()
    house.do(LimitKey(stream=id_of(key), limits=KeyLimited(requests_per_minute=3, units_per_day=None)))
    house.do(
        LimitStudio(stream=house.studio, limits=StudioLimited(requests_per_minute=4, units_per_day=None))
    )

    assert house.visitor(key)[1:] == (3, 4)


@pytest.mark.parametrize("how", ["bearer {}", "BEARER {}", "Bearer   {} "])
def test_the_scheme_has_no_case(house: House, how: str) -> None:
    """And space around the key is nothing."""
    key = house.key()

    assert authenticate(house.registry, how.format(key)).caller.key == id_of(key)


@pytest.mark.parametrize("said", [None, "", "Bearer", "Bearer  ", "Basic {}", "{}"])
def test_who_shows_no_key_is_asked_for_one(house: House, said: str | None) -> None:
    """The challenge names the scheme and no error, for nothing was tried."""
    with pytest.raises(Unauthenticated, match="this needs a key: send Authorization") as refused:
        authenticate(house.registry, said and said.format(house.key()))

    assert refused.value.headers == {"WWW-Authenticate": 'Bearer realm="continuity"'}
    assert "continuity keys bootstrap --holder NAME" in refused.value.hint


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("cut", "that is no key of this service"),
        ("mistyped", "the key is mistyped or cut short"),
        ("secret", "nobody was given this key"),
        ("id", "nobody was given this key"),
    ],
)
def test_a_wrong_key_is_told_so(house: House, how: str, words: str) -> None:
    """A slip of the hand is told from a wrong key; a wrong secret and a key that never was are told alike."""
    with pytest.raises(Unauthenticated, match=words) as refused:
        house.visitor(spoiled(house.key(), how))

    assert refused.value.headers == {"WWW-Authenticate": 'Bearer realm="continuity", error="invalid_token"'}
    assert refused.value.hint


def test_a_key_that_never_was_is_compared_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of an answer does not say whether there is such a key: a digest is compared in any case, and opens nothing."""
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(auth, "compare_digest", lambda one, other: not asked.append((one, other)))
    key = spoiled(house.key(), "id")

    with pytest.raises(Unauthenticated, match="nobody was given this key"):
        house.visitor(key)
    assert asked == [(sha256(key[38:78].encode()).hexdigest(), "0" * 64)]


def test_a_revoked_key_opens_nothing(house: House) -> None:
    """And says that it was revoked, to whoever holds its secret."""
    key = house.key()
    house.do(RevokeKey(stream=id_of(key), reason="lost"))

    with pytest.raises(Unauthenticated, match=f"{id_of(key)} is revoked"):
        house.visitor(key)


def test_a_use_is_noted_once_in_a_while(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """For each key by itself; what cannot be noted refuses nobody and waits for the next time."""
    noted: list[tuple[str, int]] = []
    monkeypatch.setattr(Registry, "note_key_use", lambda _, key: noted.append((key, house.now)))
    uses = Uses(house.registry)
    for after in (0, 1, NOTED_EVERY_US - 1, NOTED_EVERY_US, NOTED_EVERY_US + 1):
        house.now = START + after
        uses.note("key_1")
    uses.note("key_2")

    assert noted == [("key_1", START), ("key_1", START + NOTED_EVERY_US), ("key_2", house.now)]


def test_a_use_that_cannot_be_noted_shuts_nobody_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another failure is a failure."""

    def fails(error: Exception) -> None:
        raise error

    monkeypatch.setattr(Registry, "note_key_use", lambda *_: fails(LogBusy("held", hint="")))
    Uses(house.registry).note("key_1")
    monkeypatch.setattr(Registry, "note_key_use", lambda *_: fails(RuntimeError("broken")))
    with pytest.raises(RuntimeError):
        Uses(house.registry).note("key_1")
