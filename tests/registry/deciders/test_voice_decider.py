"""Voices: adopted, made by one paid call, bound to who speaks, lost, retired."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry.deciders.binding import NotMade
from registry.deciders.command import AlreadyExists, AlreadyRetired, Command
from registry.deciders.portrayal import BindVoice
from registry.deciders.production import BudgetExceeded
from registry.deciders.voice import (
    AdoptVoice,
    ForeignVoice,
    MintVoice,
    NoteOnVoice,
    RetireVoice,
    must_be_usable_on,
)
from registry.errors import InvalidCommand, NotFound
from registry.events.character import VoiceBound, VoiceUnbound
from registry.events.envelope import Event
from registry.events.voice import (
    VoiceAdopted,
    VoiceDeleted,
    VoiceLost,
    VoiceMinted,
    VoiceMintRequested,
    VoiceRecovered,
    VoiceRetired,
)
from tests.registry.deciders.given import Given, folded, given
from tests.registry.events.golden import an_id, example

VOICE, OTHER = an_id("voice"), an_id("voice", 2)
MINA, CUP = an_id("character"), an_id("character", 2)
ACCOUNT, ASSET, CLIP, SHOW = an_id("account"), an_id("asset"), an_id("clip"), an_id("production")
ADOPTED = VoiceAdopted(voice_id="v1", account=ACCOUNT, character=MINA, name="Mina", attested_by="Yuna")
RETIRED = VoiceRetired(reason="recast", delete=False)
LOST = VoiceLost(cause="missing", detail="page 1 of 1")
PERSON = example("CharacterIntroduced", kind="person", depicts="fictional")
COFFEE = example("CharacterIntroduced", kind="product", depicts="fictional")
ADOPT = AdoptVoice(
    stream=VOICE, voice_id="v1", account=ACCOUNT, character=MINA, name=" Mina ", attested_by="Yuna"
)
RECORDING = example("AssetRegistered", kind="audio", derived_from=None)


def wanted(**changes: Any) -> VoiceMintRequested:
    inputs = {"character": MINA, "recording": ASSET, "clip": None}
    said = {"account": ACCOUNT, "inputs": inputs, "production": None, "remint_of": None, "url": None}
    event = example("VoiceMintRequested", **(said | changes))
    assert isinstance(event, VoiceMintRequested)
    return event


def mint(**changes: Any) -> MintVoice:
    return MintVoice(stream=VOICE, requested=wanted(**changes))


def cast(*speaker: Event) -> Given:
    """A studio with an account, a recording, and somebody called Mina."""
    world = given().and_(ACCOUNT, example("AccountOpened")).and_(ASSET, RECORDING)
    return world.and_(MINA, *(speaker or (PERSON,)))


def test_a_voice_is_adopted() -> None:
    """Adopting says whose it is and on whose word; a preset has no account and reads none."""
    preset = replace(ADOPT, account=None)

    assert cast().when(ADOPT) == [ADOPTED]
    assert preset.reads == (MINA,)
    assert cast().when(preset) == [ADOPTED.model_copy(update={"account": None})]


def test_a_voice_for_a_cup_of_coffee_is_refused() -> None:
    """Only who can speak has a voice, adopted, made or bound (contract R54)."""
    words = "is a product; only a person or a creature has a voice"

    cast(COFFEE).refuses(ADOPT, InvalidCommand, words)
    cast(COFFEE).refuses(mint(), InvalidCommand, words)
    given(COFFEE).and_(VOICE, ADOPTED).refuses(BindVoice(stream=MINA, voice=VOICE), InvalidCommand, words)


def test_adopting_needs_what_it_names() -> None:
    """An account and a live character that exist, somebody's word, and an id that is new."""
    gone = example("CharacterRetired")

    given().and_(MINA, PERSON).refuses(ADOPT, NotFound, ACCOUNT)
    given().and_(ACCOUNT, example("AccountOpened")).refuses(ADOPT, NotFound, MINA)
    cast(PERSON, gone).refuses(ADOPT, AlreadyRetired, MINA)
    cast().refuses(replace(ADOPT, attested_by=" "), InvalidCommand, "attested_by")
    given(ADOPTED).refuses(ADOPT, AlreadyExists, VOICE)


