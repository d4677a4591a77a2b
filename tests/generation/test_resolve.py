"""Resolving grounds everybody alike where it can, and names every gap where it cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generation.grounds import ElementGround, ReferenceGround, SceneGround
from generation.resolve import resolve
from tests.generation.film import (
    ARGUE,
    BY_IMAGES,
    DAY_US,
    JUN,
    KOREAN,
    MINA,
    NOW_US,
    PARENT,
    asset,
    character,
    film,
    shot,
)


def stands_on(resolution) -> list[str]:
    return [
        f"{person.number} {person.character.name} {person.element.id if person.element else person.picture.id}"
        for person in resolution.people
    ]


def gaps(resolution) -> list[tuple[str, str]]:
    return [(gap.rule, gap.path) for gap in resolution.gaps]


def test_auto_prefers_live_elements():
    """With an element for everybody on the paying account, everybody stands on it, in the scene's order."""
    resolution = resolve(shot(**ARGUE), film())

    assert stands_on(resolution) == ["1 Mina element_mina", "2 Jun element_jun"]


def test_auto_moves_everybody_to_pictures_together():
    """When one never had an element, all stand on pictures and the reason is noted, because a mixed cast is not approved."""
    resolution = resolve(shot(**ARGUE), film(MINA, character("jun")))

    assert stands_on(resolution) == ["1 Mina asset_mina", "2 Jun asset_jun"]
    assert "Jun has no live element" in resolution.notes[0]


def test_the_newest_live_element_is_taken():
    """Retired elements and those of other accounts are passed over."""
    elements = (
        ElementGround("element_old", 1, "account_1"),
        ElementGround("element_new", 2, "account_1"),
        ElementGround("element_dead", 3, "account_1", retired=True),
        ElementGround("element_away", 4, "account_2"),
    )

    assert stands_on(resolve(shot(**ARGUE), film(replace(MINA, elements=elements)))) == ["1 Mina element_new"]


@pytest.mark.parametrize(
    ("roles", "taken"),
    [
        (("profile", "frontal"), "asset_b"),
        (("full_body", "three_quarter"), "asset_b"),
        (("wardrobe", "other"), "asset_b"),
        (("frontal", "frontal"), "asset_a"),
    ],
)
def test_the_best_role_stands_for_the_face(roles: tuple[Any, Any], taken: str):
    """The frontal picture first, then the next best; a wardrobe picture never stands for a face."""
    references = (ReferenceGround(roles[0], "asset_a"), ReferenceGround(roles[1], "asset_b"))
    person = replace(MINA, references=references, elements=())

    resolution = resolve(shot(**ARGUE), film(person, assets={f"asset_{n}": asset(n) for n in "ab"}))

    assert stands_on(resolution) == [f"1 Mina {taken}"]


def test_the_requests_order_gives_the_numbers():
    """A person's number is the place in the cast that was asked for."""
    resolution = resolve(shot(**ARGUE, cast=[{"character": "jun"}, {"character": "mina"}]), film())

    assert stands_on(resolution) == ["1 Jun element_jun", "2 Mina element_mina"]


def test_nobody_is_cast_when_the_cast_is_empty():
    """An empty list means nobody, not the scene's cast."""
    assert resolve(shot(**ARGUE, cast=[]), film()).people == ()


def test_the_scene_gives_its_setting():
    """A request without a setting takes the scene's, and says so; a prompt of the caller's own is left alone."""
    grounds = film(scene=SceneGround("scene_1", "The café", (), "a café by the river"))

    assert resolve(shot(action="Rain."), grounds).setting == "a café by the river"
    assert resolve(shot(prompt="Rain."), grounds).setting is None


