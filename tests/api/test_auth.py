"""Keys at the door, without a server: what a key looks like, who comes in by it, how often and how far."""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import copy
from types import SimpleNamespace
from typing import Any

import pytest

from api import auth
from api.auth import NOTED_EVERY_US, Door, Entry, Uses, authenticate, issue_key, new_secret, settle_request_id
from api.errors import BadHeader, OutOfReach, RateLimited, RoleMissing, Unauthenticated
from api.rates import Bound, Left
from api.roles import Caller
from registry.deciders.access import LimitKey, RevokeKey, RotateKey, ScopeKey
from registry.deciders.command import Command
from registry.deciders.production import OpenProduction
from registry.deciders.scene import OpenScene
from registry.deciders.studio import LimitStudio, OpenStudio
from registry.errors import InvalidCommand, LogBusy, NotFound
from registry.events.envelope import Context
from registry.events.ids import SYSTEM_LOG
from registry.events.studio import CREW, KeyLimited, StudioLimited
from registry.registry import Registry
from tests.registry.events.golden import an_id
from tests.servers.homes import FILE
from tests.servers.world import open_registry

ME = Context("tester")
START = 1_795_370_412_000_000
MINUTE_US = 60_000_000


@dataclass
class House:
    """A registry with one studio, and the hands of its clock."""

    registry: Registry
    studio: str
    now: int = START

    def do(self, *commands: Command) -> None:
        self.registry.handle(self.studio, commands, context=ME)

    def key(self, holder: str = "Jun", **said: Any) -> str:
        return issue_key(self.registry, self.studio, holder, **said)

    def visitor(self, key: str) -> auth.Visitor:
        return authenticate(self.registry, f"Bearer {key}")


@pytest.fixture
def house(migrated_file: Path, tmp_path: Path) -> Iterator[House]:
    copy(migrated_file, tmp_path / FILE)
    found = House(open_registry(tmp_path, lambda: found.now), an_id("studio"))
    with closing(found.registry):
        found.do(OpenStudio(stream=found.studio, name="Han River"))
        yield found


def id_of(key: str) -> str:
    """The stream of a key as it is printed."""
    return f"key_{key.split('_')[1]}"


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


def spoiled(key: str, how: str) -> str:
    """The key with one thing wrong, and its check made right again where that is not the thing."""
    public, check = key[:-8], key[-8:]
    if how == "mistyped":
        return public + ("0" if check[0] != "0" else "1") + check[1:]
    if how == "cut":
        return key[:-1]
    end = "a" if public[-1] != "a" else "b"
    public = public[:-1] + end if how == "secret" else f"continuity_{an_id('key', 77)[4:]}{public[37:]}"
    return f"{public}{zlib.crc32(public.encode()):08x}"


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


def asking(key: str | None, *, opt: dict[str, Any] | None = None, **changes: Any) -> Any:
    """A request to a route that any role may read, with this key; `opt` is what the route says."""
    headers = [] if key is None else [(b"authorization", f"Bearer {key}".encode())]
    route = SimpleNamespace(opt={"reads": "reader", "reach": "library"} | (opt or {}))
    scope = {
        "type": "http",
        "method": "GET",
        "headers": headers,
        "client": ("10.0.0.1", 9),
        "path_params": {},
    }
    return scope | {"route_handler": route, "state": {}} | changes


def door(house: House, *, per_key: int = 0, per_studio: int = 0, strangers: int = 100) -> Door:
    return Door(house.registry, per_key=per_key, per_studio=per_studio, strangers=strangers)


def test_who_comes_in_is_counted_and_noted(house: House) -> None:
    """Key and studio by the installation's limits; the answer names the caller and what is left of both."""
    key = house.key()
    caller, left = door(house, per_key=5, per_studio=6).let_in(asking(key))

    assert caller == house.visitor(key).caller
    assert left == [
        Left(Bound("key", id_of(key), 5), 4, 48),
        Left(Bound("studio", house.studio, 6), 5, 48),
    ]
    with house.registry.reading() as connection:
        used = connection.exec_driver_sql("SELECT key, used_at FROM key_uses").all()
    assert used == [(id_of(key), START)]


def test_limits_that_are_set_go_before_the_usual_ones(house: House) -> None:
    """Of the key and of the studio, each by itself; nothing is counted where nothing is limited."""
    key = house.key()
    assert door(house).let_in(asking(key))[1] == []
    house.do(LimitKey(stream=id_of(key), limits=KeyLimited(requests_per_minute=3, units_per_day=None)))
    house.do(
        LimitStudio(stream=house.studio, limits=StudioLimited(requests_per_minute=4, units_per_day=None))
    )
    for usual in (0, 1):
        left = door(house, per_key=usual, per_studio=usual).let_in(asking(key))[1]
        assert [(one.bound.what, one.bound.most) for one in left] == [("key", 3), ("studio", 4)]