def test_a_voice_is_made_from_a_recording() -> None:
    """The request stands as it was compiled, with its price and its plan; a video will do as well."""
    film = example("AssetRegistered", kind="video", derived_from=None)

    assert cast().when(mint()) == [wanted()]
    assert cast().and_(ASSET, film).when(mint()) == [wanted()]
    assert folded(VOICE, [wanted()]).mint.stage == "planned"
    assert not folded(VOICE, [wanted()]).live


@pytest.mark.parametrize(
    ("before", "refusal", "words"),
    [
        ((), NotFound, ASSET),
        ((example("AssetRegistered", derived_from=None),), InvalidCommand, "made from a recording"),
        ((RECORDING, example("AssetRetired")), AlreadyRetired, ASSET),
    ],
    ids=["absent", "picture", "retired"],
)
def test_a_voice_is_not_made_from_anything_else(
    before: tuple[Event, ...], refusal: type[Any], words: str
) -> None:
    """A recording that is absent, retired, or a picture makes no voice; nor does a clip nobody holds."""
    cast().and_(ASSET, *before).refuses(mint(), refusal, words)
    of_clip = mint(inputs={"character": MINA, "recording": None, "clip": CLIP})
    cast().refuses(of_clip, NotFound, CLIP)


def test_a_voice_is_made_again_for_the_same_character() -> None:
    """A remint takes the place of a voice of its own character, and is paid by a production that can afford it."""
    again = mint(remint_of=OTHER)
    show = (example("ProductionOpened"), example("BudgetSet", units="0.01"))

    assert cast().and_(OTHER, ADOPTED).when(again) == [wanted(remint_of=OTHER)]
    foreign = ADOPTED.model_copy(update={"character": CUP})
    cast().and_(OTHER, foreign).refuses(again, InvalidCommand, f"the voice of {CUP}")
    dear = mint(production=SHOW, estimate_units="0.05")
    cast().and_(SHOW, *show).refuses(dear, BudgetExceeded)


def test_a_voice_is_made_once() -> None:
    """Asking again under the same id is refused, not quiet: it would be paid twice."""
    world = Given((wanted(),), cast().others)
    world.refuses(mint(), AlreadyExists, VOICE)


def test_a_voice_is_retired() -> None:
    """Retiring says why, and whether Kling is to delete it; deletion is not asked for twice."""
    retire = RetireVoice(stream=VOICE, reason="recast ", delete=True)

    assert given(ADOPTED).when(retire) == [VoiceRetired(reason="recast", delete=True)]
    assert given(ADOPTED, VoiceDeleted()).when(retire) == [VoiceRetired(reason="recast", delete=False)]
    assert not folded(VOICE, [ADOPTED, RETIRED]).live


def test_a_voice_is_retired_once() -> None:
    """A second retirement is refused, not quiet: its reason would be lost."""
    given(ADOPTED, RETIRED).refuses(RetireVoice(stream=VOICE, reason="x"), AlreadyRetired)


def test_a_census_notes_what_it_saw() -> None:
    """Lost, seen again, deleted: each is written once and changes whether somebody may speak with it."""
    for history, event, live in (
        ([ADOPTED], LOST, False),
        ([ADOPTED, LOST], VoiceRecovered(), True),
        ([ADOPTED], VoiceDeleted(), False),
    ):
        assert given(*history).when(NoteOnVoice(stream=VOICE, event=event)) == [event]
        assert folded(VOICE, [*history, event]).live is live


def test_what_is_known_is_not_noted_again() -> None:
    """The same loss, a recovery of what was never lost, and a second deletion are quiet."""
    assert given(ADOPTED, LOST).when(NoteOnVoice(stream=VOICE, event=LOST)) == []
    assert given(ADOPTED).when(NoteOnVoice(stream=VOICE, event=VoiceRecovered())) == []
    assert given(ADOPTED, VoiceDeleted()).when(NoteOnVoice(stream=VOICE, event=VoiceDeleted())) == []
    assert given(ADOPTED, VoiceDeleted()).when(NoteOnVoice(stream=VOICE, event=LOST)) == []


