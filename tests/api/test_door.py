"""At the door, without a server: who comes in, how often and how far."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from api.door import Door, Entry, settle_request_id
from api.rates import Bound, Left
from api.refusals import BadHeader, OutOfReach, RateLimited, RoleMissing, Unauthenticated
from registry.deciders.access import LimitKey, ScopeKey
from registry.deciders.production import OpenProduction
from registry.deciders.scene import OpenScene
from registry.deciders.studio import LimitStudio
from registry.errors import NotFound
from registry.events.studio import KeyLimited, StudioLimited
from tests.api.house import ME, START, House, house, id_of, spoiled
from tests.registry.events.golden import an_id

__all__ = ["house"]


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
    with pytest.raises(RateLimited, match=r"^ may ask 1 times"):
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

    asyncio.run(Entry(app, lambda _: door(house, per_key=9))(scope, "receive", "send"))  # type: ignore[arg-type]
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
