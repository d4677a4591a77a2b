"""Speaker, face, voice: what a request says of who will be heard, and what stands in the plan about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generation import recording
from generation.compile import compile_plan, preview
from generation.errors import PayloadRefused
from generation.grounds import CharacterGround, ElementGround, VoiceGround
from generation.source import voice_in_use
from registry.events.element import ElementInputs
from tests.generation.film import ARGUE, BY_IMAGES, JUN, KOREAN, MINA, film, shot
from tests.registry.events.golden import an_id

HERS, HIS, NEW = an_id("voice"), an_id("voice", 2), an_id("voice", 3)
VOICES = ("E460", "W461", "W462", "W463", "I464", "I465")


def voice(id: str = HERS, voice_id: str = "829", **changed: Any) -> VoiceGround:
    return replace(VoiceGround(id, voice_id, "account_1"), **changed)


def speaking(
    who: CharacterGround, own: VoiceGround | None, carries: str | None = None, *others: VoiceGround
) -> CharacterGround:
    """The character with a bound voice, and an element that was made with `carries`."""
    made_of = ElementInputs.model_construct(character=who.id, voice=carries)
    element = replace(who.elements[0], made_of=made_of)
    return replace(who, voice=own, voices=tuple(one for one in (own, *others) if one), elements=(element,))


def found(*people: CharacterGround, **request: Any) -> list[tuple[str, str]]:
    """The findings about voices, each with its place."""
    findings = preview(shot(**ARGUE, **request), film(*people)).findings
    return [(one.rule, one.path) for one in findings if one.rule in VOICES]


MINA_SPEAKS = speaking(MINA, voice(), HERS)
JUN_SPEAKS = speaking(JUN, voice(HIS, "830"), HIS)


def test_a_carried_voice_is_heard_and_recorded() -> None:
    """Each line's speaker has a face, the face a voice; the plan names it, and nothing needs to be said."""
    assert found(MINA_SPEAKS, JUN_SPEAKS, dialogue=KOREAN) == []

    plan = compile_plan(shot(**ARGUE, dialogue=KOREAN), film(MINA_SPEAKS, JUN_SPEAKS))

    heard = [(one.voice, one.speaks_with, one.voice_id) for one in plan.mapping]
    assert heard == [("<<<voice_1>>>", HERS, "829"), ("<<<voice_2>>>", HIS, "830")]


def test_without_recipe_or_sound_no_voice_is_claimed() -> None:
    """An adopted element says nothing of its voice, and in a silent clip nobody is heard."""
    spoken = compile_plan(shot(**ARGUE, dialogue=KOREAN), film())
    silent = compile_plan(shot(**ARGUE), film(MINA_SPEAKS, JUN_SPEAKS))

    for plan in (spoken, silent):
        assert [(one.speaks_with, one.voice_id) for one in plan.mapping] == [(None, None)] * 2


def test_a_voice_on_a_silent_clip_is_told() -> None:
    """A face with a voice in a clip without sound or lines is usual: it is told, and stops nothing."""
    assert found(MINA_SPEAKS, JUN) == [("I464", "$.cast")]
    assert found(MINA_SPEAKS, JUN, sound="on") == [("I464", "$.cast")]
    assert ("I464", "$.cast") in found(MINA_SPEAKS, JUN_SPEAKS, dialogue=KOREAN, sound="off")
    assert found(MINA, JUN) == []


def test_two_speakers_with_one_voice_need_a_reason() -> None:
    """Two who sound alike may be meant, so a written reason lets them; who listens does not count."""
    alike = speaking(JUN, voice(HIS, "829"), HIS)
    monologue = {**KOREAN, "turns": KOREAN["turns"][:1]}

    assert found(MINA_SPEAKS, alike, dialogue=KOREAN) == [("W463", "$.dialogue.turns[1].speaker")]
    assert found(MINA_SPEAKS, alike, dialogue=monologue) == []
    with pytest.raises(PayloadRefused, match="W463"):
        compile_plan(shot(**ARGUE, dialogue=KOREAN), film(MINA_SPEAKS, alike))
    twins = shot(**ARGUE, dialogue=KOREAN, accept={"W463": "they are twins"})
    assert compile_plan(twins, film(MINA_SPEAKS, alike)).findings[-1].accepted == "they are twins"


def test_a_bound_voice_that_no_element_carries_is_told() -> None:
    """Kling takes voices through elements alone (R35, R54): a picture, a voiceless and an unknown element do not carry it."""
    place = "$.dialogue.turns[0].speaker"
    by_picture = found(MINA_SPEAKS, JUN, dialogue=KOREAN, cast=BY_IMAGES)

    assert by_picture == [("I465", place)]
    assert found(speaking(MINA, voice()), JUN, dialogue=KOREAN) == [("I465", place)]
    assert found(replace(MINA, voice=voice(), voices=(voice(),)), JUN, dialogue=KOREAN) == [("I465", place)]
    changed = speaking(MINA, voice(NEW, "831"), HERS, voice())
    assert found(changed, JUN, dialogue=KOREAN) == [("I465", place)]