def test_nothing_is_noted_of_a_voice_that_is_not_made() -> None:
    """A voice still in the making cannot be missed by a census."""
    given(wanted()).refuses(NoteOnVoice(stream=VOICE, event=LOST), NotMade, "no id at Kling")


@pytest.mark.parametrize(
    "command",
    [RetireVoice(stream=VOICE, reason="x"), NoteOnVoice(stream=VOICE, event=LOST)],
    ids=lambda command: type(command).__name__,
)
def test_unknown_voices_are_not_found(command: Command) -> None:
    """Nothing but adopting and making is possible on a voice that does not exist."""
    given().refuses(command, NotFound, VOICE)


def test_a_character_is_given_its_voice() -> None:
    """Binding names one of the character's own voices; taking it back says why."""
    bind = BindVoice(stream=MINA, voice=VOICE)
    speaking = given(PERSON, VoiceBound(voice=VOICE))

    assert given(PERSON).and_(VOICE, ADOPTED).when(bind) == [VoiceBound(voice=VOICE)]
    unbound = speaking.when(BindVoice(stream=MINA, voice=None, reason="silent part"))
    assert unbound == [VoiceUnbound(reason="silent part")]


def test_a_character_is_not_given_another_s_voice() -> None:
    """A voice that is absent, retired, or somebody else's is not bound, nor something that is no voice."""
    bind = BindVoice(stream=MINA, voice=VOICE)
    foreign = ADOPTED.model_copy(update={"character": CUP})
    asset = BindVoice(stream=MINA, voice=ASSET)

    given(PERSON).refuses(bind, NotFound, VOICE)
    given(PERSON).and_(ASSET, RECORDING).refuses(asset, NotFound, ASSET)
    given(PERSON).and_(VOICE, ADOPTED, RETIRED).refuses(bind, AlreadyRetired, VOICE)
    given(PERSON).and_(VOICE, foreign).refuses(bind, InvalidCommand, f"the voice of {CUP}")
    given().and_(VOICE, ADOPTED).refuses(bind, NotFound, MINA)


def test_binding_the_same_voice_is_quiet() -> None:
    """Saying what is said already writes nothing, with a voice and without."""
    bound = given(PERSON, VoiceBound(voice=VOICE)).and_(VOICE, ADOPTED)

    assert bound.when(BindVoice(stream=MINA, voice=VOICE)) == []
    assert given(PERSON).when(BindVoice(stream=MINA, voice=None)) == []


def test_a_voice_is_used_where_it_lives() -> None:
    """Ids never cross accounts; a preset is good everywhere; what is retired or lost is good nowhere."""
    voice, preset = folded(VOICE, [ADOPTED]), folded(VOICE, [ADOPTED.model_copy(update={"account": None})])

    must_be_usable_on(ACCOUNT, voice, VOICE)
    must_be_usable_on(an_id("account", 2), preset, VOICE)
    with pytest.raises(ForeignVoice, match=ACCOUNT):
        must_be_usable_on(an_id("account", 2), voice, VOICE)
    with pytest.raises(AlreadyRetired):
        must_be_usable_on(ACCOUNT, folded(VOICE, [ADOPTED, RETIRED]), VOICE)
    with pytest.raises(NotMade, match="missing"):
        must_be_usable_on(ACCOUNT, folded(VOICE, [ADOPTED, LOST]), VOICE)


def test_a_made_voice_can_speak() -> None:
    """From the vendor's answer on the voice has its id and is live."""
    minted = example("VoiceMinted")
    assert isinstance(minted, VoiceMinted)
    state = folded(VOICE, [wanted(), example("SubmissionOpened"), minted])

    assert (state.voice_id, state.live, state.mint.stage) == (minted.voice_id, True, "minted")
