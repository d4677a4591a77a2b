"""Looks and pins in a request: which look is in use, which pictures may show it, what the prompt says of it, what is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generation.compile import compile_plan, preview
from generation.grounds import CharacterGround, ElementGround, ReferenceGround
from generation.prompt import compose, compose_shot
from generation.resolve import Resolution, resolve
from registry.deciders.looks import Look
from tests.generation.film import ARGUE, JUN, MINA, asset, film, shot

COAT = Look(version=1, since=2, wardrobe="a grey wool coat.", styling="hair tied back", age="in her thirties")
FACES = (
    ReferenceGround("frontal", "asset_mina"),
    ReferenceGround("frontal", "asset_winter", "winter"),
    ReferenceGround("frontal", "asset_summer", "summer"),
)
ASSETS = {f"asset_{name}": asset(name) for name in ("mina", "winter", "summer", "jun", "cafe")}
LOOKS = {"winter": COAT, "summer": Look(version=1, since=2)}
ALONE = {"W504": "one person from a picture is what this is about"}
WORN = "Mina wears a grey wool coat"


def mina(**changed: Any) -> CharacterGround:
    """Mina with a portrait as introduced and one in each of two looks, without elements."""
    plain = {"elements": (), "references": FACES, "looks": LOOKS, "current": 3}
    return replace(MINA, **(plain | changed))


def pinned(look: str | None = "winter", **changed: Any) -> CharacterGround:
    return mina(**{"look": look, "pinned_by": "scene", **changed})


def resolved(person: CharacterGround, *others: CharacterGround, **fields: Any) -> Resolution:
    return resolve(shot(**ARGUE | fields), film(person, *others, assets=ASSETS))


def asks(look: str | None) -> list[dict[str, Any]]:
    return [{"character": "mina", "look": look}]


def faces(resolution: Resolution) -> list[str]:
    return [person.picture.id for person in resolution.people if person.picture]


@pytest.mark.parametrize(
    ("person", "look", "stands_on"),
    [
        (mina(), None, "asset_mina"),
        (mina(), "winter", "asset_winter"),
        (pinned(), None, "asset_winter"),
        (pinned(), "winter", "asset_winter"),
        (pinned(None), None, "asset_mina"),
        (pinned(None), "summer", "asset_summer"),
    ],
)
def test_a_look_shows_in_its_own_pictures(person: CharacterGround, look: str | None, stands_on: str) -> None:
    """The request's look, else the pinned one, is stood for by its own face; without one only pictures as introduced count."""
    resolution = resolved(person, cast=asks(look))

    assert faces(resolution) == [stands_on]
    assert resolution.gaps == ()


def test_a_look_without_pictures_stands_on_the_face_as_introduced() -> None:
    """Then words make the look, which is noted; another look's picture is never taken, and with none at all it is a gap."""
    bare = pinned(references=(FACES[2], FACES[0]))
    resolution = resolved(bare)

    assert faces(resolution) == ["asset_mina"]
    assert "the look 'winter' has no usable face picture of its own" in " ".join(resolution.notes)
    assert [gap.rule for gap in resolved(pinned(references=FACES[2:])).gaps] == ["E403"]
    retired = resolve(
        shot(**ARGUE), film(pinned(), assets=ASSETS | {"asset_winter": asset("winter", retired=True)})
    )
    assert faces(retired) == ["asset_mina"]


@pytest.mark.parametrize("by", ["scene", "production"])
def test_a_request_does_not_overrule_a_pinned_look(by: Any) -> None:
    """Another look than the pinned one is refused at its place, with both names, who pins, and the way out."""
    (gap,) = resolved(pinned(pinned_by=by), cast=asks("summer")).gaps

    assert (gap.rule, gap.severity, gap.path) == ("E422", "E", "$.cast[0].look")
    assert "'summer'" in gap.message
    assert f"the {by} pins 'winter'" in gap.message
    assert "move the pin" in gap.message


def test_unknown_and_retired_looks_are_gaps() -> None:
    """Whoever names it, at the request's place or the cast's; what could be used instead is named."""
    gone = LOOKS | {"winter": replace(COAT, retired=True)}
    (unknown,) = resolved(mina(), cast=asks("autumn")).gaps
    (retired,) = resolved(pinned(looks=gone)).gaps

    assert (unknown.rule, unknown.path) == ("E423", "$.cast[0].look")
    assert "none that Mina has in version 3" in unknown.message
    assert unknown.alternatives == ("use the look summer", "use the look winter")
    assert (retired.rule, retired.path, retired.alternatives) == ("E423", "$.cast", ("use the look summer",))
    assert "retired" in retired.message


