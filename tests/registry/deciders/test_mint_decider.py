"""Minting: an element or a voice is asked for from a recipe, opens one submission, and has one end."""

from __future__ import annotations

from typing import Any

import pytest

from registry.deciders.binding import NotMade
from registry.deciders.command import AlreadyExists, AlreadyRetired
from registry.deciders.element import MintElement, NoteOnElement
from registry.deciders.likeness import Use
from registry.deciders.minting import EndMint, MintNotThere, OpenMint
from registry.deciders.production import BudgetExceeded
from registry.deciders.standing import NoConsent, Standing
from registry.deciders.voice import ForeignVoice, MintVoice
from registry.errors import InvalidCommand, NotFound
from registry.events.element import (
    ElementInputs,
    ElementLost,
    ElementMinted,
    ElementMintFailed,
    ElementMintRequested,
)
from registry.events.generation import SubmissionOpened
from registry.events.voice import VoiceInputs, VoiceMinted, VoiceMintFailed, VoiceMintRequested
from tests.registry.deciders.given import Given, given
from tests.registry.events.golden import an_id, example

ELEMENT, VOICE, OLD = an_id("element"), an_id("voice"), an_id("element", 2)
ACCOUNT, OTHER = an_id("account"), an_id("account", 2)
MINA, FACE, VIEW = an_id("character"), an_id("asset"), an_id("asset", 2)
SHOW, PAID = an_id("production"), an_id("submission")
INTRODUCED = example("CharacterIntroduced", kind="person", depicts="fictional")
RECIPE = ElementInputs(character=MINA, frontal=FACE, views=(VIEW,))
PLAIN: dict[str, Any] = {"inputs": RECIPE.model_dump(mode="json"), "production": None, "remint_of": None}
ASKED = example("ElementMintRequested", **PLAIN)
SPOKEN = example(
    "VoiceMintRequested",
    inputs=VoiceInputs(character=MINA).model_dump(mode="json"),
    production=None,
    remint_of=None,
    account=ACCOUNT,
)
assert isinstance(ASKED, ElementMintRequested)
assert isinstance(SPOKEN, VoiceMintRequested)
OPENED = SubmissionOpened(submission=PAID)
DELIVERED = EndMint(
    stream=ELEMENT,
    outcome="delivered",
    made_id="829836802793406551",
    task_id="8601",
    units="0",
    submission=PAID,
)


def world(*history: Any) -> Given:
    """An account, a person with two pictures, and a production without a budget."""
    return (
        given(*history)
        .and_(ACCOUNT, example("AccountOpened"))
        .and_(MINA, INTRODUCED)
        .and_(FACE, example("AssetRegistered", kind="picture"))
        .and_(VIEW, example("AssetRegistered", kind="picture"))
        .and_(SHOW, example("ProductionOpened"))
    )


def asking(**changed: Any) -> MintElement:
    return MintElement(stream=ELEMENT, requested=ASKED.model_copy(update=changed))


def speaking(**changed: Any) -> MintVoice:
    return MintVoice(stream=VOICE, requested=SPOKEN.model_copy(update=changed))


def test_a_recipe_is_taken_as_it_is() -> None:
    """What was asked for is written down whole: recipe, plan and price."""
    assert world().when(asking()) == [ASKED]


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"account": OTHER}, NotFound),
        ({"inputs": RECIPE.model_copy(update={"character": an_id("character", 9)})}, NotFound),
        ({"inputs": RECIPE.model_copy(update={"frontal": an_id("asset", 9)})}, NotFound),
        ({"inputs": RECIPE.model_copy(update={"look": "winter"})}, NotFound),
        ({"inputs": RECIPE.model_copy(update={"voice": an_id("voice", 9)})}, NotFound),
        ({"production": an_id("production", 9)}, NotFound),
        ({"remint_of": OLD}, NotFound),
    ],
)
def test_a_recipe_stands_on_what_is_there(changed: dict[str, Any], refusal: Any) -> None:
    """Account, character, look, pictures, voice, production and the one it replaces exist, or nothing is written."""
    world().refuses(asking(**changed), refusal)


def test_a_recipe_stands_on_what_is_live_and_its_own() -> None:
    """A retired picture, another account's voice, one that is not made, and an element of somebody else are refused."""
    with_voice = {"inputs": RECIPE.model_copy(update={"voice": VOICE})}
    adopted = example("VoiceAdopted", account=OTHER, character=MINA)
    retired = world().and_(FACE, example("AssetRegistered", kind="picture"), example("AssetRetired"))

    retired.refuses(asking(), AlreadyRetired, FACE)
    world().and_(VOICE, adopted).refuses(asking(**with_voice), ForeignVoice, OTHER)
    world().and_(VOICE, SPOKEN).refuses(asking(**with_voice), NotMade, VOICE)
    someone = example("ElementAdopted", character=an_id("character", 2))
    world().and_(OLD, someone).refuses(asking(remint_of=OLD), InvalidCommand, OLD)
    world(ASKED).refuses(asking(), AlreadyExists)


