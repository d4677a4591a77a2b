"""What a route needs and how far it reaches: the rule itself, without a route."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from api.refusals import OutOfReach, RoleMissing
from api.roles import NEEDS, REACHES, Caller, Need, may, must_be, must_be_within, must_reach, needed, reach_of
from registry.errors import NotFound
from registry.events.studio import ROLES, Role

RESOURCE = {"reads": "auditor", "changes": "submitter"}
MINE, THEIRS = "production_mine", "production_theirs"
BOUND = Caller("key_1", "Jun", "studio_1", ("reader",), (MINE, "production_too"))
WHERE = {MINE: MINE, THEIRS: THEIRS, "scene_mine": MINE, "scene_theirs": THEIRS}


@pytest.mark.parametrize(
    ("opt", "method", "need"),
    [
        (RESOURCE, "GET", "auditor"),
        (RESOURCE, "HEAD", "auditor"),
        (RESOURCE, "POST", "submitter"),
        (RESOURCE, "DELETE", "submitter"),
        ({**RESOURCE, "role": "admin"}, "GET", "admin"),
        ({"role": "anybody"}, "POST", "anybody"),
    ],
)
def test_a_route_needs_what_it_says(opt: dict[str, Any], method: str, need: str) -> None:
    """Its own word first, then its resource's for reading or for changing."""
    assert needed(opt, method) == need


@pytest.mark.parametrize("opt", [{}, {"changes": "submitter"}, {"role": "king"}])
def test_a_route_that_says_no_role_is_our_mistake(opt: dict[str, Any]) -> None:
    """It is told with the method and the word."""
    with pytest.raises(RuntimeError, match=f"GET needs a role and names {opt.get('role')!r}"):
        needed(opt, "GET")


def test_every_reach_is_known() -> None:
    """A route says one of three; another word, or none, is our mistake."""
    assert [reach_of({"reach": reach}) for reach in sorted(REACHES)] == ["library", "production", "studio"]
    for opt in ({}, {"reach": "world"}):
        with pytest.raises(RuntimeError, match="how far it reaches, and not one of"):
            reach_of(opt)


@pytest.mark.parametrize("need", sorted(NEEDS))
@pytest.mark.parametrize("role", [None, *ROLES])
def test_a_role_opens_its_own_and_reading(role: Role | None, need: Need) -> None:
    """Whoever has any role reads; every other need is met by that very role; what is anybody's by all."""
    opens = {"anybody", role} if role is None else {"anybody", "reader", role}

    assert may((role,) if role else (), need) == (need in opens)
    assert set(get_args(Role)) == set(ROLES)


def test_a_missing_role_is_named() -> None:
    """With what the key has, and how to get it."""
    must_be(Caller("key_1", "Jun", "studio_1", ("approver",)), "approver")
    for roles, had in ((("reader", "approver"), "it has reader, approver"), ((), "it has none")):
        with pytest.raises(RoleMissing, match=had) as refused:
            must_be(Caller("key_1", "Jun", "studio_1", roles), "submitter")
        assert "continuity keys grant key_1 submitter" in refused.value.hint


@pytest.mark.parametrize("named", [{}, {"production": MINE}, {"scene": "scene_mine"}, {"shot": "shot_x"}])
def test_within_its_productions_a_key_goes_on(named: dict[str, str]) -> None:
    """Whatever stands in the path; what belongs to no production at all is not asked about."""
    must_reach(BOUND, "production", named, WHERE.get)


@pytest.mark.parametrize("named", [THEIRS, "scene_theirs", "scene_nowhere"])
def test_beyond_its_productions_all_is_absent(named: str) -> None:
    """Others' things and things that never were are told in the same words."""
    path = {"shot": "shot_x", named.partition("_")[0]: named}
    with pytest.raises(NotFound, match=f"^there is no {named}$") as refused:
        must_reach(BOUND, "production", path, WHERE.get)

    assert refused.value.hint == "check the id"


def test_the_library_opens_to_all_and_the_studio_to_its_own_keys() -> None:
    """A key for single productions is told which it opens."""
    must_reach(BOUND, "library", {"scene": "scene_theirs"}, WHERE.get)
    with pytest.raises(OutOfReach, match=f"key_1 opens {MINE}, production_too alone") as refused:
        must_reach(BOUND, "studio", {}, WHERE.get)
    assert refused.value.hint


def test_a_key_of_the_studio_reaches_everything() -> None:
    """Nothing is asked about where things are."""
    whole = Caller("key_1", "Jun", "studio_1", ("reader",))
    must_reach(whole, "studio", {}, WHERE.get)
    must_reach(whole, "production", {"scene": "scene_nowhere"}, WHERE.get)
    must_be_within(whole, "scene_nowhere", WHERE.get)