def test_a_retired_voice_is_not_heard_again() -> None:
    """An element that carries a retired voice speaks no more lines, whatever the reason; in silence it may be seen."""
    gone = voice(retired=True, live=False, cause="is retired")
    mina = speaking(MINA, gone, HERS)

    assert found(mina, JUN, dialogue=KOREAN) == [("E460", "$.dialogue.turns[0].speaker")]
    with pytest.raises(PayloadRefused, match="E460"):
        compile_plan(shot(**ARGUE, dialogue=KOREAN, accept={"E460": "still"}), film(mina, JUN))
    assert found(mina, JUN) == [("I464", "$.cast")]


@pytest.mark.parametrize("carried", [HERS, None], ids=["carried", "bound alone"])
def test_a_lost_voice_needs_a_reason(carried: str | None) -> None:
    """A voice that a census missed, or that is not made yet, may sound like anything."""
    lost = voice(live=False, cause="is lost: Kling no longer lists it")
    mina = speaking(MINA, lost, carried)

    assert found(mina, JUN, dialogue=KOREAN) == [("W461", "$.dialogue.turns[0].speaker")]


def test_a_foreign_voice_needs_a_reason() -> None:
    """Ids never cross accounts: a voice of another account is told with both; a preset is at home everywhere."""
    foreign = speaking(MINA, voice(account="account_2"))

    assert found(foreign, JUN, dialogue=KOREAN) == [("W462", "$.dialogue.turns[0].speaker")]
    preset = speaking(MINA, voice(account=None), HERS)
    assert found(preset, JUN, dialogue=KOREAN) == []


@pytest.mark.parametrize(
    ("rule", "who"),
    [
        ("W461", speaking(MINA, voice(live=False, cause="is lost"), HERS)),
        ("W462", speaking(MINA, voice(account="account_2"))),
    ],
    ids=["lost", "foreign"],
)
def test_a_reason_lets_a_doubtful_voice_be_heard(rule: str, who: CharacterGround) -> None:
    """A caution about a voice takes a reason like every other: without one it stops the request, with one the plan keeps it."""
    stale = {"W424": "its voice is elsewhere"} if rule == "W462" else {}
    plain, told = (
        shot(**ARGUE, dialogue=KOREAN, accept=stale | why) for why in ({}, {rule: "heard and liked"})
    )
    with pytest.raises(PayloadRefused, match=rule):
        compile_plan(plain, film(who, JUN))

    plan = compile_plan(told, film(who, JUN))

    assert [one.accepted for one in plan.findings if one.rule == rule] == ["heard and liked"]
    assert not [one for one in plan.findings if one.rule == "I304"]
    assert plan.payload == preview(plain, film(who, JUN)).payload


def test_markers_in_a_prompt_of_the_caller_s_own_speak() -> None:
    """Whoever writes the prompt says with <<<voice_1>>> who talks; a number of nobody changes nothing."""
    lost = speaking(MINA, voice(live=False, cause="is lost"), HERS)
    words = "<<<element_1>>> <<<voice_1>>> says in Korean: hello. <<<voice_99>>>"

    findings = preview(shot(prompt=words, sound="on"), film(lost, JUN)).findings

    assert [(one.rule, one.path) for one in findings if one.rule in VOICES] == [("W461", "$.prompt")]


def test_the_voice_in_use_is_the_bound_one_or_what_took_its_place() -> None:
    """On its own account the bound voice speaks while it lives; elsewhere, or once it is lost, the newest of its family does."""
    bound, away = voice(), voice(HIS, "830", account="account_2", remint_of=HERS)
    again = voice(NEW, "831", remint_of=HERS)
    stranger = voice(an_id("voice", 4), "832")
    every = [bound, away, again, stranger]

    def used(voices: list[VoiceGround], account: str | None = "account_1") -> str | None:
        in_use = voice_in_use(HERS, voices, account)
        return in_use.id if in_use else None

    lost = replace(bound, live=False, cause="is lost")
    assert used(every) == HERS
    assert used(every, "account_2") == HIS
    assert used([lost, away, again, stranger]) == NEW
    assert used([lost, away, replace(again, live=False), stranger]) == HERS
    assert used(every, "account_3") == HERS
    assert voice_in_use(None, every, "account_1") is None
    siblings = voice_in_use(NEW, every, "account_2")
    assert siblings is not None
    assert siblings.id == HIS


def test_an_element_that_carries_a_voice_of_nobody_is_told() -> None:
    """A recipe may name a voice that is not among the character's: it is not taken for a live one."""
    odd = replace(MINA, elements=(ElementGround("element_mina", 12345, "account_1", "image"),))
    assert found(speaking(odd, None, HERS), JUN, dialogue=KOREAN) == [("W461", "$.dialogue.turns[0].speaker")]


def test_continuity_records_who_spoke_with_which_voice() -> None:
    """What is kept of a clip's cast names the number, our voice and Kling's id; of the silent, nothing."""
    plan = compile_plan(shot(**ARGUE, dialogue=KOREAN), film(MINA_SPEAKS, JUN_SPEAKS))
    silent = compile_plan(shot(**ARGUE), film(MINA_SPEAKS, JUN_SPEAKS))

    assert recording._heard(plan.mapping[0]) == {"voice": 1, "speaks_with": HERS, "voice_id": "829"}
    assert set(recording._heard(silent.mapping[0]).values()) == {None}