def test_an_older_version_is_never_silent() -> None:
    """A pin that is behind informs, stops nothing, and stands in the preview; one at the newest version has nothing to say."""
    behind = preview(shot(**ARGUE, accept=ALONE), film(pinned(version=3, current=7), assets=ASSETS))

    (remark,) = [finding for finding in behind.findings if finding.rule == "I401"]
    assert (remark.severity, remark.path) == ("I", "$.cast")
    assert "Mina is pinned at version 3 of 7 by the scene" in remark.message
    assert behind.sendable
    assert resolved(pinned()).remarks == ()
    assert resolved(mina(current=7)).remarks == ()


def test_the_prompt_says_what_is_worn() -> None:
    """Wardrobe, styling and age stand in the prompt per person; who has no look keeps the adapted wardrobe, by name."""
    alone = compose(resolved(pinned()))
    both = compose(
        resolved(pinned(), replace(JUN, elements=(), references=(ReferenceGround("frontal", "asset_jun"),)))
    )

    assert f"{WORN}. Styling of Mina: hair tied back. Age of Mina: in her thirties. They argue" in alone
    assert "adapted" not in alone
    assert (
        f"{WORN}. Styling of Mina: hair tied back. Age of Mina: in her thirties. Wardrobe of Jun adapted to"
        in both
    )


@pytest.mark.parametrize(
    ("person", "wish", "persists"),
    [
        (pinned(), None, False),
        (pinned(), True, False),
        (pinned(references=FACES[:1]), None, True),
        (pinned(references=FACES[:1]), True, True),
        (pinned(references=FACES[:1]), False, False),
    ],
)
def test_a_look_is_what_is_worn(person: CharacterGround, wish: bool | None, persists: bool) -> None:
    """No wish adapts a look to the setting; portrait clothing is ruled out where the picture shows other (guide F3.8)."""
    text = compose(resolved(person, adapt_wardrobe=wish))

    assert WORN in text
    assert "adapted" not in text
    assert ("do not preserve portrait clothing" in text) == persists


def test_a_look_is_worn_in_the_shots_its_wearer_is_in() -> None:
    """A shot's prompt stands alone: it tells the looks of those who are in it, and of nobody else."""
    jun = replace(JUN, elements=(), references=(ReferenceGround("frontal", "asset_jun"),))
    shots = [{"action": "He waits.", "duration": 5, "cast": ["jun"]}, {"action": "She comes.", "duration": 5}]
    resolution = resolve(shot(shots=shots), film(pinned(), jun, assets=ASSETS))

    he, she = (compose_shot(resolution, one) for one in resolution.request.shots or ())
    assert WORN not in he
    assert WORN in she


def test_a_prompt_of_the_caller_s_own_stays_as_it_is() -> None:
    """It is sent as it stands, and that the look is not written into it is noted."""
    request = shot(prompt="<<<image_1>>> waits.", cast=asks("winter"))
    resolution = resolve(request, film(mina(), assets=ASSETS))

    assert compose(resolution) == "<<<image_1>>> waits."
    assert "'winter' of Mina is not written into it" in " ".join(resolution.notes)


def test_a_plan_names_version_and_look() -> None:
    """Who stands on what says as of which version and in which look; other words of a look are another plan."""
    person = pinned(version=3, current=7)
    plan = compile_plan(shot(**ARGUE, accept=ALONE), film(person, assets=ASSETS))
    other = {"winter": replace(COAT, wardrobe="a red scarf")}
    changed = compile_plan(shot(**ARGUE, accept=ALONE), film(replace(person, looks=other), assets=ASSETS))

    assert [(one.name, one.version, one.look, one.asset) for one in plan.grounded] == [
        ("Mina", 3, "winter", "asset_winter")
    ]
    assert plan.plan_digest != changed.plan_digest


def test_an_element_of_the_look_shows_it() -> None:
    """An element made in the look needs no word against portrait clothing."""
    element = ElementGround("element_w", 9, "account_1", "image", look="winter")
    shown = compose(resolved(pinned(elements=(element,))))

    assert "<<<element_1>>>" in shown
    assert "do not preserve" not in shown
    assert "a grey wool coat" in shown