def test_strangers_are_counted_by_address(house: House) -> None:
    """A key that opens nothing counts like none; who has one that opens is let in from the same address."""
    entry, key = door(house, strangers=1), house.key()
    for wrong in (None, spoiled(key, "secret")):
        with pytest.raises(Unauthenticated if wrong is None else RateLimited):
            entry.let_in(asking(wrong))
    with pytest.raises(Unauthenticated):
        entry.let_in(asking(None, client=("10.0.0.2", 9)))
    with pytest.raises(Unauthenticated):
        entry.let_in(asking(None, client=None))
    with pytest.raises(RateLimited, match=r"^ has asked 1 times"):
        entry.let_in(asking(None, client=None))
    assert entry.let_in(asking(key))


def test_a_header_is_sent_once(house: House) -> None:
    """Of two keys nobody chooses one."""
    key = house.key()
    twice = asking(key)["headers"] * 2
    with pytest.raises(BadHeader, match="authorization is sent 2 times") as refused:
        door(house).let_in(asking(key, headers=twice))

    assert refused.value.hint == "send it once"
    others = [(b"x-other", b"1"), *asking(key)["headers"], (b"x-other", b"2")]
    assert door(house).let_in(asking(key, headers=others))


def test_a_key_needs_the_role_of_the_route(house: House) -> None:
    """By the route's own word, or its resource's for what is read or changed."""
    reader = house.key(roles=("reader",))
    opt = {"changes": "submitter"}
    assert door(house).let_in(asking(reader, opt=opt))
    with pytest.raises(RoleMissing, match="the role submitter"):
        door(house).let_in(asking(reader, opt=opt, method="POST"))


def test_a_key_of_a_production_stays_in_it(house: House) -> None:
    """What is elsewhere in the studio, in another studio, or nowhere, is told alike; the studio as a whole is closed."""
    mine, theirs, other = (an_id("production", number) for number in (1, 2, 3))
    for show, scene in ((mine, an_id("scene", 1)), (theirs, an_id("scene", 2))):
        opening = OpenProduction(stream=show, name="Late Trains", unplaced=scene)
        house.do(opening, OpenScene(stream=scene, production=show, name="Unplaced"))
    key = house.key()
    house.do(ScopeKey(stream=id_of(key), productions=(mine, other)))
    elsewhere = an_id("scene", 3)
    house.registry.handle(
        an_id("studio", 2),
        [
            OpenProduction(stream=other, name="Another", unplaced=elsewhere),
            OpenScene(stream=elsewhere, production=other, name="Unplaced"),
        ],
        context=ME,
    )

    def enter(reach: str, **named: str) -> object:
        return door(house).let_in(asking(key, opt={"reach": reach}, path_params=named))

    assert enter("production", scene=an_id("scene", 1))
    assert enter("library")
    for scene in (an_id("scene", 2), elsewhere, an_id("scene", 9)):
        with pytest.raises(NotFound, match=scene):
            enter("production", scene=scene)
    with pytest.raises(OutOfReach):
        enter("studio")


def entered(house: House, scope: Any) -> list[Any]:
    """What the application behind the door was called with."""
    called: list[Any] = []

    async def app(*given: Any) -> None:
        called.append(given)

    asyncio.run(Entry(app, door(house, per_key=9))(scope, "receive", "send"))  # type: ignore[arg-type]
    return called


def test_an_entry_says_who_came_in(house: House) -> None:
    """To the routes behind it, with what is left of the limits; a key is asked for unless a route says otherwise."""
    key = house.key()
    scope = asking(key, opt={"entered_by": "key"})

    assert entered(house, scope) == [(scope, "receive", "send")]
    assert scope["user"] == house.visitor(key).caller
    assert [one.requests for one in scope["state"]["left"]] == [8]
    for said in ({}, {"entered_by": "key"}, {"entered_by": "else"}):
        with pytest.raises(Unauthenticated):
            entered(house, asking(None, opt=said))


@pytest.mark.parametrize(
    "open_to_all",
    [
        {"opt": {"entered_by": "open"}},
        {"opt": {"entered_by": "token"}},
        {"method": "OPTIONS"},
        {"type": "websocket"},
    ],
)
def test_some_enter_without_a_key(house: House, open_to_all: dict[str, Any]) -> None:
    """Routes that are open or look at a token themselves, and what is no request for a thing."""
    scope = asking(None, **open_to_all)

    assert entered(house, scope) == [(scope, "receive", "send")]
    assert "user" not in scope


@pytest.mark.parametrize(
    ("given", "settled"),
    [
        ([b"abc-1.2~3:_Z"], "abc-1.2~3:_Z"),
        ([b"x" * 128], "x" * 128),
        ([b"x" * 129], "request_new"),
        ([b""], "request_new"),
        ([b"a b"], "request_new"),
        ([b"\xe9"], "request_new"),
        ([b"a", b"b"], "request_new"),
        ([], "request_new"),
    ],
)
def test_a_request_has_one_id(given: list[bytes], settled: str) -> None:
    """The caller's where it can be used, a new one else; settled once for the whole request."""
    scope: dict[str, Any] = {"headers": [(b"x-other", b"o"), *((b"x-request-id", value) for value in given)]}

    assert settle_request_id(scope, lambda prefix: f"{prefix}_new") == settled
    assert scope["state"] == {"request_id": settled}
    assert settle_request_id(scope, lambda _: "another") == settled