GAPS: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, str]]] = {
    "unknown character": ({"cast": [{"character": "bob"}]}, {}, ("E401", "$.cast[0].character")),
    "unknown speaker": (
        {"dialogue": {"language": "Korean", "turns": [{"speaker": "bob", "line": "Hi"}]}},
        {},
        ("E401", "$.dialogue.turns[0].speaker"),
    ),
    "speaker not cast": (
        {"dialogue": KOREAN, "cast": [{"character": "mina"}]},
        {},
        ("E402", "$.dialogue.turns[1].speaker"),
    ),
    "nothing shows the character": ({"cast": BY_IMAGES}, {"assets": {}}, ("E403", "$.cast[0].character")),
    "unknown opening": ({"opening": "asset_gone"}, {}, ("E406", "$.opening")),
    "unknown reference": ({"references": ["asset_cafe", "asset_gone"]}, {}, ("E406", "$.references[1]")),
    "retired opening": (
        {"opening": "asset_cafe"},
        {"assets": {"asset_cafe": asset("cafe", retired=True)}},
        ("E405", "$.opening"),
    ),
    "opening that is no picture": (
        {"opening": "asset_cafe"},
        {"assets": {"asset_cafe": asset("cafe", kind="video", rendition_key=None)}},
        ("E407", "$.opening"),
    ),
    "unknown parent": ({"continue_from": "clip_9"}, {"parent": None}, ("E408", "$.continue_from")),
    "parent without a result": (
        {"continue_from": "clip_1"},
        {"parent": replace(PARENT, url=None)},
        ("E409", "$.continue_from"),
    ),
    "expired parent": (
        {"continue_from": "clip_1"},
        {"parent": replace(PARENT, url_expires_at_us=NOW_US)},
        ("E410", "$.continue_from"),
    ),
    "no account": ({}, {"account": None}, ("E411", "$.production")),
    "cast twice": (
        {"cast": [{"character": "mina"}, {"character": "character_mina"}]},
        {},
        ("E412", "$.cast[1].character"),
    ),
    "unknown scene": ({"cast": []}, {"scene": None}, ("E413", "$.scene")),
}


@pytest.mark.parametrize("name", GAPS)
def test_each_gap_is_named(name: str):
    """Every kind of gap has its id, stands at the field that has it, and blocks."""
    fields, changed, gap = GAPS[name]

    found = resolve(shot(**ARGUE | fields), film(**changed)).gaps

    assert gap in [(one.rule, one.path) for one in found]
    assert all(one.blocks for one in found)


def test_an_element_elsewhere_is_not_an_element_here():
    """Asked for by itself, an element on another account is named as such, because ids never cross accounts."""
    away = character("mina", 5, account="account_2", references=())
    cast = [{"character": "mina", "identity": "elements"}]

    resolution = resolve(shot(**ARGUE, cast=cast), film(away))

    assert gaps(resolution) == [("E404", "$.cast[0].character")]
    assert "account_2" in resolution.gaps[0].message


def test_asked_for_elements_are_never_replaced_by_pictures():
    """Identity elements without a live element is a gap, although pictures would be there."""
    cast = [{"character": "jun", "identity": "elements"}]
    retired = replace(JUN, elements=(replace(JUN.elements[0], retired=True),))

    assert gaps(resolve(shot(**ARGUE, cast=cast), film(retired))) == [("E425", "$.cast[0].character")]
    never = character("jun")
    assert gaps(resolve(shot(**ARGUE, cast=cast), film(never))) == [("E403", "$.cast[0].character")]


def test_a_retired_character_is_not_cast():
    """A retired character is a gap whether the request or the scene casts it."""
    assert gaps(resolve(shot(**ARGUE), film(replace(MINA, retired=True)))) == [("E405", "$.cast")]


def test_one_picture_never_stands_for_two():
    """The same asset as two faces is refused: the model could not tell them apart."""
    twin = replace(JUN, references=MINA.references, elements=())

    assert gaps(resolve(shot(**ARGUE), film(MINA, twin))) == [("E414", "$.cast")]


def test_all_gaps_come_together():
    """Gaps of cast, speakers, pictures and parent are one answer."""
    request = shot(
        **ARGUE,
        dialogue=KOREAN,
        cast=[{"character": "mina"}, {"character": "bob"}],
        opening="asset_gone",
        continue_from="clip_1",
    )
    grounds = film(parent=replace(PARENT, url_expires_at_us=NOW_US - 2 * DAY_US))

    assert [rule for rule, _ in gaps(resolve(request, grounds))] == ["E401", "E402", "E406", "E410"]