def test_a_mint_that_nobody_can_pay_for_is_refused() -> None:
    """What its production's budget does not hold is not taken; without a production no budget is asked."""
    poor = world().and_(SHOW, example("ProductionOpened"), example("BudgetSet", units="0.01"))

    poor.refuses(asking(production=SHOW, estimate_units="0.05"), BudgetExceeded, SHOW)
    assert poor.when(asking(estimate_units="0.05"))


def test_one_submission_is_opened() -> None:
    """The submission begins once, in the append of its intent, while everything still stands."""
    opening = OpenMint(stream=ELEMENT, submission=PAID, standing=Standing((MINA, FACE)))

    assert world(ASKED).when(opening) == [OPENED]
    world(ASKED, OPENED).refuses(opening, MintNotThere, "submitting")
    given().refuses(opening, NotFound)
    given(example("ElementAdopted")).refuses(OpenMint(stream=ELEMENT, submission=PAID), MintNotThere)


def test_nothing_is_sent_on_what_fell_meanwhile() -> None:
    """A picture that was retired since, or a person without a consent, stops the intent."""
    opening = OpenMint(stream=ELEMENT, submission=PAID, standing=Standing((MINA, FACE)))
    fallen = world(ASKED).and_(FACE, example("AssetRegistered", kind="picture"), example("AssetRetired"))
    real = example("CharacterIntroduced", kind="person", depicts="real_person")
    use = Use(production=None, purpose="final", voice=False, at=0)

    fallen.refuses(opening, AlreadyRetired, FACE)
    shown = OpenMint(stream=ELEMENT, submission=PAID, standing=Standing((MINA,), (), use))
    world(ASKED).and_(MINA, real).refuses(shown, NoConsent, MINA)


def test_an_element_has_one_end() -> None:
    """Delivered it has its id; failed it has a reason; after either nothing more is written."""
    minted = ElementMinted(element_id=829836802793406551, task_id="8601", units="0")
    failed = EndMint(stream=ELEMENT, outcome="failed", reason="no face", submission=PAID)

    assert given(ASKED, OPENED).when(DELIVERED) == [minted]
    assert given(ASKED, OPENED).when(failed) == [ElementMintFailed(outcome="failed", reason="no face")]
    assert given(ASKED, OPENED, minted).when(DELIVERED) == []
    assert given(ASKED, OPENED, minted).when(failed) == []


def test_an_end_needs_its_beginning() -> None:
    """Nothing is delivered before it was sent, and what may have been accepted is not cancelled."""
    cancelled = EndMint(stream=ELEMENT, outcome="cancelled", submission=PAID)
    intended = given(ASKED, OPENED).and_(PAID, example("SubmissionIntended"))

    given(ASKED).refuses(DELIVERED, MintNotThere, "planned")
    given(example("ElementAdopted")).refuses(DELIVERED, MintNotThere)
    intended.refuses(cancelled, MintNotThere)
    assert given(ASKED).when(EndMint(stream=ELEMENT, outcome="cancelled", reason="a mistake"))


def test_a_voice_is_taken_and_ends_alike() -> None:
    """A voice is asked for, opened and made like an element, and keeps where it can be heard."""
    made = EndMint(
        stream=VOICE,
        outcome="delivered",
        made_id="160",
        trial_url="https://x.example/a.wav",
        task_id="7",
        units="0.05",
    )
    minted = VoiceMinted(voice_id="160", trial_url="https://x.example/a.wav", task_id="7", units="0.05")

    assert world().when(speaking()) == [SPOKEN]
    assert given(SPOKEN).when(OpenMint(stream=VOICE, submission=PAID)) == [OPENED]
    assert given(SPOKEN, OPENED).when(made) == [minted]
    assert given(SPOKEN, OPENED, minted).when(made) == []
    failed = EndMint(stream=VOICE, outcome="failed", reason="two voices")
    assert given(SPOKEN, OPENED).when(failed) == [VoiceMintFailed(outcome="failed", reason="two voices")]


def test_a_voice_is_somebodys_and_made_of_a_recording() -> None:
    """A cup has no voice, a picture is no recording, and another's voice is not replaced."""
    cup = example("CharacterIntroduced", kind="prop", depicts="fictional")
    of_a_picture = VoiceInputs(character=MINA, recording=FACE)

    world().and_(MINA, cup).refuses(speaking(), InvalidCommand, "R54")
    world().refuses(speaking(inputs=of_a_picture), InvalidCommand, "recording")
    other = example("VoiceAdopted", account=ACCOUNT, character=an_id("character", 2))
    world().and_(an_id("voice", 2), other).refuses(speaking(remint_of=an_id("voice", 2)), InvalidCommand)
    world(SPOKEN).refuses(speaking(), AlreadyExists)


def test_nothing_is_noted_of_an_element_that_is_not_made() -> None:
    """An element still in the making cannot be missed by a census, nor one that nobody knows."""
    lost = NoteOnElement(stream=ELEMENT, event=ElementLost(cause="missing"))

    given(ASKED).refuses(lost, NotMade, "no id at Kling")
    given().refuses(lost, NotFound)
