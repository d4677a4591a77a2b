"""Which element is stood on, what is said when there is none, and when its recipe no longer holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.bindings import choose_binding, stale
from generation.compile import preview
from generation.grounds import AccountGround, ElementGround, VoiceGround
from generation.resolve import resolve
from registry.deciders.looks import Look
from registry.events.element import ElementInputs
from tests.generation.film import ARGUE, JUN, MINA, PICTURES, asset, film, shot
from tests.registry.events.golden import an_id

HERE, FRONTAL, SIDE = "account_1", an_id("asset"), an_id("asset", 2)
ASSETS = {FRONTAL: asset("a", id=FRONTAL), SIDE: asset("b", id=SIDE)}
RECIPE = ElementInputs(character=an_id("character"), frontal=FRONTAL, views=(SIDE,))
SHOWN = replace(
    MINA,
    references=tuple(replace(MINA.references[0], asset=one) for one in (FRONTAL, SIDE)),
)


def element(name: str, number: int = 1, account: str = HERE, **changed: Any) -> ElementGround:
    return replace(ElementGround(f"element_{name}", number, account, "image"), **changed)


def of(*elements: ElementGround, **changed: Any) -> Any:
    return replace(MINA, elements=elements, **changed)


UNFIT = {
    "lost": element("lost", retired=True, lost="missing", cause="is lost: Kling no longer lists it"),
    "retired": element("old", retired=True, cause="is retired"),
    "deleted": element("gone", retired=True, cause="was deleted at Kling on our word"),
    "foreign": element("away", account="account_2"),
    "minting": element("new", 0, retired=True, cause="is still being minted"),
}


@pytest.mark.parametrize("name", UNFIT)
@pytest.mark.parametrize("identity", ["auto", "elements"])
def test_whoever_had_an_element_is_not_shown_by_something_else(name: str, identity: str) -> None:
    """Without a live element here, what became of it is named, with what another one costs and how to make it."""
    unfit = UNFIT[name]
    cast = [{"character": "mina", "identity": identity}]
    (gap,) = resolve(shot(**ARGUE, cast=cast), film(of(unfit))).gaps

    if (name, identity) == ("foreign", "elements"):
        assert gap.rule == "E404"
    else:
        assert gap.rule == "E425"
        assert "costs 0 units" in gap.message
    assert (unfit.cause or "is on account_2").removeprefix("is ") in gap.message
    assert gap.alternatives[0] == f"continuity elements mint character_mina --account {HERE}"


def test_what_has_a_recipe_is_reminted() -> None:
    """The way out of a lost element that we made is to make that very one again, on the account that pays."""
    lost = replace(UNFIT["lost"], made_of=RECIPE)
    shown = replace(SHOWN, elements=(lost,))

    (gap,) = resolve(shot(**ARGUE), film(shown, assets=ASSETS)).gaps

    assert (
        gap.alternatives[0]
        == f"continuity elements remint element_lost --account {HERE} --reason 'no live element'"
    )


def test_a_recipe_that_no_longer_holds_is_not_made_again() -> None:
    """A lost element whose pictures no longer show the character is made of the character as it is now."""
    lost = replace(UNFIT["lost"], made_of=RECIPE)

    (gap,) = resolve(shot(**ARGUE), film(of(lost), assets=ASSETS | film().assets)).gaps

    assert gap.alternatives[0] == f"continuity elements mint character_mina --account {HERE}"


def test_a_request_may_fall_back() -> None:
    """With fall_back the picture stands in, and the answer says so and why."""
    cast = [{"character": "mina", "fall_back": True}, {"character": "jun"}]
    resolution = resolve(shot(**ARGUE, cast=cast), film(of(UNFIT["lost"]), JUN))

    assert resolution.gaps == ()
    assert [person.by for person in resolution.people] == ["image", "image"]
    assert any("fall back" in note and "no longer lists it" in note for note in resolution.notes)


def test_falling_back_needs_a_picture() -> None:
    """Where there is nothing to fall back on, the element is still what is missing."""
    cast = [{"character": "mina", "fall_back": True}]
    resolution = resolve(shot(**ARGUE, cast=cast), film(of(UNFIT["lost"], references=())))

    assert [gap.rule for gap in resolution.gaps] == ["E425"]


@pytest.mark.parametrize("identity", ["elements", "images"])
def test_only_auto_falls_back(identity: str) -> None:
    """Who says what the face stands on has nothing to fall back from."""
    with pytest.raises(ValueError, match="fall_back goes with identity auto"):
        shot(cast=[{"character": "mina", "identity": identity, "fall_back": True}])


def test_an_element_serves_its_own_look() -> None:
    """In a look of their own nobody stands on the element of another; whoever never had one stands on pictures."""
    base, winter = element("base"), element("winter", 2, look="winter")

    assert choose_binding(of(base, winter), AccountGround(HERE, "", "")).element == base
    in_winter = of(base, winter, look="winter")
    assert choose_binding(in_winter, AccountGround(HERE, "", "")).element == winter
    resolution = resolve(shot(**ARGUE), film(of(base, look="winter")))
    assert [person.by for person in resolution.people] == ["image"]


STALE = {
    "retired": ({}, {FRONTAL: replace(ASSETS[FRONTAL], retired=True)}, f"{FRONTAL} is retired"),
    "superseded": (
        {},
        {SIDE: replace(ASSETS[SIDE], retired=True, superseded_by="asset_new")},
        f"{SIDE} was superseded by asset_new",
    ),
    "erased": ({}, {SIDE: replace(ASSETS[SIDE], digest="")}, f"{SIDE} was erased"),
    "withdrawn": ({"references": SHOWN.references[:1]}, {}, f"{SIDE} no longer shows Mina"),
    "another look": (
        {"references": tuple(replace(one, look="winter") for one in SHOWN.references)},
        {},
        f"{FRONTAL} no longer shows Mina",
    ),
    "a voice": ({"voice": VoiceGround("voice_1", "v", None)}, {}, "Mina now has voice_1"),
}


@pytest.mark.parametrize("name", STALE)
def test_a_changed_recipe_makes_the_element_stale(name: str) -> None:
    """Each change of what an element was made from is named, and the request needs a reason to stand on it."""
    changed, assets, words = STALE[name]
    known = ASSETS | assets
    person = replace(SHOWN, elements=(element("made", 7, made_of=RECIPE),), **changed)

    assert words in (stale(RECIPE, person, known) or "")
    grounds = film(person, assets={f"asset_{one}": asset(one) for one in PICTURES} | known)
    told = preview(shot(**ARGUE), grounds)
    (caution,) = [finding for finding in told.findings if finding.rule == "W424"]
    assert (caution.blocks, told.sendable) == (True, False)
    assert words in caution.message
    assert caution.alternatives == (f"continuity elements mint character_mina --account {HERE}",)
    accepted = preview(shot(**ARGUE, accept={"W424": "the last scene"}), grounds)
    assert accepted.sendable
    assert accepted.payload == told.payload


def test_a_recipe_that_holds_is_quiet() -> None:
    """Nothing changed, nothing is said; and what was adopted claims no recipe that could change."""
    person = replace(SHOWN, elements=(element("made", 7, made_of=RECIPE),))

    assert stale(RECIPE, person, ASSETS) is None
    assert stale(None, replace(person, references=()), {}) is None


elements = st.builds(
    element,
    st.sampled_from("abcdef"),
    st.integers(1, 9),
    st.sampled_from([HERE, "account_2"]),
    retired=st.booleans(),
    look=st.sampled_from([None, "winter", "summer"]),
)


@given(
    st.lists(elements, max_size=6),
    st.sampled_from([None, "winter", "summer"]),
    st.sampled_from(["auto", "elements", "images"]),
    st.booleans(),
)
def test_a_payload_never_holds_a_wrong_element(
    held: list[ElementGround], look: str | None, identity: str, fall_back: bool
) -> None:
    """Whatever elements there are: those in a payload are of the paying account, of the look in use, and live."""
    cast = [{"character": "mina", "identity": identity, "fall_back": fall_back and identity == "auto"}]
    grounds = film(of(*held, look=look, looks={"winter": Look(), "summer": Look()}))
    resolution = resolve(shot(**ARGUE, cast=cast), grounds)
    payload = preview(shot(**ARGUE, cast=cast), grounds).payload or {}

    right = {e.element_id for e in held if e.account == HERE and e.look == look and not e.retired}
    assert {one["element_id"] for one in payload.get("element_list", ())} <= right
    used = [person.element for person in resolution.people if person.element is not None]
    assert all((e.account, e.look, e.retired) == (HERE, look, False) for e in used)
    had = any(e.look == look for e in held)
    if identity == "auto" and had and not right and not fall_back:
        assert [gap.rule for gap in resolution.gaps] == ["E425"]


def test_others_are_still_judged() -> None:
    """One lost element does not move the rest of the cast to pictures."""
    resolution = resolve(shot(**ARGUE), film(of(UNFIT["lost"]), JUN))

    assert [(person.character.name, person.by) for person in resolution.people] == [("Jun", "element")]
